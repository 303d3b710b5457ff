package dev.longtake.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.bytedeco.javacv.FFmpegFrameGrabber;

/** A file that somebody downloaded, opened as its users would. */
record TakenHome(Path file) {

    /** Downloads what {@code selector} leads to into {@code folder}, by the name that the studio gives it. */
    static TakenHome click(Page page, String selector, Path folder) throws IOException {
        Download download = page.waitForDownload(() -> page.click(selector));
        // FFmpeg looks at names, too.
        return new TakenHome(Files.copy(download.path(),
                Files.createTempDirectory(folder, "home").resolve(download.suggestedFilename())));
    }

    String name() {
        return file.getFileName().toString();
    }

    JsonNode json() throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }

    /** How many pictures of a film or a GIF can be decoded. */
    int frames() throws IOException {
        try (FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(file.toFile())) {
            grabber.start();
            int frames = 0;
            while (grabber.grabImage() != null) {
                frames++;
            }
            return frames;
        }
    }

    /** How long a moving WebP lasts, decoded by the browser, for FFmpeg can't read one. */
    double seconds(Page page) throws IOException {
        Map<String, String> bytes = Map.of("bytes", Base64.getEncoder().encodeToString(Files.readAllBytes(file)));
        return ((Number) page.evaluate("""
                async ({bytes}) => {
                  const data = Uint8Array.from(atob(bytes), c => c.charCodeAt(0));
                  const decoder = new ImageDecoder({data, type: 'image/webp'});
                  await decoder.tracks.ready;
                  await decoder.completed;
                  let micros = 0;
                  for (let i = 0; i < decoder.tracks.selectedTrack.frameCount; i++) {
                    micros += (await decoder.decode({frameIndex: i})).image.duration;
                  }
                  return micros / 1e6;
                }""", bytes)).doubleValue();
    }

    BufferedImage picture() throws IOException {
        return ImageIO.read(file.toFile());
    }

    /** The red of 32 by 32 pixels of a picture, 0 to 255, like {@link Visitor#pictureAt}. */
    List<Integer> smallPicture() throws IOException {
        BufferedImage small = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = small.createGraphics();
        pen.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        pen.drawImage(picture(), 0, 0, 32, 32, null);
        pen.dispose();
        List<Integer> red = new ArrayList<>();
        for (int rgb : small.getRGB(0, 0, 32, 32, null, 0, 32)) {
            red.add(rgb >> 16 & 0xff);
        }
        return red;
    }
}
