package dev.longtake.measure;

import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_RGB2GRAY;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_LINEAR;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.bytedeco.opencv.opencv_video.DISOpticalFlow;

/**
 * Dense optical flow between neighbouring frames: Dense Inverse Search (Kroeger et al., ECCV 2016) as OpenCV has it,
 * its default preset, on 720×720 grey pictures whatever the film's size. Each pair starts afresh, so the flow depends
 * on its two frames only.
 */
final class PairFlow implements AutoCloseable {

    /** Width and height at which the flow is looked for; mawe.py's. */
    private static final int SIDE = 720;

    /**
     * What moved between two frames.
     *
     * @param warpError       W of {@link WarpError}
     * @param flow            mean length of the flow, pixels of the 720×720 picture
     * @param squaredFlow     mean squared length, square pixels of that picture
     * @param filmFlow        mean length, pixels of the film
     * @param filmSquaredFlow mean squared length, square pixels of the film
     */
    record Motion(
            double warpError, double flow, double squaredFlow, double filmFlow, double filmSquaredFlow) {}

    private final DISOpticalFlow dis = DISOpticalFlow.create(DISOpticalFlow.PRESET_FAST);
    private final Size size = new Size(SIDE, SIDE);
    private final Mat rgb = new Mat();
    private final Mat flow = new Mat();
    private final ForwardWarp warp = new ForwardWarp(SIDE, SIDE);
    private final float[] vectors = new float[SIDE * SIDE * 2];
    private Mat grey = new Mat();
    private Mat greyBefore = new Mat();
    private byte[] pixels = new byte[SIDE * SIDE * 3];
    private byte[] pixelsBefore = new byte[SIDE * SIDE * 3];

    /** @return empty for the first frame */
    Optional<Motion> accept(Mat frame) {
        Mat spareGrey = greyBefore;
        greyBefore = grey;
        grey = spareGrey;
        byte[] sparePixels = pixelsBefore;
        pixelsBefore = pixels;
        pixels = sparePixels;

        resize(frame, rgb, size, 0, 0, INTER_LINEAR);
        rgb.data().get(pixels);
        cvtColor(rgb, grey, COLOR_RGB2GRAY);
        if (greyBefore.empty()) {
            return Optional.empty();
        }
        // DIS would start from what it finds here.
        flow.release();
        dis.calc(greyBefore, grey, flow);
        new FloatPointer(flow.data()).get(vectors);
        return Optional.of(motion(frame.cols() / (double) SIDE, frame.rows() / (double) SIDE));
    }

    private Motion motion(double filmX, double filmY) {
        double length = 0;
        double square = 0;
        double filmLength = 0;
        double filmSquare = 0;
        for (int i = 0; i < vectors.length; i += 2) {
            double here = (double) vectors[i] * vectors[i] + (double) vectors[i + 1] * vectors[i + 1];
            double x = vectors[i] * filmX;
            double y = vectors[i + 1] * filmY;
            double there = x * x + y * y;
            length += Math.sqrt(here);
            square += here;
            filmLength += Math.sqrt(there);
            filmSquare += there;
        }
        int area = SIDE * SIDE;
        return new Motion(warp.error(pixelsBefore, pixels, vectors),
                length / area, square / area, filmLength / area, filmSquare / area);
    }

    @Override
    public void close() {
        dis.close();
        size.close();
        rgb.close();
        flow.close();
        grey.close();
        greyBefore.close();
    }
}
