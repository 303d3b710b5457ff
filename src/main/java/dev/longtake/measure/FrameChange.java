package dev.longtake.measure;

import static org.bytedeco.opencv.global.opencv_core.NORM_L1;
import static org.bytedeco.opencv.global.opencv_core.norm;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_RGB2HSV;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_LINEAR;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * How much a frame differs from the one before, as PySceneDetect's {@code ContentDetector} counts it (its content
 * value): the mean over pixels of the absolute differences of hue, saturation and value, the three weighed alike, in
 * OpenCV's 8-bit HSV (hue 0 to 179; its difference doesn't go round the circle). Frames whose longer side is above
 * 256 pixels are scaled down to 256 first, as the library does by default.
 */
final class FrameChange implements AutoCloseable {

    private static final int LONGEST_SIDE = 256;

    private final Mat everywhere = new Mat();
    private final Mat small = new Mat();
    private Mat hsv = new Mat();
    private Mat before = new Mat();

    /** @return 0 to 255; 0 for the first frame */
    double accept(Mat rgb) {
        Mat spare = before;
        before = hsv;
        hsv = spare;
        double factor = Math.max(rgb.cols(), rgb.rows()) / (double) LONGEST_SIDE;
        if (factor > 1) {
            try (Size size = new Size(scaled(rgb.cols(), factor), scaled(rgb.rows(), factor))) {
                resize(rgb, small, size, 0, 0, INTER_LINEAR);
            }
        }
        cvtColor(factor > 1 ? small : rgb, hsv, COLOR_RGB2HSV);
        return before.empty() ? 0 : norm(hsv, before, NORM_L1, everywhere) / (hsv.total() * hsv.channels());
    }

    private static int scaled(int side, double factor) {
        return Math.max(1, (int) Math.rint(side / factor));
    }

    @Override
    public void close() {
        everywhere.close();
        small.close();
        hsv.close();
        before.close();
    }
}
