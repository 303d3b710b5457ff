package dev.longtake.director;

import dev.longtake.film.ChunkPlan;
import dev.longtake.film.Snapshot;
import dev.longtake.film.VideoFrames;
import dev.longtake.pack.PackManifest;
import dev.longtake.pack.VaeDecoder;

/** Shows latents: as floats for the networks, as 8-bit pictures for people. */
final class Projector {

    private final VaeDecoder decoder;
    private final ChunkPlan plan;
    private final PackManifest.Video video;

    Projector(VaeDecoder decoder, PackManifest manifest) {
        this.decoder = decoder;
        plan = manifest.chunk();
        video = manifest.video();
    }

    /** The last frames of a chunk, which the next one goes on from: (K, 3, H, W) in [-1, 1]. */
    float[] handover(Snapshot snapshot) {
        return decoder.decode(snapshot.latents(), plan.frames() - plan.conditioningFrames(), plan.frames());
    }

    /** A chunk's new frames. */
    VideoFrames newFrames(Snapshot snapshot) {
        return pictures(decoder.decode(snapshot.latents(), firstNew(snapshot.chunk()), plan.frames()));
    }

    /** Index within its chunk of the first frame that the film shows. */
    int firstNew(int chunk) {
        return plan.frames() - plan.newFrames(chunk);
    }

    /** One frame's latent as a picture. */
    VideoFrames picture(float[] latent) {
        return pictures(decoder.decode(latent, 0, 1));
    }

    private VideoFrames pictures(float[] pixels) {
        int plane = video.width() * video.height();
        int count = pixels.length / (3 * plane);
        byte[] rgb = new byte[pixels.length];
        for (int frame = 0; frame < count; frame++) {
            int start = frame * 3 * plane;
            for (int i = 0; i < plane; i++) {
                for (int colour = 0; colour < 3; colour++) {
                    rgb[start + 3 * i + colour] = (byte) Math.round((pixels[start + colour * plane + i] + 1) * 127.5f);
                }
            }
        }
        return new VideoFrames(count, video.height(), video.width(), rgb);
    }
}
