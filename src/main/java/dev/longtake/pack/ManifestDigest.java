package dev.longtake.pack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells packs apart by what decides a film's pixels: the networks by their checksums, and how they are used. Titles,
 * examples and the like may change.
 */
final class ManifestDigest {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private ManifestDigest() { }

    /**
     * SHA-256 in hexadecimal.
     *
     * @param fromImage whether it is about films that begin with a picture, which one network more decides
     */
    static String of(PackManifest manifest, boolean fromImage) {
        Map<String, Object> decisive = new TreeMap<>();
        decisive.put("format", manifest.format());
        decisive.put("name", manifest.name());
        decisive.put("video", manifest.video());
        decisive.put("chunk", manifest.chunk());
        decisive.put("latent", manifest.latent());
        decisive.put("text", manifest.text());
        decisive.put("contexts", manifest.contexts());
        decisive.put("diffusion", manifest.diffusion());
        decisive.put("overlapHold", manifest.overlapHold());
        decisive.put("dissolve", manifest.dissolve());
        decisive.put("anchor", manifest.anchor());
        manifest.firstChunk().ifPresent(first -> decisive.put("firstChunk", first));
        manifest.enhancer().ifPresent(enhancer -> decisive.put("enhancer", enhancer));
        Map<String, String> networks = new TreeMap<>();
        manifest.graphs().forEach((role, graph) -> networks.put(
                role, graph.sha256() + graph.weights().map(weights -> " " + weights.sha256()).orElse("")));
        if (!fromImage) {
            networks.remove(GraphContract.VAE_ENCODER);
        }
        decisive.put("networks", networks);
        try {
            byte[] json = MAPPER.writeValueAsString(decisive).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(json));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("can't write what decides a film's pixels", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
