package dev.longtake.pack;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.OptBoolean;
import dev.longtake.film.ChunkPlan;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.PackEdition;
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
        Text text,
        int contexts,
        Diffusion diffusion,
        @JacksonInject(value = ManifestReader.OVERLAP_HOLD, useInput = OptBoolean.TRUE) Optional<Double> overlapHold,
        @JacksonInject(value = ManifestReader.DISSOLVE, useInput = OptBoolean.TRUE) Optional<Boolean> dissolve,
        String anchor,
        @JacksonInject(value = ManifestReader.ENHANCER, useInput = OptBoolean.TRUE) Optional<Enhancer> enhancer,
        Map<String, Graph> graphs,
        Map<String, List<String>> vocabulary,
        List<String> examples,
        Map<String, Object> provenance) {

    public static final int FORMAT = 1;
    public static final String FIRST_FRAME = "first-frame";

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
        enhancer.ifPresent(stage -> requireFitting(stage, video, chunk));
        graphs = Map.copyOf(graphs);
        examples = List.copyOf(examples);
    }

    private static void requireFitting(Enhancer enhancer, Video video, ChunkPlan chunk) {
        enhancer.plan().requireFitting(chunk);
        int scale = enhancer.width() / video.width();
        Video.requirePixels("enhancer.video.width", enhancer.width());
        Video.requirePixels("enhancer.video.height", enhancer.height());
        boolean multiple = enhancer.width() == scale * video.width() && enhancer.height() == scale * video.height();
        if (scale < 1 || !multiple) {
            throw new InvalidFieldException("enhancer.video", enhancer.width() + "x" + enhancer.height(),
                    "a whole multiple of " + video.width() + "x" + video.height());
        }
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

    /** What films remember of the pack: with an equal edition the same recipe gives the same film. */
    public PackEdition edition() {
        return new PackEdition(version, ManifestDigest.of(this));
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

    /** One frame's latent, (channels, height, width). */
    public record Latent(int channels, int height, int width) {
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
     * How prompts become numbers.
     *
     * @param encoder the text encoder, {@value TextEncoder#MINI_LM}
     * @param tokens  tokens a prompt may have (L)
     * @param width   numbers per token (D)
     */
    public record Text(String encoder, int tokens, int width) {
        public Text {
            if (!TextEncoder.MINI_LM.equals(encoder)) {
                throw new InvalidFieldException("text.encoder", encoder, TextEncoder.MINI_LM);
            }
            requireSize("text.tokens", tokens, 512);
            if (width != TextEncoder.WIDTH) {
                throw new InvalidFieldException("text.width", width, TextEncoder.WIDTH + " with " + encoder);
            }
        }

        /** Numbers in one encoded prompt. */
        public int size() {
            return tokens * width;
        }
    }

    /**
     * The stage that refines a film, larger than it was made.
     *
     * @param video     size of the refined film, a whole multiple of the film's
     * @param latent    of a refined frame
     * @param window    what is refined at once
     * @param diffusion how
     */
    public record Enhancer(Size video, Latent latent, Window window, Refinement diffusion) {

        /** In pixels. */
        public record Size(int width, int height) { }

        /** See {@link EnhancementPlan}. */
        public record Window(int frames, int overlap) { }

        /** Which frames can be refined when. */
        public EnhancementPlan plan() {
            return new EnhancementPlan(window.frames(), window.overlap(), diffusion.steps());
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
     * @param inputs  shape by input name
     * @param outputs shape by output name
     */
    public record Graph(
            String file, String sha256, Map<String, TensorShape> inputs, Map<String, TensorShape> outputs) {
        public Graph {
            if (!file.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
                throw new InvalidFieldException("graphs.file", file, "the name of a file in the pack's folder");
            }
            if (!sha256.matches("[0-9a-f]{64}")) {
                throw new InvalidFieldException("graphs.sha256", sha256, "64 hexadecimal digits");
            }
            inputs = Map.copyOf(inputs);
            outputs = Map.copyOf(outputs);
        }
    }

    private static void requireSize(String field, int value, int most) {
        if (value < 1 || value > most) {
            throw new InvalidFieldException(field, value, "1 to " + most);
        }
    }
}
