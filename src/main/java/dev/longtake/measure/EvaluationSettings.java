package dev.longtake.measure;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.longtake.film.Recipe;
import dev.longtake.pack.PackManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What all films of an evaluation have in common. Films made with other settings can't stand in one table.
 *
 * @param pack        name of the pack
 * @param packVersion as the pack says
 * @param packDigest  of the pack's manifest, which holds the digests of its networks
 * @param judgeDigest of the judge's description, which holds the digests of its networks
 * @param device      where the networks run
 * @param mode        how chunks are denoised: fast or careful
 * @param steps       denoising steps of each chunk
 * @param guidance    guidance scale
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record EvaluationSettings(
        String pack,
        String packVersion,
        String packDigest,
        String judgeDigest,
        String device,
        String mode,
        int steps,
        double guidance) {

    private static final int DIGEST_BYTES = 8;

    /**
     * The settings of an evaluation.
     *
     * @param packFolder  holds the pack
     * @param judgeFolder holds the judge
     * @param recipe      any of the films
     */
    public static EvaluationSettings of(Path packFolder, Path judgeFolder, String device, Recipe recipe)
            throws IOException {
        PackManifest manifest = PackManifest.read(packFolder);
        return new EvaluationSettings(manifest.name(), manifest.version(), digest(packFolder.resolve("pack.json")),
                digest(judgeFolder.resolve("judge.json")), device, recipe.mode().word(),
                recipe.steps(), recipe.guidanceScale());
    }

    private static String digest(Path file) throws IOException {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return HexFormat.of().formatHex(hash, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
