package dev.longtake.director;

import dev.longtake.film.ChunkPlan;
import dev.longtake.film.Snapshot;
import dev.longtake.film.VideoFrames;
import dev.longtake.pack.PackManifest;
import dev.longtake.pack.VaeDecoder;
import java.util.Arrays;

/** Shows latents: as floats for the networks, as 8-bit pictures for people. */
final class Projector {

    private static final float[] NONE = {};

    private final VaeDecoder decoder;
    private final ChunkPlan plan;
    private final Painter painter;
    // Films are long: what every chunk needs anew would soon be most of the garbage.
    private final float[] handover;
    private float[] handedOver = NONE;

    Projector(VaeDecoder decoder, PackManifest manifest) {
        this.decoder = decoder;
        plan = manifest.chunk();
        painter = new Painter(manifest.video().width(), manifest.video().height());
        handover = new float[plan.conditioningFrames() * 3 * painter.plane()];
    }

    /**
     * The last frames of a chunk, which the next one goes on from.
     *
     * @return (K, 3, H, W) in [-1, 1]; the next call overwrites it
     */
    float[] handover(Snapshot snapshot) {
        if (!Arrays.equals(snapshot.latents(), handedOver)) {
            handedOver = NONE;
            decoder.decode(snapshot.latents(), handoverFrom(), plan.frames(), handover);
            handedOver = snapshot.latents();
        }
        return handover;
    }

    /**
     * A chunk's new frames. The hand-over is decoded on its own here, too: so it can be used again when the next
     * chunk is made, and is the same bits when it can't.
     */
    VideoFrames newFrames(Snapshot snapshot) {
        int from = firstNew(snapshot.chunk());
        int before = Math.max(0, handoverFrom() - from);
        byte[] rgb = new byte[plan.newFrames(snapshot.chunk()) * 3 * painter.plane()];
        if (before > 0) {
            painter.paint(decoder.decode(snapshot.latents(), from, handoverFrom()), 0, rgb, 0, before);
        }
        int skipped = Math.max(0, from - handoverFrom());
        painter.paint(handover(snapshot), skipped, rgb, before, plan.conditioningFrames() - skipped);
        return painter.frames(rgb);
    }

    private int handoverFrom() {
        return plan.frames() - plan.conditioningFrames();
    }

    /** Index within its chunk of the first frame that the film shows. */
    int firstNew(int chunk) {
        return plan.frames() - plan.newFrames(chunk);
    }

    /** One frame's latent as a picture. */
    VideoFrames picture(float[] latent) {
        byte[] rgb = new byte[3 * painter.plane()];
        painter.paint(decoder.decode(latent, 0, 1), 0, rgb, 0, 1);
        return painter.frames(rgb);
    }

    /** A picture of the film's size as the networks see it, (3, H, W) in [-1, 1]. */
    float[] pixels(VideoFrames picture) {
        if (picture.count() != 1 || picture.width() != painter.width() || picture.height() != painter.height()) {
            throw new IllegalArgumentException("a picture of " + painter.width() + "x" + painter.height()
                    + " is needed, not " + picture.count() + " of " + picture.width() + "x" + picture.height());
        }
        int plane = painter.plane();
        float[] pixels = new float[3 * plane];
        for (int i = 0; i < plane; i++) {
            for (int colour = 0; colour < 3; colour++) {
                pixels[colour * plane + i] = Byte.toUnsignedInt(picture.rgb()[3 * i + colour]) / 127.5f - 1;
            }
        }
        return pixels;
    }

    /** A frame's pixels, (3, H, W) in [-1, 1], the same whatever is decoded besides. */
    float[] pixels(float[] latent) {
        return decoder.decode(latent, 0, 1);
    }
}
