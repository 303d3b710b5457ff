package dev.longtake.measure;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.longtake.director.Blending;
import dev.longtake.director.Director;
import dev.longtake.director.Refining;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.ChunkPlan;
import dev.longtake.film.FrameRange;
import dev.longtake.film.Recipe;
import dev.longtake.film.Snapshot;
import dev.longtake.film.Timeline;
import dev.longtake.film.VideoFrames;
import dev.longtake.pack.PackManifest;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * Refines clips of which it is known what they look like large: the world's own, drawn at both sizes.
 *
 * @param enlarged bicubically, against the truth
 * @param refined  by the pack, against the truth
 * @param truth    against itself; its sharpness is how sharp the others could be
 */
public record TruthStudy(Fidelity enlarged, Fidelity refined, Fidelity truth) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** {@code clips.json}. */
    record Clips(int frames, int every, List<Clip> clips) { }

    /**
     * @param latents file with those of the small frames, 32-bit floats, little-endian
     * @param picture file with every so many of the large frames side by side
     */
    record Clip(String caption, String latents, String picture) { }

    /**
     * Runs the study.
     *
     * @param folder   holds {@code clips.json} and what it names
     * @param director of a pack with an enhancer
     */
    public static TruthStudy run(Path folder, Director director, Evaluation.Recipes recipes, CancelToken token)
            throws IOException, CancelledException {
        Clips clips = JSON.readValue(folder.resolve("clips.json").toFile(), Clips.class);
        PackManifest.Enhancer enhancer = director.manifest().enhancer().orElseThrow();
        TruthStudy all = null;
        for (Clip clip : clips.clips()) {
            List<float[]> latents = latents(folder.resolve(clip.latents()), clips.frames());
            Recipe recipe = recipes.recipe(Timeline.of(clip.caption()), clips.frames(), 1);
            VideoFrames refined = director.enhance(
                    recipe, Refining.of(director.manifest(), recipe, Blending.USUAL), new FrameRange(0, clips.frames()),
                    latents, true, (step, steps, preview) -> { }, token);
            VideoFrames enlarged =
                    Fidelity.enlarged(asMade(director, recipe, latents), enhancer.width(), enhancer.height());
            VideoFrames truth = truth(folder.resolve(clip.picture()), enhancer);
            TruthStudy one = new TruthStudy(
                    Fidelity.of(every(enlarged, clips.every()), truth),
                    Fidelity.of(every(refined, clips.every()), truth),
                    Fidelity.of(truth, truth));
            all = all == null ? one : all.and(one);
        }
        return all;
    }

    private TruthStudy and(TruthStudy other) {
        return new TruthStudy(enlarged.and(other.enlarged), refined.and(other.refined), truth.and(other.truth));
    }

    private static List<float[]> latents(Path file, int frames) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        float[] all = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(all);
        int size = all.length / frames;
        List<float[]> latents = new ArrayList<>();
        for (int frame = 0; frame < frames; frame++) {
            latents.add(Arrays.copyOfRange(all, frame * size, (frame + 1) * size));
        }
        return latents;
    }

    /** The small frames as the pack's own decoder shows them. */
    private static VideoFrames asMade(Director director, Recipe recipe, List<float[]> latents) {
        ChunkPlan plan = director.plan();
        int size = latents.get(0).length;
        byte[] rgb = {};
        VideoFrames frames = null;
        for (int chunk = 0; chunk < plan.chunksFor(latents.size()); chunk++) {
            float[] window = new float[plan.frames() * size];
            int end = plan.firstFrame(chunk) + plan.newFrames(chunk);
            for (int i = 0; i < plan.frames(); i++) {
                // A clip may end before its last chunk does.
                int frame = Math.min(end - plan.frames() + i, latents.size() - 1);
                System.arraycopy(latents.get(frame), 0, window, i * size, size);
            }
            frames = director.render(recipe, new Snapshot(chunk, window, latents.get(0)))
                    .slice(0, plan.shownFrames(chunk, latents.size()));
            int before = rgb.length;
            rgb = Arrays.copyOf(rgb, before + frames.rgb().length);
            System.arraycopy(frames.rgb(), 0, rgb, before, frames.rgb().length);
        }
        return new VideoFrames(latents.size(), frames.height(), frames.width(), rgb);
    }

    private static VideoFrames every(VideoFrames frames, int every) {
        int size = frames.height() * frames.width() * 3;
        int count = (frames.count() + every - 1) / every;
        byte[] rgb = new byte[count * size];
        for (int i = 0; i < count; i++) {
            System.arraycopy(frames.rgb(), i * every * size, rgb, i * size, size);
        }
        return new VideoFrames(count, frames.height(), frames.width(), rgb);
    }

    private static VideoFrames truth(Path file, PackManifest.Enhancer enhancer) throws IOException {
        BufferedImage row = ImageIO.read(file.toFile());
        int count = row.getWidth() / enhancer.width();
        if (row.getHeight() != enhancer.height() || count * enhancer.width() != row.getWidth()) {
            throw new IOException(file + " has no frames of " + enhancer.width() + "x" + enhancer.height());
        }
        byte[] rgb = new byte[row.getWidth() * row.getHeight() * 3];
        int at = 0;
        for (int frame = 0; frame < count; frame++) {
            for (int y = 0; y < enhancer.height(); y++) {
                for (int x = 0; x < enhancer.width(); x++) {
                    int colour = row.getRGB(frame * enhancer.width() + x, y);
                    rgb[at++] = (byte) (colour >> 16);
                    rgb[at++] = (byte) (colour >> 8);
                    rgb[at++] = (byte) colour;
                }
            }
        }
        return new VideoFrames(count, enhancer.height(), enhancer.width(), rgb);
    }
}
