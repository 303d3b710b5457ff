/**
 * The mathematics of denoising, free of I/O: samplers, guidance, noise and the blending of windows. Everything here gives the same
 * bits for the same arguments.
 */
package dev.longtake.diffusion;
