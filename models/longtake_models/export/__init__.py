"""From a trained model to a pack folder: ONNX graphs, pack.json, golden tensors."""
