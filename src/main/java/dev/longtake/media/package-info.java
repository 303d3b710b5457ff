/**
 * Pictures to files: H.264 in fragmented MP4 for the live film, MP4 for the download, JPEG for posters and
 * previews. FFmpeg through JavaCV; nothing here touches disk or network but the files it is told to write.
 */
package dev.longtake.media;
