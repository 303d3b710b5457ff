/** The command line. */
package dev.longtake.cli;
