package dev.longtake.measure;

import dev.longtake.director.Blending;
import dev.longtake.director.Conditioning;
import dev.longtake.director.Director;
import dev.longtake.director.Refining;
import dev.longtake.film.CancelToken;
import dev.longtake.film.CancelledException;
import dev.longtake.film.ChunkPlan;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.FrameRange;
import dev.longtake.film.Recipe;
import dev.longtake.film.Timeline;
import dev.longtake.film.VideoFrames;
import dev.longtake.media.FilmReader;
import dev.longtake.media.MediaException;
import dev.longtake.pack.PackManifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Makes films whose right answer is known and scores them; goes on where it was interrupted. */
public final class Evaluation {

    private static final int FRAMES_AT_ONCE = 8;

    private final Function<Conditioning, Director> directors;
    private final Judge judge;
    private final Recipes recipes;
    private final EvaluationFolder folder;
    private final int processors;
    private Made made;

    /** Turns what a film shows into all that is needed to make it. */
    @FunctionalInterface
    public interface Recipes {
        Recipe recipe(Timeline timeline, int frames, long seed);
    }

    /**
     * An evaluation of a pack.
     *
     * @param directors  opens a director of the pack; it is closed here
     * @param judge      stays the caller's
     * @param folder     where finished films are kept
     * @param processors that the directors' networks use
     */
    public Evaluation(Function<Conditioning, Director> directors, Judge judge, Recipes recipes, EvaluationFolder folder,
            int processors) {
        this.directors = directors;
        this.judge = judge;
        this.recipes = recipes;
        this.folder = folder;
        this.processors = processors;
    }

    /**
     * Makes and scores all films that are not finished yet.
     *
     * @return the results of all, in the order of {@code trials}
     * @throws CancelledException if {@code token} was cancelled before all were done; what was finished is kept
     * @throws dev.longtake.film.InvalidFieldException if the pack can't make one of them, or the folder holds others
     */
    public List<FilmResult> run(List<Trial> trials, EvaluationListener listener, CancelToken token)
            throws CancelledException, IOException {
        Map<Conditioning, List<Trial>> unfinished = new LinkedHashMap<>();
        int done = 0;
        long frames = 0;
        for (Trial trial : trials) {
            if (folder.result(trial).isPresent()) {
                done++;
            } else {
                unfinished.computeIfAbsent(trial.conditioning(), same -> new ArrayList<>()).add(trial);
                frames += trial.frames();
            }
        }
        listener.onStart(trials.size(), done, frames);
        for (Map.Entry<Conditioning, List<Trial>> group : unfinished.entrySet()) {
            // One at a time: two packs in memory would slow each other down.
            try (Director director = directors.apply(group.getKey())) {
                group.getValue().forEach(trial -> director.check(recipe(trial)));
                for (Trial trial : group.getValue()) {
                    listener.onFilm(trial);
                    folder.keep(film(director, trial, listener, token));
                }
            }
        }
        List<FilmResult> results = new ArrayList<>();
        for (Trial trial : trials) {
            results.add(folder.result(trial).orElseThrow());
        }
        return results;
    }

    /** A film as it was made, which is refined in several ways one after the other. */
    private record Made(Recipe recipe, List<float[]> latents, VideoFrames frames) { }

    /** The frames of a film, as its rendition shows them. */
    private VideoFrames rendition(Director director, Trial trial, CancelToken token)
            throws CancelledException, IOException {
        Recipe recipe = recipe(trial);
        if (made == null || !made.recipe().equals(recipe)) {
            made = made(director, recipe, token);
        }
        PackManifest.Enhancer enhancer = director.manifest().enhancer().orElseThrow();
        Optional<Blending> blending = trial.rendition().blending();
        return blending.isEmpty()
                ? Fidelity.enlarged(made.frames(), enhancer.width(), enhancer.height())
                : director.enhance(recipe, Refining.of(director.manifest(), recipe, blending.get()),
                        new FrameRange(0, recipe.frames()), made.latents(), true, (step, steps, preview) -> { }, token);
    }

    private static Made made(Director director, Recipe recipe, CancelToken token)
            throws CancelledException, IOException {
        List<float[]> latents = new ArrayList<>();
        ByteArrayOutputStream rgb = new ByteArrayOutputStream();
        director.film(recipe, (step, steps, preview) -> { }, chunk -> {
            latents.addAll(chunk.snapshot().newFrames(director.plan()).subList(0, chunk.frames().count()));
            rgb.writeBytes(chunk.frames().rgb());
        }, token);
        PackManifest.Video video = director.manifest().video();
        return new Made(recipe, latents,
                new VideoFrames(recipe.frames(), video.height(), video.width(), rgb.toByteArray()));
    }

    private FilmResult refined(Director director, Trial trial, EvaluationListener listener, CancelToken token)
            throws CancelledException, IOException {
        EnhancementPlan plan = director.manifest().enhancer().orElseThrow().plan();
        // Windows that are not blended change over in the middle of what they share.
        ChunkPlan windows = new ChunkPlan(plan.stride() + plan.overlap() / 2, Math.max(1, plan.overlap() / 2));
        Filmstrip filmstrip = new Filmstrip(trial.frames(), trial.scenes());
        try (FilmScorer scorer = new FilmScorer(Optional.of(judge), trial.segments(), Optional.of(windows))) {
            VideoFrames frames = rendition(director, trial, token);
            scorer.accept(frames);
            filmstrip.accept(frames);
            listener.onFrames(frames.count());
            return new FilmResult(trial, scorer.scores(), null, filmstrip.stills());
        }
    }

    private FilmResult film(Director director, Trial trial, EvaluationListener listener, CancelToken token)
            throws CancelledException, IOException {
        if (trial.rendition() != null) {
            return refined(director, trial, listener, token);
        }
        Filmstrip filmstrip = new Filmstrip(trial.frames(), trial.scenes());
        List<Double> seconds = new ArrayList<>();
        try (FilmScorer scorer =
                new FilmScorer(Optional.of(judge), trial.segments(), Optional.of(director.plan()))) {
            director.film(recipe(trial), (step, steps, preview) -> { }, chunk -> {
                seconds.add(chunk.stats().seconds());
                scorer.accept(chunk.frames());
                filmstrip.accept(chunk.frames());
                listener.onFrames(chunk.frames().count());
            }, token);
            return new FilmResult(trial, scorer.scores(), FilmPace.of(seconds, director.plan(), processors),
                    filmstrip.stills());
        }
    }

    private Recipe recipe(Trial trial) {
        return recipes.recipe(trial.timeline(), trial.frames(), trial.seed());
    }

    /**
     * Scores a video from anywhere; nobody knows what it should show.
     *
     * @param number of the video, from 1
     * @throws dev.longtake.media.MediaException if {@code video} can't be read
     */
    public static FilmResult measure(int number, Path video) {
        try (FilmScorer scorer = new FilmScorer(Optional.empty(), List.of(), Optional.empty())) {
            try (FilmReader reader = new FilmReader(video)) {
                for (Optional<VideoFrames> frames = reader.next(FRAMES_AT_ONCE); frames.isPresent();
                        frames = reader.next(FRAMES_AT_ONCE)) {
                    scorer.accept(frames.get());
                }
            }
            FilmScores scores = scorer.scores();
            if (scores.frames() == 0) {
                throw new MediaException(video + " has no pictures");
            }
            Trial trial = new Trial(Suite.VIDEOS, number, Conditioning.WHOLE, List.of(), scores.frames(), 0,
                    video.toString());
            return new FilmResult(trial, scores, null, stills(video, scores.frames()));
        }
    }

    /** Reads the file once more: how long a video is isn't known before its end. */
    private static List<Still> stills(Path video, int frames) {
        Filmstrip filmstrip = new Filmstrip(frames, List.of());
        try (FilmReader reader = new FilmReader(video)) {
            for (Optional<VideoFrames> next = reader.next(FRAMES_AT_ONCE); next.isPresent();
                    next = reader.next(FRAMES_AT_ONCE)) {
                filmstrip.accept(next.get());
            }
        }
        return filmstrip.stills();
    }
}
