package dev.longtake.measure;

import static org.bytedeco.opencv.global.opencv_core.BORDER_DEFAULT;
import static org.bytedeco.opencv.global.opencv_core.CV_16S;
import static org.bytedeco.opencv.global.opencv_core.NORM_L1;
import static org.bytedeco.opencv.global.opencv_core.meanStdDev;
import static org.bytedeco.opencv.global.opencv_core.norm;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_RGB2GRAY;
import static org.bytedeco.opencv.global.opencv_imgproc.Laplacian;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.opencv.opencv_core.Mat;

/** How sharp and how colourful single frames are, and how far their pixels are from those of the frame before. */
final class PictureLook implements AutoCloseable {

    /**
     * A frame's numbers.
     *
     * @param sharpness       standard deviation of the luma's Laplacian (4 neighbours), grey levels
     * @param red             mean, 0 to 255
     * @param green           mean, 0 to 255
     * @param blue            mean, 0 to 255
     * @param colourDeviation mean over the channels of the standard deviation within the frame
     * @param jump            mean absolute difference of the channels from the frame before, 0 to 255; 0 for the first
     */
    record Look(double sharpness, double red, double green, double blue, double colourDeviation, double jump) {}

    private final Mat everywhere = new Mat();
    private final Mat grey = new Mat();
    private final Mat laplacian = new Mat();
    private final Mat mean = new Mat();
    private final Mat deviation = new Mat();
    private final Mat before = new Mat();

    Look accept(Mat rgb) {
        double jump = before.empty() ? 0 : norm(rgb, before, NORM_L1, everywhere) / (rgb.total() * rgb.channels());
        rgb.copyTo(before);
        cvtColor(rgb, grey, COLOR_RGB2GRAY);
        Laplacian(grey, laplacian, CV_16S, 1, 1, 0, BORDER_DEFAULT);
        meanStdDev(laplacian, mean, deviation);
        double sharpness = values(deviation)[0];
        meanStdDev(rgb, mean, deviation);
        double[] colour = values(mean);
        double[] spread = values(deviation);
        return new Look(sharpness, colour[0], colour[1], colour[2], (spread[0] + spread[1] + spread[2]) / 3, jump);
    }

    private static double[] values(Mat column) {
        double[] values = new double[column.rows()];
        new DoublePointer(column.data()).get(values);
        return values;
    }

    @Override
    public void close() {
        everywhere.close();
        grey.close();
        laplacian.close();
        mean.close();
        deviation.close();
        before.close();
    }
}
