/**
 * The ones who make films: a worker takes a film's turn from the queue, makes one chunk with its director, or refines
 * some frames, commits them, and takes the next turn. Everything between worker and studio goes through Redis.
 */
package dev.longtake.worker;
