package dev.longtake.worker;

import dev.longtake.film.Enhancement;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.Film;
import dev.longtake.memory.ChunkTask;
import dev.longtake.memory.EnhancementTask;
import dev.longtake.memory.Traffic;
import java.util.Optional;

/** What is left to do for a film while one of its turns is running, by stages. */
final class FilmTime {

    private FilmTime() {}

    /** Until the film's last chunk is made. What can be refined before takes its turns in between. */
    static TimeLeft chunks(TurnPace pace, ChunkTask task, Traffic.Load load) {
        Film film = task.film();
        Traffic.Work own = Traffic.Work.chunks(film.recipe(), film.chunks() - task.chunk() - 1);
        int refining = film.enhancement()
                .filter(done -> done.error().isEmpty())
                .map(done -> done.plan().strides(
                        done.plan().settled(film.plan().firstFrame(film.chunks() - 1)) - done.frames()))
                .orElse(0);
        return new TimeLeft(pace, own, refining == 0 ? load : load.with(
                new Traffic.Work(film.recipe(), film.enhancement().map(Enhancement::plan), refining)));
    }

    /** Until the whole film is refined, for which its chunks must be made. */
    static TimeLeft enhancement(TurnPace pace, EnhancementTask task, Traffic.Load load) {
        Film film = task.film();
        EnhancementPlan plan = task.plan();
        int frames = task.filmFrames();
        int chunks = film.hasEnded() ? 0 : film.chunks() - film.chunksDone();
        int before = plan.settled(film.plan().firstFrame(film.chunks() - 1));
        return new TimeLeft(pace,
                new Traffic.Work(film.recipe(), Optional.of(plan), plan.strides(frames - task.range().to())),
                Traffic.Work.chunks(film.recipe(), chunks),
                plan.strides(frames - before),
                load);
    }
}
