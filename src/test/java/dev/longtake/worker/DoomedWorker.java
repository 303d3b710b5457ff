package dev.longtake.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import org.awaitility.Awaitility;

/** A worker's process that gets to a certain point and is killed there. */
final class DoomedWorker {

    private static final String READY = "in the middle of it";

    private DoomedWorker() {}

    /**
     * Runs the process until it is where it is to be killed.
     *
     * @param main its main class, whose one argument is the Redis's URL
     */
    static void killInTheMiddle(Class<?> main, String url) throws Exception {
        Process worker = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp", System.getProperty("java.class.path"),
                        main.getName(), url)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = worker.inputReader()) {
            assertThat(lines.lines().anyMatch(READY::equals)).isTrue();
        } finally {
            worker.destroyForcibly().waitFor();
        }
    }

    /** Called by the process where it is to be killed; does not return. */
    static void awaitDeath() {
        System.out.println(READY);
        Awaitility.await().forever().until(() -> false);
    }
}
