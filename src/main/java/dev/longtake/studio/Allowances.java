package dev.longtake.studio;

import dev.longtake.film.Film;
import dev.longtake.film.FilmId;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.memory.Quotas;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Gives everyone as much as the {@link Limits} allow, and says when there will be more. */
final class Allowances {

    /** A seat that nobody counts. */
    static final Seat UNCOUNTED = new Seat() {

        @Override
        public void keep() {
            // there are always enough
        }

        @Override
        public void close() {
            // likewise
        }
    };

    private static final int BURST_SECONDS = 5;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SECOND = Duration.ofSeconds(1);
    /** Longer than between two checks of a socket, so that only those of a dead studio become free by themselves. */
    private static final Duration SOCKET_LEASE = Duration.ofMinutes(1);
    private static final Duration TRY_AGAIN = Duration.ofSeconds(30);
    private static final long MEBIBYTE = 1 << 20;

    private final Quotas quotas;
    private final Owners owners;
    private final Limits limits;
    private final Visitors visitors;

    Allowances(Quotas quotas, Owners owners, Limits limits, Visitors visitors) {
        this.quotas = quotas;
        this.owners = owners;
        this.limits = limits;
        this.visitors = visitors;
    }

    /** Counts one request; fails with 429 if there were too many lately. */
    Future<Void> request(RoutingContext rc) {
        int rate = limits.requestsPerSecond();
        if (rate == 0) {
            return Future.succeededFuture();
        }
        return subject(rc)
                .compose(subject -> quotas.take("requests", subject, rate, SECOND, rate * BURST_SECONDS))
                .compose(wait -> admit(wait, "too-many-requests", "Too many requests",
                        "This studio answers " + rate + " requests a second to each of its users."));
    }

    /** Counts a film that is about to be made, be it new or another take. */
    Future<Void> newFilm(RoutingContext rc, Film film) {
        return longerFilm(film).compose(allowed -> hourly(rc, film.owner())).compose(allowed -> hourly(rc));
    }

    /** Counts a film that is about to become longer or to go on; {@code film} is what it will be. */
    Future<Void> longerFilm(Film film) {
        int longest = limits.framesPerFilm();
        if (longest > 0 && film.recipe().frames() > longest) {
            throw new InvalidFieldException("frames", film.recipe().frames(),
                    "at most " + longest + " in all, the longest film that this studio makes");
        }
        return storage(film.owner()).compose(stored -> making(film.owner(), film.id()));
    }

    /**
     * Counts a film that comes back as it was.
     *
     * @return whether it may go on, too; there may be too many others by now
     */
    Future<Boolean> restored(Film film) {
        int most = limits.filmsInMaking();
        return most == 0 || !film.state().active()
                ? Future.succeededFuture(true)
                : quotas.making(film.owner(), film.id(), most);
    }

    /** Counts a film no more. */
    Future<Void> deleted(Film film) {
        return quotas.gone(film.owner(), film.id());
    }

    private Future<Void> storage(String owner) {
        long most = limits.storedBytes();
        if (most == 0) {
            return Future.succeededFuture();
        }
        return quotas.storedBytes(owner).compose(bytes -> bytes < most
                ? Future.succeededFuture()
                : Future.failedFuture(Problem.of(403, "storage-full", "No room left",
                        "Your films take " + bytes / MEBIBYTE + " MiB, and this studio keeps " + most / MEBIBYTE
                                + " MiB for each of its users. Delete some first.").asException()));
    }

    private Future<Void> making(String owner, FilmId film) {
        int most = limits.filmsInMaking();
        if (most == 0) {
            return Future.succeededFuture();
        }
        return quotas.making(owner, film, most).compose(seated -> admit(seated ? Duration.ZERO : TRY_AGAIN,
                "too-many-at-once", "Too many films at once",
                "This studio makes " + most + " films at a time for each of its users; wait until one is done."));
    }

    private Future<Void> hourly(RoutingContext rc, String owner) {
        int most = limits.filmsPerHour();
        if (most == 0) {
            return Future.succeededFuture();
        }
        return quotas.known(owner)
                // Whoever throws the cookie away does not get another hour's worth.
                .compose(known -> quotas.take("films", known ? owner : address(rc), most, HOUR, most))
                .compose(wait -> admit(wait, "too-many-films", "Too many films",
                        "This studio makes " + most + " films an hour for each of its users."));
    }

    /** Cookies are thrown away in no time, and keys are made with cookies. */
    private Future<Void> hourly(RoutingContext rc) {
        int most = limits.filmsPerAddress();
        if (most == 0) {
            return Future.succeededFuture();
        }
        return quotas.take("films of all", address(rc), most, HOUR, most)
                .compose(wait -> admit(wait, "too-many-films", "Too many films",
                        "This studio makes " + most + " films an hour for all who come from one address."));
    }

    /** A seat of a socket; gives it back when it is closed. */
    interface Seat extends AutoCloseable {

        /** To be called more often than once a minute. */
        void keep();

        @Override
        void close();
    }

    /** Counts a socket; fails with 429 if there are too many. */
    Future<Seat> socket(RoutingContext rc) {
        int most = limits.sockets();
        String who = UUID.randomUUID().toString();
        if (most == 0) {
            return Future.succeededFuture(UNCOUNTED);
        }
        return subject(rc).compose(subject -> quotas.seat("sockets", subject, who, most, SOCKET_LEASE)
                .compose(seated -> admit(seated ? Duration.ZERO : TRY_AGAIN, "too-many-sockets", "Too many sockets",
                        "This studio shows " + most + " films at a time live to each of its users."))
                .map(admitted -> new CountedSeat(subject, who)));
    }

    private final class CountedSeat implements Seat {

        private final String subject;
        private final String who;

        CountedSeat(String subject, String who) {
            this.subject = subject;
            this.who = who;
        }

        @Override
        public void keep() {
            quotas.seat("sockets", subject, who, limits.sockets(), SOCKET_LEASE);
        }

        @Override
        public void close() {
            quotas.leave("sockets", subject, who);
        }
    }

    private static Future<Void> admit(Duration wait, String name, String title, String detail) {
        return wait.isZero()
                ? Future.succeededFuture()
                : Future.failedFuture(Problem.of(429, name, title, detail).asException(wait));
    }

    /** Owners who have films; all others together by their address, for a cookie is made up easily. */
    private Future<String> subject(RoutingContext rc) {
        Optional<String> owner = owners.find(rc);
        if (owner.isEmpty() || Owners.byKey(rc)) {
            return Future.succeededFuture(owner.orElseGet(() -> address(rc)));
        }
        return quotas.known(owner.get()).map(known -> known ? owner.get() : address(rc));
    }

    private String address(RoutingContext rc) {
        return "address " + visitors.network(rc.request());
    }
}
