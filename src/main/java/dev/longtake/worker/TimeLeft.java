package dev.longtake.worker;

import dev.longtake.memory.Traffic;

/**
 * How long one stage of a film still takes. Workers serve films in turns, one in each stage, so that another film holds
 * this one up only for as many turns as both of them still need.
 */
final class TimeLeft {

    private final TurnPace pace;
    private final Traffic.Work own;
    private final Traffic.Work awaited;
    private final int tail;
    private final Traffic.Load load;

    /**
     * @param own  the stage; turns after the one that is running
     * @param load what the workers have to do besides
     */
    TimeLeft(TurnPace pace, Traffic.Work own, Traffic.Load load) {
        this(pace, own, Traffic.Work.chunks(own.recipe(), 0), 0, load);
    }

    /**
     * @param own     the stage; turns after the one that is running
     * @param awaited what must be done, perhaps by other workers, before its last turns can begin
     * @param tail    how many these are
     * @param load    what the workers have to do besides
     */
    TimeLeft(TurnPace pace, Traffic.Work own, Traffic.Work awaited, int tail, Traffic.Load load) {
        this.pace = pace;
        this.own = own;
        this.awaited = awaited;
        this.tail = tail;
        this.load = load;
    }

    /**
     * @param now     the turn that is running
     * @param running what kind of turn that is
     */
    double seconds(TurnPace.Outlook now, TurnKind running) {
        double each = pace.later(TurnKind.later(own), now, running);
        double before = awaited.turns() == 0
                ? 0
                : awaited.turns() * pace.later(TurnKind.later(awaited), now, running);
        double alone = Math.max(own.turns() * each, before + Math.min(tail, own.turns()) * each);
        return now.rest() + Math.max(alone, shared(own.turns() * each + before, now, running));
    }

    /** If all that is to be done keeps all workers busy; 0 if there is a worker for each. */
    private double shared(double mine, TurnPace.Outlook now, TurnKind running) {
        int workers = Math.max(1, load.workers());
        int courses = (awaited.turns() > 0 ? 2 : 1) + (load.works().isEmpty() ? 0 : load.all());
        if (courses <= workers) {
            return 0;
        }
        int turns = own.turns() + awaited.turns();
        double others = 0;
        for (Traffic.Work work : load.works()) {
            others += Math.min(turns, work.turns()) * pace.later(TurnKind.later(work), now, running);
        }
        return (mine + (others == 0 ? 0 : others * load.all() / load.works().size())) / workers;
    }
}
