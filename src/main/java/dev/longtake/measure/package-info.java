/** Benchmarks. */
package dev.longtake.measure;
