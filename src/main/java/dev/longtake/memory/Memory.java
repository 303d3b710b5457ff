package dev.longtake.memory;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;

/** Everything Longtake remembers, in one Redis. Safe to use from any thread. */
public final class Memory {

    private final RedisConnections redis;
    private final NewsWire news;
    private final FilmEvents events;
    private final JobQueue jobs;
    private final ShareLinks shares;
    private final FilmMemory films;
    private final Enhancements enhancements;
    private final Sweeper sweeper;
    private final Traffic traffic;
    private final Quotas quotas;
    private final ApiKeys keys;
    private final Answers answers;

    private Memory(RedisConnections redis) {
        this.redis = redis;
        news = new NewsWire(redis);
        events = new FilmEvents(redis, news);
        jobs = new JobQueue(redis);
        shares = new ShareLinks(redis, news);
        films = new FilmMemory(redis, events, jobs, shares);
        enhancements = new Enhancements(redis);
        sweeper = new Sweeper(redis, jobs, films);
        traffic = new Traffic(redis);
        quotas = new Quotas(redis);
        keys = new ApiKeys(redis);
        answers = new Answers(redis);
    }

    /**
     * Connects to a Redis.
     *
     * @param url {@code redis://[:password@]host:port[/database]}
     * @return fails with {@link java.io.IOException} naming the address if no Redis answers there
     */
    public static Future<Memory> open(Vertx vertx, String url) {
        return RedisConnections.open(vertx, url).map(Memory::new);
    }

    public FilmMemory films() {
        return films;
    }

    public Enhancements enhancements() {
        return enhancements;
    }

    public FilmEvents events() {
        return events;
    }

    public JobQueue jobs() {
        return jobs;
    }

    public ShareLinks shares() {
        return shares;
    }

    public Sweeper sweeper() {
        return sweeper;
    }

    public Traffic traffic() {
        return traffic;
    }

    public Quotas quotas() {
        return quotas;
    }

    public ApiKeys keys() {
        return keys;
    }

    public Answers answers() {
        return answers;
    }

    /** Succeeds if Redis answers now. */
    public Future<Void> ping() {
        return redis.send(Request.cmd(Command.PING)).mapEmpty();
    }

    public Future<Void> close() {
        news.close();
        return redis.close();
    }
}
