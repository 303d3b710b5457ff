/**
 * The autoregressive loop of StreamingT2V (arXiv 2403.14773, section 4): chunk after chunk, each conditioned on the
 * frames before it and on the film's anchor; and the refinement of the film as it grows.
 */
package dev.longtake.director;
