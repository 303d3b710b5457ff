/** How good and how fast: evaluation metrics and benchmarks. */
package dev.longtake.measure;
