package dev.longtake.memory;

import dev.longtake.film.FilmId;
import io.vertx.core.Future;
import java.util.Optional;

/** Links that let anyone watch a film. Safe to use from any thread. */
public final class ShareLinks {

    /** @return a token of 128 random bits, 22 characters that are safe in URLs */
    public Future<String> create(FilmId film) {
        throw new UnsupportedOperationException();
    }

    /** The film a token stands for; empty if it was never given out, was revoked or its film was deleted. */
    public Future<Optional<FilmId>> resolve(String token) {
        throw new UnsupportedOperationException();
    }

    /** Makes a token worthless; harmless if it is already. */
    public Future<Void> revoke(String token) {
        throw new UnsupportedOperationException();
    }
}
