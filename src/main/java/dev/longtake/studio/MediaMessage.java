package dev.longtake.studio;

import io.vertx.core.buffer.Buffer;

/** Binary messages of the live socket: a header of {@value #HEADER} bytes, big-endian, before the payload. */
final class MediaMessage {

    static final int HEADER = 16;
    static final int VERSION = 1;
    static final int INIT = 1;
    static final int SEGMENT = 2;
    static final int PREVIEW = 3;

    private MediaMessage() { }

    static Buffer init(Rendition rendition, Buffer payload) {
        return message(INIT, rendition, 0, 0, 0, payload);
    }

    static Buffer segment(Rendition rendition, int chunk, int firstFrame, int frameCount, Buffer payload) {
        return message(SEGMENT, rendition, chunk, firstFrame, frameCount, payload);
    }

    static Buffer preview(int chunk, int firstFrame, Buffer payload) {
        return message(PREVIEW, Rendition.BASE, chunk, firstFrame, 1, payload);
    }

    private static Buffer message(
            int kind, Rendition rendition, int chunk, int firstFrame, int frameCount, Buffer payload) {
        return Buffer.buffer(HEADER + payload.length())
                .appendUnsignedByte((short) VERSION)
                .appendUnsignedByte((short) kind)
                .appendUnsignedShort(rendition.ordinal())
                .appendInt(chunk)
                .appendInt(firstFrame)
                .appendInt(frameCount)
                .appendBuffer(payload);
    }
}
