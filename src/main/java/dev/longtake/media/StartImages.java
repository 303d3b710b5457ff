package dev.longtake.media;

import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.StartImage;
import dev.longtake.film.VideoFrames;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Reads what people bring as pictures for films to begin with, and makes it as large as the film: turned upright as the
 * camera says, cut from its middle to the film's shape, scaled. The readers are Java's where there is one, for the files
 * are from anywhere, and what is wrong with one must be an exception at worst. Stateless and safe to use from any thread; blocks,
 * and takes up to 4 bytes of memory a pixel.
 */
public final class StartImages {

    /** In bytes. */
    public static final int LARGEST_FILE = 10 << 20;
    /** Width times height; cameras have up to some fifty million. */
    public static final int MOST_PIXELS = 64_000_000;

    private static final String ALLOWED = "a whole picture that stands still: JPEG, PNG, WebP, GIF (its first frame), BMP"
            + " or TIFF, of at most " + (LARGEST_FILE >> 20) + " MB and " + MOST_PIXELS / 1_000_000
            + " million pixels";
    /** Names of Java's readers, in lower case, and ours. */
    private static final Map<String, String> FORMATS = Map.of(
            "jpeg", "JPEG", "png", "PNG", "gif", "GIF", "bmp", "BMP", "tif", "TIFF", "tiff", "TIFF");
    /** A picture that is left so many times larger than needed is scaled as well as a larger one. */
    private static final int SPARE = 8;
    private static final byte[] PNG_ANIMATION = {'a', 'c', 'T', 'L'};
    private static final byte[] PNG_DATA = {'I', 'D', 'A', 'T'};
    private static final int PNG_HEAD = 8;
    private static final int PNG_AROUND_CHUNK = 12;

    private final int width;
    private final int height;

    /**
     * @param width  of the film in pixels
     * @param height of the film in pixels
     */
    public StartImages(int width, int height) {
        FFmpeg.load();
        this.width = width;
        this.height = height;
    }

    /**
     * Reads a picture of any size.
     *
     * @param field who asks for it, to be named in what is refused
     * @throws InvalidFieldException if it is no picture that can be taken
     */
    public StartImage read(String field, byte[] file) {
        if (file.length == 0 || file.length > LARGEST_FILE) {
            throw new InvalidFieldException(field, "a file of " + file.length + " bytes", ALLOWED);
        }
        if (WebP.is(file)) {
            return checked(field, "WebP", () -> webP(field, file));
        }
        try (ImageInputStream input = new ByteArrayImageInputStream(file)) {
            ImageReader reader = reader(input);
            if (reader == null) {
                throw new InvalidFieldException(
                        field, "a file of " + file.length + " bytes that is no such picture", ALLOWED);
            }
            try {
                String format = FORMATS.get(name(reader));
                return checked(field, format, () -> read(field, format, file, input, reader));
            } finally {
                reader.dispose();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @FunctionalInterface
    private interface Reading {
        StartImage read() throws IOException;
    }

    /** The readers' trust in what a broken file says of itself ends in exceptions of every kind. */
    private static StartImage checked(String field, String format, Reading reading) {
        try {
            return reading.read();
        } catch (InvalidFieldException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new InvalidFieldException(field, "a broken " + format, ALLOWED);
        }
    }

    private static void requireStill(String field, String format, boolean moves) {
        if (moves) {
            throw new InvalidFieldException(field, "a " + format + " that moves", ALLOWED);
        }
    }

    private static void requireSize(String field, String format, int width, int height) {
        if ((long) width * height > MOST_PIXELS) {
            throw new InvalidFieldException(field, "a " + format + " of " + width + "x" + height + " pixels", ALLOWED);
        }
    }

    private StartImage webP(String field, byte[] file) throws IOException {
        WebP picture = WebP.of(file);
        requireStill(field, "WebP", picture.moves());
        requireSize(field, "WebP", picture.width(), picture.height());
        Orientation orientation = Orientation.of("WebP", file);
        Rectangle middle = middle(picture.width(), picture.height(), orientation.lies());
        return upright(picture.decode().getSubimage(middle.x, middle.y, middle.width, middle.height), orientation);
    }

    private static ImageReader reader(ImageInputStream input) throws IOException {
        for (Iterator<ImageReader> readers = ImageIO.getImageReaders(input); readers.hasNext(); ) {
            ImageReader reader = readers.next();
            if (FORMATS.containsKey(name(reader))) {
                return reader;
            }
        }
        return null;
    }

    private static String name(ImageReader reader) {
        try {
            return reader.getFormatName().toLowerCase(Locale.ROOT);
        } catch (IOException e) {
            return "";
        }
    }

    private StartImage read(String field, String format, byte[] file, ImageInputStream input, ImageReader reader)
            throws IOException {
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
        reader.setInput(input, false, true);
        requireStill(field, format, format.equals("PNG") && indexOf(PNG_ANIMATION, file) > 0);
        int lyingWidth = reader.getWidth(0);
        int lyingHeight = reader.getHeight(0);
        requireSize(field, format, lyingWidth, lyingHeight);
        Orientation orientation = Orientation.of(format, file);
        BufferedImage part = part(reader, middle(lyingWidth, lyingHeight, orientation.lies()));
        if (warnings.stream().anyMatch(StartImages::cutShort)
                || format.equals("BMP") && bmpLength(file) > file.length) {
            throw new InvalidFieldException(field, "a " + format + " that is cut short", ALLOWED);
        }
        return upright(part, orientation);
    }

    private StartImage upright(BufferedImage part, Orientation orientation) {
        byte[] rgb = orientation.upright(rgb(part), part.getWidth(), part.getHeight());
        return new StartImage(orientation.lies()
                ? scaled(rgb, part.getHeight(), part.getWidth())
                : scaled(rgb, part.getWidth(), part.getHeight()));
    }

    /** Where a PNG has a chunk, before its data; -1 for nowhere. */
    private static int indexOf(byte[] type, byte[] png) {
        ByteBuffer bytes = ByteBuffer.wrap(png);
        int at = PNG_HEAD;
        while (at >= 0 && at + PNG_AROUND_CHUNK <= png.length) {
            ByteBuffer found = bytes.slice(at + Integer.BYTES, Integer.BYTES);
            if (found.equals(ByteBuffer.wrap(type))) {
                return at;
            }
            if (found.equals(ByteBuffer.wrap(PNG_DATA))) {
                return -1;
            }
            long length = Integer.toUnsignedLong(bytes.getInt(at));
            at = (int) Math.min(at + PNG_AROUND_CHUNK + length, png.length);
        }
        return -1;
    }

    /** Java's reader of JPEG fills up what is missing. */
    private static boolean cutShort(String warning) {
        return warning.toLowerCase(Locale.ROOT).contains("premature end");
    }

    /** What a BMP says how long it is: its reader takes what is missing for black. */
    private static long bmpLength(byte[] bmp) {
        return Integer.toUnsignedLong(ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).getInt(2));
    }

    /** The largest part from the middle that has the film's shape. */
    private Rectangle middle(int lyingWidth, int lyingHeight, boolean lies) {
        int wide = lies ? height : width;
        int high = lies ? width : height;
        int partWidth = (int) Math.max(1, Math.min(lyingWidth, (long) lyingHeight * wide / high));
        int partHeight = (int) Math.max(1, Math.min(lyingHeight, (long) lyingWidth * high / wide));
        return new Rectangle((lyingWidth - partWidth) / 2, (lyingHeight - partHeight) / 2, partWidth, partHeight);
    }

    /** A part of the picture, not much finer than needed. */
    private BufferedImage part(ImageReader reader, Rectangle part) throws IOException {
        int finer = Math.min(part.width, part.height) / Math.max(width, height) / SPARE;
        ImageReadParam param = reader.getDefaultReadParam();
        param.setSourceRegion(part);
        param.setSourceSubsampling(Math.max(1, finer), Math.max(1, finer), 0, 0);
        return reader.read(0, param);
    }

    /** (height, width, 3); what can be seen through stands before white. */
    private static byte[] rgb(BufferedImage image) {
        int w = image.getWidth();
        int h = image.getHeight();
        BufferedImage opaque = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = opaque.createGraphics();
        graphics.drawImage(image, 0, 0, Color.WHITE, null);
        graphics.dispose();
        int[] pixels = opaque.getRGB(0, 0, w, h, null, 0, w);
        byte[] rgb = new byte[3 * pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            rgb[3 * i] = (byte) (pixels[i] >> 16);
            rgb[3 * i + 1] = (byte) (pixels[i] >> 8);
            rgb[3 * i + 2] = (byte) pixels[i];
        }
        return rgb;
    }

    private VideoFrames scaled(byte[] rgb, int fromWidth, int fromHeight) {
        VideoFrames frame = new VideoFrames(1, fromHeight, fromWidth, rgb);
        if (fromWidth == width && fromHeight == height) {
            return frame;
        }
        // Lanczos looks at all pixels that become one, so that nothing flickers in or out.
        String text = FilterGraph.source("picture", fromWidth, fromHeight, "rgb24", 1)
                + ",scale=" + width + ":" + height + ":flags=lanczos+accurate_rnd+bitexact,format=rgb24,"
                + FilterGraph.SINK;
        byte[] result = new byte[3 * width * height];
        try (RgbFrame picture = new RgbFrame(fromWidth, fromHeight, 1); FilterGraph graph = new FilterGraph(text)) {
            graph.push("picture", picture.of(frame, 0, 0));
            graph.push("picture", null);
            graph.drain(scaled -> {
                for (int y = 0; y < height; y++) {
                    scaled.data(0).position((long) y * scaled.linesize(0)).get(result, 3 * y * width, 3 * width);
                }
            });
        }
        return new VideoFrames(1, height, width, result);
    }

    /** As a PNG, which {@link #read} gives back as it was. */
    public static byte[] png(StartImage image) {
        VideoFrames pixels = image.pixels();
        BufferedImage picture = new BufferedImage(pixels.width(), pixels.height(), BufferedImage.TYPE_3BYTE_BGR);
        for (int y = 0; y < pixels.height(); y++) {
            for (int x = 0; x < pixels.width(); x++) {
                int at = 3 * (y * pixels.width() + x);
                byte[] rgb = pixels.rgb();
                picture.setRGB(x, y, (rgb[at] & 0xFF) << 16 | (rgb[at + 1] & 0xFF) << 8 | rgb[at + 2] & 0xFF);
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return png.toByteArray();
    }
}
