/**
 * Model packs: a folder with a {@linkplain dev.longtake.pack.PackManifest manifest} and ONNX graphs, opened on one
 * {@linkplain dev.longtake.pack.Device device} behind one small typed class per network.
 */
package dev.longtake.pack;
