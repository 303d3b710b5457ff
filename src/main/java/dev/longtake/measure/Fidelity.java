package dev.longtake.measure;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_CUBIC;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import dev.longtake.film.VideoFrames;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.bytedeco.opencv.opencv_quality.QualityPSNR;
import org.bytedeco.opencv.opencv_quality.QualitySSIM;

/**
 * How near pictures are to what they should show.
 *
 * @param frames    that were compared
 * @param psnr      mean peak signal-to-noise ratio, dB
 * @param ssim      mean structural similarity (Wang et al. 2004), over the colours, at most 1
 * @param sharpness mean standard deviation of the luma's Laplacian, grey levels
 */
public record Fidelity(int frames, double psnr, double ssim, double sharpness) {

    static {
        OpenCv.load();
    }

    /** Compares frames of one size, as many of each. */
    public static Fidelity of(VideoFrames made, VideoFrames truth) {
        int size = truth.height() * truth.width() * 3;
        double psnr = 0;
        double ssim = 0;
        double sharpness = 0;
        try (BytePointer pixels = new BytePointer(size);
                BytePointer truePixels = new BytePointer(size);
                Mat picture = new Mat(truth.height(), truth.width(), CV_8UC3, pixels);
                Mat truePicture = new Mat(truth.height(), truth.width(), CV_8UC3, truePixels);
                Mat map = new Mat();
                PictureLook look = new PictureLook()) {
            for (int frame = 0; frame < truth.count(); frame++) {
                pixels.put(made.rgb(), frame * size, size);
                truePixels.put(truth.rgb(), frame * size, size);
                psnr += mean(QualityPSNR.compute(truePicture, picture, map));
                ssim += mean(QualitySSIM.compute(truePicture, picture, map));
                sharpness += look.accept(picture).sharpness();
            }
        }
        int count = truth.count();
        return new Fidelity(count, psnr / count, ssim / count, sharpness / count);
    }

    private static double mean(Scalar channels) {
        try (channels) {
            return (channels.get(0) + channels.get(1) + channels.get(2)) / 3;
        }
    }

    /** Both together. */
    Fidelity and(Fidelity other) {
        double share = (double) other.frames / (frames + other.frames);
        return new Fidelity(frames + other.frames, psnr + share * (other.psnr - psnr),
                ssim + share * (other.ssim - ssim), sharpness + share * (other.sharpness - sharpness));
    }

    /** Frames at another size, bicubically. */
    static VideoFrames enlarged(VideoFrames frames, int width, int height) {
        int from = frames.height() * frames.width() * 3;
        int to = height * width * 3;
        byte[] rgb = new byte[frames.count() * to];
        try (BytePointer pixels = new BytePointer(from);
                Mat picture = new Mat(frames.height(), frames.width(), CV_8UC3, pixels);
                Mat large = new Mat();
                Size size = new Size(width, height)) {
            for (int frame = 0; frame < frames.count(); frame++) {
                pixels.put(frames.rgb(), frame * from, from);
                resize(picture, large, size, 0, 0, INTER_CUBIC);
                large.data().get(rgb, frame * to, to);
            }
        }
        return new VideoFrames(frames.count(), height, width, rgb);
    }
}
