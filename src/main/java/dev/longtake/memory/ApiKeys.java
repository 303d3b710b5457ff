package dev.longtake.memory;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Secrets by which programs act as an owner. Only their hashes are remembered, so that whoever reads the memory can't
 * use them. Safe to use from any thread.
 */
public final class ApiKeys {

    private static final String MARK = "lt_";
    private static final int SECRET_BYTES = 32;
    private static final Pattern SECRET = Pattern.compile(MARK + "[A-Za-z0-9_-]{43}");
    /** Of the random part: enough to recognize a key by, too little to help a guesser. */
    private static final int PREFIX_CHARACTERS = MARK.length() + 6;
    private static final int ID_CHARACTERS = 16;
    /** When a key was last used is remembered this exactly. */
    private static final Duration USED_EXACTLY_TO = Duration.ofMinutes(1);

    private final RedisConnections redis;
    private final SecureRandom random = new SecureRandom();

    ApiKeys(RedisConnections redis) {
        this.redis = redis;
    }

    /**
     * A key as its owner may see it again.
     *
     * @param prefix  the first characters of the secret
     * @param created to the millisecond, like {@code used}
     * @param used    empty if never
     */
    public record ApiKey(String id, String name, String prefix, Instant created, Optional<Instant> used) { }

    /** A new key with its secret, which nobody can ask for again. */
    public record NewKey(ApiKey key, String secret) { }

    /** Whose a key is, and which. */
    private record Entry(String owner, ApiKey key) { }

    /** Makes a key. */
    public Future<NewKey> create(String owner, String name) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String secret = MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        String hash = hash(secret);
        Instant now = Instant.ofEpochMilli(System.currentTimeMillis());
        ApiKey key = new ApiKey(id(hash), name, secret.substring(0, PREFIX_CHARACTERS), now, Optional.empty());
        // The owner's list first: a key that works can then always be found and revoked.
        return redis.send(Request.cmd(Command.HSET).arg(ofOwner(owner)).arg(key.id()).arg(hash))
                .compose(listed -> redis.send(Request.cmd(Command.HSET).arg(key(hash))
                        .arg("owner").arg(owner)
                        .arg("name").arg(name)
                        .arg("prefix").arg(key.prefix())
                        .arg("created").arg(now.toEpochMilli())))
                .map(new NewKey(key, secret));
    }

    /** How many keys somebody has. */
    public Future<Integer> count(String owner) {
        return redis.send(Request.cmd(Command.HLEN).arg(ofOwner(owner))).map(Response::toInteger);
    }

    /** Somebody's keys, newest first. */
    public Future<List<ApiKey>> list(String owner) {
        return redis.send(Request.cmd(Command.HVALS).arg(ofOwner(owner)))
                .compose(hashes -> Future.all(hashes.stream().map(hash -> find(hash.toString())).toList()))
                .map(all -> all.<Optional<Entry>>list().stream()
                        .flatMap(Optional::stream)
                        .map(Entry::key)
                        .sorted(Comparator.comparing(ApiKey::created).reversed().thenComparing(ApiKey::id))
                        .toList());
    }

    /** Makes a key worthless; false if its owner has none of this id. */
    public Future<Boolean> revoke(String owner, String id) {
        return redis.send(Request.cmd(Command.HGET).arg(ofOwner(owner)).arg(id))
                .compose(hash -> hash == null
                        ? Future.succeededFuture(false)
                        : redis.send(Request.cmd(Command.DEL).arg(key(hash.toString())))
                                .compose(gone -> redis.send(Request.cmd(Command.HDEL).arg(ofOwner(owner)).arg(id)))
                                .map(true));
    }

    /** The owner whom a secret stands for; empty if it was never given out or was revoked. Remembers the use. */
    public Future<Optional<String>> resolve(String secret) {
        if (!SECRET.matcher(secret).matches()) {
            return Future.succeededFuture(Optional.empty());
        }
        String hash = hash(secret);
        return find(hash).compose(entry -> entry.isEmpty()
                ? Future.succeededFuture(Optional.<String>empty())
                : touch(hash, entry.get().key()).map(entry.map(Entry::owner)));
    }

    private Future<Void> touch(String hash, ApiKey key) {
        Instant now = Instant.now();
        if (key.used().filter(used -> Duration.between(used, now).compareTo(USED_EXACTLY_TO) < 0).isPresent()) {
            return Future.succeededFuture();
        }
        return redis.send(Request.cmd(Command.HSET).arg(key(hash)).arg("used").arg(now.toEpochMilli())).mapEmpty();
    }

    private Future<Optional<Entry>> find(String hash) {
        return redis.send(Request.cmd(Command.HMGET).arg(key(hash))
                        .arg("owner").arg("name").arg("prefix").arg("created").arg("used"))
                .map(fields -> fields.get(0) == null || fields.get(3) == null
                        ? Optional.empty()
                        : Optional.of(new Entry(fields.get(0).toString(), new ApiKey(
                                id(hash),
                                fields.get(1).toString(),
                                fields.get(2).toString(),
                                Instant.ofEpochMilli(fields.get(3).toLong()),
                                Optional.ofNullable(fields.get(4))
                                        .map(used -> Instant.ofEpochMilli(used.toLong()))))));
    }

    private static String id(String hash) {
        return hash.substring(0, ID_CHARACTERS);
    }

    private static String hash(String secret) {
        try {
            return HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Hash: what a key is. */
    private static String key(String hash) {
        return "key:{" + hash + "}";
    }

    /** Hash: an owner's keys by their ids. */
    private static String ofOwner(String owner) {
        return FilmKeys.owner(owner) + ":keys";
    }
}
