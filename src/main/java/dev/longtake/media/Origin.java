package dev.longtake.media;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;

/** Says in every file where it comes from. */
final class Origin {

    private static final String COMMENT = "Made by AI with Longtake";

    static final Map<String, String> METADATA = Map.of("comment", COMMENT);

    /** The same for programs that know what IPTC calls pictures that were made by AI. */
    private static final String XMP = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
            + "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\""
            + " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmp:CreatorTool=\"" + COMMENT + "\""
            + " xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\" Iptc4xmpExt:DigitalSourceType="
            + "\"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia\"/></rdf:RDF></x:xmpmeta>";

    private static final int GIF_TRAILER = 0x3B;
    private static final int WEBP_FLAGS = 20;
    private static final int WEBP_HAS_XMP = 4;
    private static final int PNG_END = 12;

    private Origin() {}

    /** Adds a comment extension, the last block before the trailer. */
    static void intoGif(Path gif) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(gif.toFile(), "rw")) {
            file.seek(file.length() - 1);
            if (file.read() != GIF_TRAILER) {
                throw new IOException(gif + " is no whole GIF");
            }
            byte[] text = COMMENT.getBytes(StandardCharsets.US_ASCII);
            file.seek(file.length() - 1);
            file.write(new byte[] {0x21, (byte) 0xFE, (byte) text.length});
            file.write(text);
            file.write(new byte[] {0, GIF_TRAILER});
        }
    }

    /** Adds an XMP chunk, as the last one, to an animated WebP. */
    static void intoWebP(Path webp) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(webp.toFile(), "rw")) {
            byte[] text = XMP.getBytes(StandardCharsets.UTF_8);
            file.seek(file.length());
            file.write("XMP ".getBytes(StandardCharsets.US_ASCII));
            file.write(littleEndian(text.length));
            file.write(text);
            file.write(new byte[text.length % 2]);
            file.seek(4);
            file.write(littleEndian(Math.toIntExact(file.length() - 8)));
            file.seek(WEBP_FLAGS);
            int flags = file.read();
            file.seek(WEBP_FLAGS);
            file.write(flags | WEBP_HAS_XMP);
        }
    }

    /** The same PNG with a comment and XMP. */
    static byte[] inPng(byte[] png) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(png, 0, png.length - PNG_END);
            writeChunk(out, "tEXt", "Comment\0" + COMMENT);
            // Keyword, not compressed, no language, no translation of the keyword.
            writeChunk(out, "iTXt", "XML:com.adobe.xmp\0\0\0\0\0" + XMP);
            out.write(png, png.length - PNG_END, PNG_END);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void writeChunk(DataOutputStream out, String type, String text) throws IOException {
        byte[] body = (type + text).getBytes(StandardCharsets.UTF_8);
        CRC32 crc = new CRC32();
        crc.update(body);
        out.writeInt(body.length - type.length());
        out.write(body);
        out.writeInt((int) crc.getValue());
    }

    private static byte[] littleEndian(int value) {
        return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
    }
}
