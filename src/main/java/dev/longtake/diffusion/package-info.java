/**
 * The mathematics of denoising, free of I/O and of state: samplers, guidance and noise. Everything here gives the same
 * bits for the same arguments.
 */
package dev.longtake.diffusion;
