package dev.longtake.worker;

import dev.longtake.film.Recipe;
import dev.longtake.memory.Traffic;

/**
 * How long a film still takes. Workers serve films in turns, one chunk each, so that another film holds this one up
 * only for as many turns as both of them still need.
 */
final class TimeLeft {

    private final TurnPace pace;
    private final Recipe recipe;
    private final int turns;
    private final Traffic.Load load;

    /**
     * @param turns that the film needs after the one that is running
     * @param load  what the workers have to do besides
     */
    TimeLeft(TurnPace pace, Recipe recipe, int turns, Traffic.Load load) {
        this.pace = pace;
        this.recipe = recipe;
        this.turns = turns;
        this.load = load;
    }

    /** @param now the turn that is running */
    double seconds(TurnPace.Outlook now) {
        double own = turns * pace.later(recipe, now, recipe);
        return now.rest() + Math.max(own, shared(own, now));
    }

    /** If all films that want to go on keep all workers busy; 0 if there is a worker for each. */
    private double shared(double own, TurnPace.Outlook now) {
        int workers = Math.max(1, load.workers());
        if (load.films().isEmpty() || load.all() < workers) {
            return 0;
        }
        double others = 0;
        for (Traffic.Work film : load.films()) {
            others += Math.min(turns, film.chunks()) * pace.later(film.recipe(), now, recipe);
        }
        return (own + others * load.all() / load.films().size()) / workers;
    }
}
