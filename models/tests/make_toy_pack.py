"""Writes a pack whose networks are a few sums and products, for the Java tests: python make_toy_pack.py DIR.

It has the sizes of storybook, so that everything but the pictures is as with the real one, and opens in no time.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CONTEXTS = 3
FRAMES, KEPT, CHANNELS, SIZE, PIXELS, TOKENS, WIDTH = 16, 8, 16, 8, 64, 48, 384
FEATURE = ["B", KEPT, 3, SIZE, SIZE]
FEATURES = {"feature_0": FEATURE, "feature_mid": FEATURE}


def node(op: str, inputs: list[str], output: str, **attributes) -> onnx.NodeProto:
    return helper.make_node(op, inputs, [output], **attributes)


def constant(name: str, value, dtype=np.int64) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(value, dtype), name)


def save(folder: Path, role: str, nodes, inputs: dict, outputs: dict, constants) -> dict:
    def tensors(shapes: dict):
        return [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]

    graph = helper.make_graph(nodes, role, tensors(inputs), tensors(outputs), constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    file = folder / f"{role}.onnx"
    onnx.save(model, file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return {"file": file.name, "sha256": digest, "inputs": inputs, "outputs": outputs}


def graphs(folder: Path) -> dict:
    text, contexts = ["B", TOKENS, WIDTH], ["B", CONTEXTS, TOKENS, WIDTH]
    per_clip = constant("per_clip", [-1, 1, 1, 1, 1])
    milli = constant("milli", 1e-3, np.float32)
    clip = ["B", FRAMES, CHANNELS, SIZE, SIZE]
    decoder = np.random.default_rng(0).normal(size=(CHANNELS, 3, 8, 8)) * 0.2
    return {
        # The text in every layer, a little brighter where the anchor is.
        "apm": save(folder, "apm", [
            node("Unsqueeze", ["text", "one"], "layer"),
            node("ReduceMean", ["anchor"], "brightness", axes=[1, 2, 3], keepdims=1),
            node("Add", ["layer", "brightness"], "mixed"),
            node("Concat", ["mixed"] * CONTEXTS, "contexts", axis=1),
        ], {"text": text, "anchor": ["B", 3, PIXELS, PIXELS]}, {"contexts": contexts}, [constant("one", [1])]),
        "cam_embedding": save(folder, "cam_embedding", [
            node("Reshape", ["frames", "flat"], "pictures"),
            node("AveragePool", ["pictures"], "small", kernel_shape=[8, 8], strides=[8, 8]),
            node("Reshape", ["small", "clips"], "embedding"),
        ], {"frames": ["B", KEPT, 3, PIXELS, PIXELS]}, {"embedding": FEATURE},
            [constant("flat", [-1, 3, PIXELS, PIXELS]), constant("clips", [-1, KEPT, 3, SIZE, SIZE])]),
        "cam": save(folder, "cam", [
            node("ReduceMean", ["latents"], "mean", axes=[2], keepdims=1),
            node("Add", ["mean", "embedding"], "sum"),
            node("ReduceMean", ["text"], "word", axes=[1, 2], keepdims=0),
            node("Reshape", ["word", "per_clip"], "meaning"),
            node("Reshape", ["timestep", "per_clip"], "time"),
            node("Mul", ["time", "milli"], "sigma"),
            node("Add", ["sum", "sigma"], "feature_0"),
            node("Add", ["sum", "meaning"], "feature_mid"),
        ], {"latents": ["B", KEPT, CHANNELS, SIZE, SIZE], "timestep": ["B"], "text": text, "embedding": FEATURE},
            FEATURES, [per_clip, milli]),
        "unet": save(folder, "unet", [
            node("ReduceMean", ["contexts"], "word", axes=[1, 2, 3], keepdims=0),
            node("Reshape", ["word", "per_clip"], "meaning"),
            node("Add", ["feature_0", "feature_mid"], "features"),
            node("ReduceMean", ["features"], "past", axes=[1, 2], keepdims=1),
            node("Mul", ["past", "cam_scale"], "memory"),
            node("Reshape", ["timestep", "per_clip"], "time"),
            node("Mul", ["time", "milli"], "sigma"),
            node("Mul", ["latents", "sigma"], "noise"),
            node("Add", ["noise", "meaning"], "guided"),
            node("Add", ["guided", "memory"], "prediction"),
        ], {"latents": clip, "timestep": ["B"], "contexts": contexts, "cam_scale": [1], **FEATURES},
            {"prediction": clip}, [per_clip, milli]),
        "vae_decoder": save(folder, "vae_decoder", [
            node("ConvTranspose", ["latents", "weight"], "frames", strides=[8, 8]),
        ], {"latents": ["N", CHANNELS, SIZE, SIZE]}, {"frames": ["N", 3, PIXELS, PIXELS]},
            [constant("weight", decoder, np.float32)]),
    }


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {
        "format": 1,
        "name": "toy",
        "version": "1.0.0",
        "title": "Toy",
        "description": "Sums and products with the sizes of storybook, for tests.",
        "licence": "the project's own",
        "video": {"width": PIXELS, "height": PIXELS, "fps": 8},
        "chunk": {"frames": FRAMES, "conditioningFrames": KEPT},
        "latent": {"channels": CHANNELS, "height": SIZE, "width": SIZE},
        "text": {"encoder": "all-MiniLM-L6-v2", "tokens": TOKENS, "width": WIDTH},
        "contexts": CONTEXTS,
        "diffusion": {
            "prediction": "flow", "shift": 1.0, "sampler": "euler", "steps": 16, "guidanceScale": 4.0,
        },
        "anchor": "first-frame",
        "graphs": graphs(folder),
        "vocabulary": {"actor": ["red car", "blue car"]},
        "examples": ["a red car"],
        "provenance": {"trainedOn": "nothing", "training": "none", "weights": "drawn"},
    }
    (folder / "pack.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
