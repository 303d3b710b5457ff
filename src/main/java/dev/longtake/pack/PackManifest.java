package dev.longtake.pack;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;
import dev.longtake.film.ChunkPlan;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.PackEdition;
import dev.longtake.film.Recipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code pack.json} says about a model pack.
 *
 * @param format      version of this file format, {@value #FORMAT}
 * @param name        short name that recipes use
 * @param chunk       how films are cut
 * @param contexts    context layers that the UNet's cross attentions read (A)
 * @param overlapHold share of a chunk's steps, 0 to 1, from the first on, in which the frames that it shares with the
 *                    chunk before are held to what they became there; 0 if left out, as in the original. A network
 *                    that denoises all frames of a window alike goes on more smoothly with it: to what CAM says of
 *                    these frames it adds the frames themselves
 * @param dissolve    whether a chunk whose prompt changes is made from prompt and anchor alone and joined to the last
 *                    one's frames in a dissolve, so that a change shows soon and is no cut; not if left out, as in the
 *                    original
 * @param anchor      which frame the appearance preservation module looks at: {@value #FIRST_FRAME}
 * @param unconditionalAnchor what that module is shown for the half of guidance that knows no prompt: {@value #GREY}, also
 *                    if left out
 * @param precision   how weights are stored, for the record; how they are computed with is the device's matter
 * @param firstChunk  how the first chunk is made; as all others, but without CAM and anchor, if left out
 * @param enhancer    how films are refined; empty for a pack that can't
 * @param graphs      the networks by role
 * @param vocabulary  words the pack was trained on, by kind; may be empty
 * @param examples    prompts that show what the pack can do
 * @param provenance  where the weights come from
 */
public record PackManifest(
        int format,
        String name,
        String version,
        String title,
        String description,
        String licence,
        Video video,
        ChunkPlan chunk,
        Latent latent,
        TextConditioning text,
        int contexts,
        Diffusion diffusion,
        @JacksonInject(value = ManifestReader.OVERLAP_HOLD, useInput = OptBoolean.TRUE) Optional<Double> overlapHold,
        @JacksonInject(value = ManifestReader.DISSOLVE, useInput = OptBoolean.TRUE) Optional<Boolean> dissolve,
        String anchor,
        @JacksonInject(value = ManifestReader.UNCONDITIONAL_ANCHOR, useInput = OptBoolean.TRUE)
        Optional<String> unconditionalAnchor,
        @JacksonInject(value = ManifestReader.PRECISION, useInput = OptBoolean.TRUE) Optional<String> precision,
        @JacksonInject(value = ManifestReader.FIRST_CHUNK, useInput = OptBoolean.TRUE) Optional<FirstChunk> firstChunk,
        @JacksonInject(value = ManifestReader.ENHANCER, useInput = OptBoolean.TRUE) Optional<Enhancer> enhancer,
        Map<String, Graph> graphs,
        Map<String, List<String>> vocabulary,
        List<String> examples,
        Map<String, Object> provenance) {

    public static final int FORMAT = 1;
    public static final String FIRST_FRAME = "first-frame";
    private static final String GREY = "grey";

    public PackManifest {
        if (format != FORMAT) {
            throw new InvalidFieldException("format", format, String.valueOf(FORMAT));
        }
        if (!name.matches("[a-z0-9][a-z0-9._-]{0,63}")) {
            throw new InvalidFieldException("name", name, "1 to 64 of a-z, 0-9, dot, dash and underscore");
        }
        requireSize("contexts", contexts, 64);
        if (overlapHold.isPresent() && !(overlapHold.get() >= 0 && overlapHold.get() <= 1)) {
            throw new InvalidFieldException("overlapHold", overlapHold.get(), "0 to 1");
        }
        if (!FIRST_FRAME.equals(anchor)) {
            throw new InvalidFieldException("anchor", anchor, FIRST_FRAME);
        }
        if (unconditionalAnchor.isPresent() && !GREY.equals(unconditionalAnchor.get())) {
            throw new InvalidFieldException("unconditionalAnchor", unconditionalAnchor.get(), GREY);
        }
        if (precision.isPresent() && !precision.get().matches("fp16|fp32")) {
            throw new InvalidFieldException("precision", precision.get(), "fp16 or fp32");
        }
        firstChunk.ifPresent(stage -> requireCut("firstChunk.text", stage.text(), text));
        enhancer.ifPresent(stage -> requireFitting(stage, video, chunk));
        enhancer.flatMap(Enhancer::text).ifPresent(own -> requireCut("enhancer.text", own, text));
        graphs = Map.copyOf(graphs);
        examples = List.copyOf(examples);
    }

    private static void requireFitting(Enhancer enhancer, Video video, ChunkPlan chunk) {
        enhancer.plan().requireFitting(chunk);
        enhancer.video().require("enhancer.video");
        enhancer.seen().require("enhancer.canvas");
        boolean alike = enhancer.width() * video.height() == enhancer.height() * video.width();
        if (!alike || enhancer.width() < video.width()) {
            throw new InvalidFieldException("enhancer.video", enhancer.video(),
                    "of the aspect of " + video.width() + "x" + video.height() + ", and not smaller");
        }
    }

    private static void requireCut(String field, TextConditioning stage, TextConditioning text) {
        if (!stage.cutsLike(text)) {
            throw new InvalidFieldException(field, stage.encoder() + " of " + stage.tokens() + " tokens",
                    "cut into the same tokens as text, as many of them");
        }
    }

    /** How far a recipe departs from what this pack usually does. */
    public Departure departure(Recipe recipe) {
        return Departure.of(recipe, diffusion);
    }

    /** Which frames of a film can be refined when; empty for a pack that can't refine. */
    public Optional<EnhancementPlan> enhancementPlan(Recipe recipe) {
        return enhancer.map(stage -> stage.plan(departure(recipe)
                .steps(stage.diffusion().steps(), stage.diffusion().mostSteps())));
    }

    /** In how many of a chunk's {@code steps} the overlap is held. */
    public int heldSteps(int steps) {
        return (int) Math.ceil(overlapHold.orElse(0.0) * steps);
    }

    /** Whether changes of the prompt dissolve. */
    public boolean dissolves() {
        return dissolve.orElse(false);
    }

    /**
     * Reads and checks the manifest of the pack in {@code folder}, without opening the networks.
     *
     * @throws PackException if it is missing or says something impossible
     */
    public static PackManifest read(Path folder) {
        Path file = folder.resolve(PackFinder.MANIFEST);
        if (!Files.isRegularFile(file)) {
            throw PackException.at(folder, "is not a model pack: it has no " + PackFinder.MANIFEST);
        }
        return ManifestReader.read(file);
    }

    /** Whether films can begin with a picture: the pack has a network that turns it into latents. */
    public boolean startsFromImages() {
        return graphs.containsKey(GraphContract.VAE_ENCODER);
    }

    /** What films from text alone remember of the pack: with an equal edition the same recipe gives the same film. */
    public PackEdition edition() {
        return edition(false);
    }

    /**
     * The same of any film.
     *
     * @param fromImage whether the film begins with a picture. What encodes pictures counts only then: a pack that has
     *                  come to have it makes all other films as before
     */
    public PackEdition edition(boolean fromImage) {
        return new PackEdition(version, ManifestDigest.of(this, fromImage));
    }

    /**
     * What a film looks like.
     *
     * @param width  pixels, a multiple of 16
     * @param height pixels, a multiple of 16
     * @param fps    frames per second
     */
    public record Video(int width, int height, int fps) {
        public Video {
            requirePixels("video.width", width);
            requirePixels("video.height", height);
            requireSize("video.fps", fps, 240);
        }

        private static void requirePixels(String field, int pixels) {
            if (pixels < 16 || pixels > 4096 || pixels % 16 != 0) {
                throw new InvalidFieldException(field, pixels, "a multiple of 16, 16 to 4096");
            }
        }
    }

    /**
     * One frame's latent, (channels, height, width).
     *
     * @param scalingFactor normalised latents over raw ones, for the record: the graphs apply it
     */
    public record Latent(
            int channels,
            int height,
            int width,
            @JacksonInject(value = ManifestReader.SCALING_FACTOR, useInput = OptBoolean.TRUE)
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Double> scalingFactor) {

        public Latent(int channels, int height, int width) {
            this(channels, height, width, Optional.empty());
        }

        public Latent {
            requireSize("latent.channels", channels, 1024);
            requireSize("latent.height", height, 1024);
            requireSize("latent.width", width, 1024);
        }

        /** Numbers in one frame's latent. */
        public int size() {
            return channels * height * width;
        }
    }

    /**
     * How a film's first chunk is made by networks of its own, from text alone; a film that begins with an image doesn't
     * need them.
     *
     * @param text      how their prompts become numbers; cut into tokens as the pack's own
     * @param diffusion how they were trained to denoise
     */
    public record FirstChunk(TextConditioning text, Diffusion diffusion) {
        public FirstChunk {
            if (diffusion.fast().isPresent()) {
                throw new InvalidFieldException("firstChunk.diffusion.fast", "there", "left out");
            }
        }
    }

    /**
     * The stage that refines a film, larger than it was made.
     *
     * @param video       size of the refined film, of the film's own aspect
     * @param canvas      size of what the networks see, the film in its middle and black around; as large as the refined
     *                    film if left out
     * @param enlargement how the film is brought to that size; bilinearly if left out
     * @param latent      of a frame on the canvas
     * @param text        how the networks' prompts become numbers, cut into tokens as the pack's own; as those if left out
     * @param window      what is refined at once
     * @param diffusion   how
     */
    public record Enhancer(
            Size video,
            @JacksonInject(value = ManifestReader.CANVAS, useInput = OptBoolean.TRUE)
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Size> canvas,
            @JacksonInject(value = ManifestReader.ENLARGEMENT, useInput = OptBoolean.TRUE)
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Interpolation> enlargement,
            Latent latent,
            @JacksonInject(value = ManifestReader.TEXT, useInput = OptBoolean.TRUE)
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<TextConditioning> text,
            Window window,
            Refinement diffusion) {

        public Enhancer {
            Size seen = canvas.orElse(video);
            if (!seen.surrounds(video)) {
                throw new InvalidFieldException("enhancer.canvas", seen,
                        video + " or larger by an even number of pixels");
            }
        }

        /** One whose networks see the film and nothing else. */
        public Enhancer(Size video, Latent latent, Window window, Refinement diffusion) {
            this(video, Optional.empty(), Optional.empty(), latent, Optional.empty(), window, diffusion);
        }

        /** In pixels. */
        public record Size(int width, int height) {

            private void require(String field) {
                Video.requirePixels(field + ".width", width);
                Video.requirePixels(field + ".height", height);
            }

            private boolean surrounds(Size inner) {
                return width >= inner.width && height >= inner.height
                        && (width - inner.width) % 2 == 0 && (height - inner.height) % 2 == 0;
            }

            @Override
            public String toString() {
                return width + "x" + height;
            }
        }

        /** See {@link EnhancementPlan}. */
        public record Window(int frames, int overlap) { }

        /** Size of what the networks see. */
        public Size seen() {
            return canvas.orElse(video);
        }

        /** Which frames can usually be refined when. */
        public EnhancementPlan plan() {
            return plan(diffusion.steps());
        }

        private EnhancementPlan plan(int steps) {
            return new EnhancementPlan(window.frames(), window.overlap(), steps);
        }

        public int width() {
            return video.width();
        }

        public int height() {
            return video.height();
        }
    }

    /**
     * One network.
     *
     * @param file    name of a file in the pack's folder
     * @param sha256  of that file, in hexadecimal
     * @param weights the file with the weights, which several networks may share; in {@code file} itself if left out
     * @param half    the same network with the same weights, to be computed in fp16 by a graphics card
     * @param inputs  shape by input name
     * @param outputs shape by output name
     */
    public record Graph(
            String file,
            String sha256,
            @JacksonInject(value = ManifestReader.WEIGHTS, useInput = OptBoolean.TRUE) Optional<Weights> weights,
            @JacksonInject(value = ManifestReader.HALF, useInput = OptBoolean.TRUE) Optional<Half> half,
            Map<String, TensorShape> inputs,
            Map<String, TensorShape> outputs) {

        public Graph {
            requireFile("graphs", file, sha256);
            inputs = Map.copyOf(inputs);
            outputs = Map.copyOf(outputs);
        }

        /** A file that the graph's own refers to. */
        public record Weights(String file, String sha256, long bytes) {
            public Weights {
                requireFile("graphs.weights", file, sha256);
                if (bytes < 1) {
                    throw new InvalidFieldException("graphs.weights.bytes", bytes, "1 or more");
                }
            }
        }

        /** The graph in another precision. */
        public record Half(String file, String sha256) {
            public Half {
                requireFile("graphs.half", file, sha256);
            }
        }
    }

    static void requireFile(String field, String file, String sha256) {
        if (!file.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw new InvalidFieldException(field + ".file", file, "the name of a file in the pack's folder");
        }
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new InvalidFieldException(field + ".sha256", sha256, "64 hexadecimal digits");
        }
    }

    static void requireSize(String field, int value, int most) {
        if (value < 1 || value > most) {
            throw new InvalidFieldException(field, value, "1 to " + most);
        }
    }
}
