package dev.longtake.memory;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A few words with a Redis on this machine, before there is a Vert.x client for it. Blocks. */
final class RedisProbe {

    private static final int TIMEOUT_MILLIS = 5_000;

    private final int port;
    private final String password;

    RedisProbe(int port, String password) {
        this.port = port;
        this.password = password;
    }

    /** Whether it answers, knows our password and has its data loaded. */
    boolean answers() {
        try {
            return "+PONG".equals(ask("PING"));
        } catch (IOException e) {
            return false;
        }
    }

    /** Asks it to write everything to disk and end. */
    void shutdown() throws IOException {
        ask("SHUTDOWN");
    }

    /** @return the first line of the answer, {@code null} if it hung up instead */
    private String ask(String command) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            BufferedReader answers =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            say(socket, "AUTH " + password);
            String authenticated = answers.readLine();
            if (!"+OK".equals(authenticated)) {
                throw new IOException("the Redis on port " + port + " is not ours: " + authenticated);
            }
            say(socket, command);
            return answers.readLine();
        }
    }

    private static void say(Socket socket, String command) throws IOException {
        socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }
}
