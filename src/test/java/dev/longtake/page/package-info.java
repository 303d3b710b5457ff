/** The studio as a person meets it: a real browser against a real {@code serve} in a process of its own. */
package dev.longtake.page;
