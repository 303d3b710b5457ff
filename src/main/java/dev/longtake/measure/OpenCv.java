package dev.longtake.measure;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.global.opencv_video;

/** What every user of OpenCV needs. */
final class OpenCv {

    private static final String LOAD_LIBRARIES = "org.bytedeco.javacpp.loadLibraries";
    private static final String WINDOWS = "org.bytedeco.opencv.global.opencv_highgui";

    static {
        // JavaCPP refuses to allocate once the process is larger than a few Java heaps; a network's weights are.
        System.getProperties().putIfAbsent("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        doWithoutWindows();
        Loader.load(opencv_core.class);
        Loader.load(opencv_imgproc.class);
        Loader.load(opencv_video.class);
        // What DIS finds depends on the number of threads it is cut into; films must score the same everywhere.
        opencv_core.setNumThreads(1);
    }

    private OpenCv() {}

    /** To be called before any other use of OpenCV. */
    static void load() {
        // The static initialiser does it.
    }

    /**
     * JavaCPP loads OpenCV's windows along with its optical flow, which needs GTK but never uses it, and a server has
     * no GTK. A class that is initialised while loading is switched off counts as loaded.
     */
    private static void doWithoutWindows() {
        String before = System.getProperty(LOAD_LIBRARIES);
        System.setProperty(LOAD_LIBRARIES, "false");
        try {
            Class.forName(WINDOWS);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("OpenCV is not the one this was written for", e);
        } finally {
            if (before == null) {
                System.clearProperty(LOAD_LIBRARIES);
            } else {
                System.setProperty(LOAD_LIBRARIES, before);
            }
        }
    }
}
