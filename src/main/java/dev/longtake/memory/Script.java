package dev.longtake.memory;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** A Lua script, kept as a resource beside this class. Redis runs it as one step. */
final class Script {

    private final String source;
    private final String hash;

    Script(String resource) {
        try (InputStream stream = Script.class.getResourceAsStream(resource)) {
            source = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            hash = HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-1").digest(source.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * @param keys      all of one hash slot
     * @param arguments strings, numbers and {@code Buffer}s
     */
    Future<Response> run(RedisConnections redis, List<String> keys, List<?> arguments) {
        return redis.send(request(Command.EVALSHA, hash, keys, arguments))
                // Redis forgets scripts when it starts anew.
                .recover(error -> String.valueOf(error.getMessage()).startsWith("NOSCRIPT")
                        ? redis.send(request(Command.EVAL, source, keys, arguments))
                        : Future.failedFuture(error));
    }

    private static Request request(Command command, String script, List<String> keys, List<?> arguments) {
        Request request = Request.cmd(command).arg(script).arg(keys.size());
        keys.forEach(request::arg);
        for (Object argument : arguments) {
            if (argument instanceof Buffer buffer) {
                request.arg(buffer);
            } else {
                request.arg(argument.toString());
            }
        }
        return request;
    }
}
