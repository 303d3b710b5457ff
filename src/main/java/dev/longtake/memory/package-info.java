/**
 * What Longtake remembers, in Redis: films, snapshots, media segments, events, the job queue and share links. One
 * hash tag per film, so that everything also works on a Redis cluster. Start at {@link dev.longtake.memory.Memory}.
 */
package dev.longtake.memory;
