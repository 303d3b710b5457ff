package dev.longtake.media;

import com.drew.imaging.ImageProcessingException;
import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.imaging.png.PngChunk;
import com.drew.imaging.png.PngChunkReader;
import com.drew.imaging.png.PngChunkType;
import com.drew.imaging.tiff.TiffMetadataReader;
import com.drew.imaging.webp.WebpMetadataReader;
import com.drew.lang.ByteArrayReader;
import com.drew.lang.StreamReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifDirectoryBase;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * How a camera was held, as EXIF writes it, 1 to 8: what must be done to the stored picture so that it stands upright.
 *
 * @param mirrored whether left and right are to be exchanged first
 * @param quarters then turned to the right so many times, 0 to 3
 */
record Orientation(boolean mirrored, int quarters) {

    static final Orientation UPRIGHT = new Orientation(false, 0);

    /** As the file says; upright where it says nothing, or nothing that can be understood. */
    static Orientation of(String format, byte[] file) {
        try {
            Metadata metadata = metadata(format, file);
            return metadata.getDirectoriesOfType(ExifIFD0Directory.class).stream()
                    .map(directory -> directory.getInteger(ExifDirectoryBase.TAG_ORIENTATION))
                    .filter(tag -> tag != null && tag >= 1 && tag <= 8)
                    .findFirst()
                    .map(Orientation::of)
                    .orElse(UPRIGHT);
        } catch (ImageProcessingException | IOException | RuntimeException e) {
            // The picture can still be shown as it lies.
            return UPRIGHT;
        }
    }

    private static Metadata metadata(String format, byte[] file) throws ImageProcessingException, IOException {
        ByteArrayInputStream bytes = new ByteArrayInputStream(file);
        return switch (format) {
            case "JPEG" -> JpegMetadataReader.readMetadata(bytes, List.of(new ExifReader()));
            case "PNG" -> png(bytes);
            case "WebP" -> WebpMetadataReader.readMetadata(bytes);
            case "TIFF" -> TiffMetadataReader.readMetadata(new ByteArrayReader(file));
            default -> new Metadata();
        };
    }

    /** Nothing but the chunk that matters: others are compressed, and may be far larger than they look. */
    private static Metadata png(ByteArrayInputStream bytes) throws ImageProcessingException, IOException {
        Metadata metadata = new Metadata();
        for (PngChunk chunk : new PngChunkReader().extract(new StreamReader(bytes), Set.of(PngChunkType.eXIf))) {
            new ExifReader().extract(new ByteArrayReader(chunk.getBytes()), metadata);
        }
        return metadata;
    }

    /** @param tag 1 to 8 */
    static Orientation of(int tag) {
        return switch (tag) {
            case 2 -> new Orientation(true, 0);
            case 3 -> new Orientation(false, 2);
            case 4 -> new Orientation(true, 2);
            case 5 -> new Orientation(true, 3);
            case 6 -> new Orientation(false, 1);
            case 7 -> new Orientation(true, 1);
            case 8 -> new Orientation(false, 3);
            default -> UPRIGHT;
        };
    }

    /** Whether width and height are exchanged. */
    boolean lies() {
        return quarters % 2 == 1;
    }

    /**
     * Turns a picture upright.
     *
     * @param rgb    (height, width, 3)
     * @param width  as it lies
     * @param height as it lies
     * @return (height, width, 3), or (width, height, 3) if it lay
     */
    byte[] upright(byte[] rgb, int width, int height) {
        if (equals(UPRIGHT)) {
            return rgb;
        }
        byte[] turned = new byte[rgb.length];
        int wide = lies() ? height : width;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int u = mirrored ? width - 1 - x : x;
                int to = switch (quarters) {
                    case 1 -> u * wide + height - 1 - y;
                    case 2 -> (height - 1 - y) * wide + width - 1 - u;
                    case 3 -> (width - 1 - u) * wide + y;
                    default -> y * wide + u;
                };
                System.arraycopy(rgb, 3 * (y * width + x), turned, 3 * to, 3);
            }
        }
        return turned;
    }
}
