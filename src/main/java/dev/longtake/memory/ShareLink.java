package dev.longtake.memory;

import dev.longtake.film.FilmId;
import io.vertx.redis.client.Response;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A link that lets anyone who has it watch a film.
 *
 * @param token 128 random bits as 22 characters that are safe in URLs
 */
public record ShareLink(String token, FilmId film, ShareTerms terms, Instant createdAt) {

    /** Fields of its hash. */
    Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("film", film.value());
        fields.put("createdAt", createdAt.toString());
        fields.put("expiresAt", terms.expiresAt().map(Instant::toString).orElse(""));
        fields.put("prompts", flag(terms.prompts()));
        fields.put("remix", flag(terms.remix()));
        fields.put("downloads", flag(terms.downloads()));
        return fields;
    }

    /** @param hash its fields and their values in turn */
    static Optional<ShareLink> read(String token, Response hash) {
        if (hash == null || hash.size() == 0) {
            return Optional.empty();
        }
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i + 1 < hash.size(); i += 2) {
            fields.put(hash.get(i).toString(), hash.get(i + 1).toString());
        }
        ShareTerms terms = new ShareTerms(
                Optional.of(fields.get("expiresAt")).filter(time -> !time.isEmpty()).map(Instant::parse),
                flag(fields.get("prompts")),
                flag(fields.get("remix")),
                flag(fields.get("downloads")));
        return Optional.of(new ShareLink(
                token, new FilmId(fields.get("film")), terms, Instant.parse(fields.get("createdAt"))));
    }

    private static String flag(boolean value) {
        return value ? "1" : "0";
    }

    private static boolean flag(String value) {
        return value.equals("1");
    }
}
