package dev.longtake.cli;

import dev.longtake.director.SamplingWish;
import dev.longtake.film.Mode;
import dev.longtake.film.Recipe;
import dev.longtake.measure.EtaAccuracy;
import dev.longtake.measure.EtaTrial;
import dev.longtake.pack.Device;
import dev.longtake.pack.PackManifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Makes films alone and side by side, in every mode that the pack has, and tells how true the time left was that
 * their watchers were told.
 */
final class EtaReport {

    private final PackManifest manifest;
    private final BiFunction<SamplingWish.Sampling, Integer, Recipe> recipes;
    private final int frames;
    private final Map<String, List<EtaAccuracy>> films = new LinkedHashMap<>();

    /** @param recipes the recipe of a film that is sampled in one way and has so many frames */
    EtaReport(PackManifest manifest, BiFunction<SamplingWish.Sampling, Integer, Recipe> recipes, int frames) {
        this.manifest = manifest;
        this.recipes = recipes;
        this.frames = frames;
    }

    private record Wish(String name, Mode mode, int frames) { }

    /** Makes every kind of film so many times, one round after the other. */
    void measure(Path pack, Device device, int rounds) throws IOException {
        try (EtaTrial trial = EtaTrial.open(pack, device)) {
            for (int round = 0; round < rounds; round++) {
                for (List<Wish> together : round()) {
                    List<EtaAccuracy> made = trial.make(together.stream().map(this::recipe).toList());
                    for (int i = 0; i < made.size(); i++) {
                        films.computeIfAbsent(together.get(i).name(), name -> new ArrayList<>()).add(made.get(i));
                    }
                }
            }
        }
    }

    private List<List<Wish>> round() {
        List<List<Wish>> round = new ArrayList<>();
        List<Wish> together = new ArrayList<>();
        for (Mode mode : manifest.diffusion().fast().isPresent() ? Mode.values() : new Mode[] {Mode.CAREFUL}) {
            round.add(List.of(new Wish(mode.word() + " alone", mode, frames)));
            together.add(new Wish(mode.word() + " beside others", mode, frames));
        }
        together.add(0, new Wish("twice as long beside others", together.get(0).mode(), 2 * frames));
        round.add(together);
        return round;
    }

    private Recipe recipe(Wish wish) {
        return recipes.apply(new SamplingWish(wish.mode(), null, null).on(manifest, ""), wish.frames());
    }

    void print(PrintWriter out) {
        out.printf(Locale.ROOT, "time left that was told from %.0f %% of a film on:%n",
                100 * EtaAccuracy.FROM);
        out.printf(Locale.ROOT, "%-30s %5s %5s %10s %10s %14s%n",
                "", "films", "told", "median off", "worst off", String.format("within %.0f %%", 100 * EtaAccuracy.NEAR));
        films.forEach((name, made) -> {
            EtaAccuracy all = EtaAccuracy.together(made);
            out.printf(Locale.ROOT, "%-30s %5d %5d %8.1f %% %8.1f %% %12.0f %%%n", name, made.size(), all.told(),
                    100 * all.median(), 100 * all.worst(), 100 * all.near());
        });
        out.flush();
    }
}
