/**
 * The studio: REST, WebSocket, share pages and the page itself, over HTTP. Everything runs on the verticle's event
 * loop; films are read from and written to {@link dev.longtake.memory}, never made here.
 */
package dev.longtake.studio;
