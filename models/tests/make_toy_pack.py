"""Writes a pack whose networks are a few sums and products, for the Java tests: python make_toy_pack.py DIR.

It has the sizes of storybook, so that everything but the pictures is as with the real one, and opens in no time.
golden.json says what the same sums and products in PyTorch make of it in both modes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from longtake_models import sampling  # noqa: E402
from longtake_models.config import STORYBOOK, FastConfig  # noqa: E402
from longtake_models.export.pack import fast  # noqa: E402
from longtake_models.training.text import encoder  # noqa: E402

CONTEXTS = 3
FRAMES, KEPT, CHANNELS, SIZE, PIXELS, TOKENS, WIDTH = 16, 8, 16, 8, 64, 48, 384
FEATURE = ["B", KEPT, 3, SIZE, SIZE]
FEATURES = {"feature_0": FEATURE, "feature_mid": FEATURE}
DECODER = (np.random.default_rng(0).normal(size=(CHANNELS, 3, 8, 8)) * 0.2).astype(np.float32)
FAST = FastConfig(steps=4, least_steps=3, most_steps=8, guidance_scale=4.0)
PROMPT, NEGATIVE = "a red car drives home", "a fish"
EVERY = 127
"""golden.json holds one number in so many."""


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
            node("Reshape", ["interval", "per_clip"], "way"),
            node("Mul", ["way", "milli"], "reach"),
            node("Add", ["meaning", "reach"], "told"),
            node("Add", ["sum", "told"], "feature_mid"),
        ], {"latents": ["B", KEPT, CHANNELS, SIZE, SIZE], "timestep": ["B"], "text": text, "embedding": FEATURE,
            "interval": ["B"]},
            FEATURES, [per_clip, milli]),
        "unet": save(folder, "unet", [
            node("ReduceMean", ["contexts"], "word", axes=[1, 2, 3], keepdims=0),
            node("Reshape", ["word", "per_clip"], "meaning"),
            node("Add", ["feature_0", "feature_mid"], "features"),
            node("ReduceMean", ["features"], "past", axes=[1, 2], keepdims=1),
            node("Mul", ["past", "cam_scale"], "memory"),
            node("Reshape", ["timestep", "per_clip"], "time"),
            node("Mul", ["time", "milli"], "sigma"),
            node("Reshape", ["interval", "per_clip"], "way"),
            node("Mul", ["way", "milli"], "reach"),
            node("Add", ["sigma", "reach"], "level"),
            node("Mul", ["latents", "level"], "noise"),
            node("Add", ["noise", "meaning"], "guided"),
            node("Add", ["guided", "memory"], "prediction"),
        ], {"latents": clip, "timestep": ["B"], "contexts": contexts, "cam_scale": [1], **FEATURES, "interval": ["B"]},
            {"prediction": clip}, [per_clip, milli]),
        "vae_decoder": save(folder, "vae_decoder", [
            node("ConvTranspose", ["latents", "weight"], "frames", strides=[8, 8]),
        ], {"latents": ["N", CHANNELS, SIZE, SIZE]}, {"frames": ["N", 3, PIXELS, PIXELS]},
            [constant("weight", DECODER, np.float32)]),
    }


class ToyCam(nn.Module):
    def embed_frames(self, frames: Tensor) -> Tensor:
        return F.avg_pool2d(frames.flatten(0, 1), 8).unflatten(0, frames.shape[:2])

    def forward(
        self, latents: Tensor, timestep: Tensor, text: Tensor, embedding: Tensor, interval: Tensor | None = None
    ) -> list[Tensor]:
        both = latents.mean(2, keepdim=True) + embedding
        told = text.mean((1, 2)) + reach(timestep, interval)
        return [both + per_clip(timestep * 1e-3), both + per_clip(told)]


class ToyUNet(nn.Module):
    def forward(
        self, latents: Tensor, timestep: Tensor, contexts: Tensor, features: list[Tensor] | None = None,
        interval: Tensor | None = None,
    ) -> Tensor:
        past = 0.0 if features is None else sum(features).mean((1, 2), keepdim=True)
        level = timestep * 1e-3 + reach(timestep, interval)
        return latents * per_clip(level) + per_clip(contexts.mean((1, 2, 3))) + past


class ToyDecoder(nn.Module):
    def decode_normalised(self, latents: Tensor) -> Tensor:
        return F.conv_transpose2d(latents, torch.from_numpy(DECODER), stride=8)


def per_clip(values: Tensor) -> Tensor:
    return values.view(-1, 1, 1, 1, 1)


def reach(timestep: Tensor, interval: Tensor | None) -> Tensor:
    return torch.zeros_like(timestep) if interval is None else interval * 1e-3


class Toy(nn.Module):
    """The graphs' sums and products as `sampling` wants its model."""

    config = STORYBOOK

    def __init__(self) -> None:
        super().__init__()
        self.unet, self.base_model, self.vae = ToyCam(), ToyUNet(), ToyDecoder()

    def plain_contexts(self, text: Tensor) -> Tensor:
        return text[:, None].repeat(1, CONTEXTS, 1, 1)

    def anchor_contexts(self, text: Tensor, anchor: Tensor) -> Tensor:
        return self.plain_contexts(text) + anchor.mean((1, 2, 3)).view(-1, 1, 1, 1)


def noise(chunk: int) -> Tensor:
    """Numbers in [-1,1] that the Java test can work out, too."""
    index = np.arange(FRAMES * CHANNELS * SIZE * SIZE, dtype=np.int64)
    values = ((index * 7919 + chunk * 104729) % 2003) / 1001.0 - 1.0
    return torch.from_numpy(values.astype(np.float32)).view(1, FRAMES, CHANNELS, SIZE, SIZE)


def golden() -> dict:
    """Two chunks of a film in each mode."""
    model = Toy()
    text, negative = torch.from_numpy(encoder().encode([PROMPT, NEGATIVE])).float().split(1)
    careful = sampling.generate_film(model, lambda i: text, negative, noise, 2, 3, 3.0)
    quick = sampling.generate_film_fast(model, lambda i: text, noise, 2, 5)

    def probes(film) -> dict:
        chunks = [{"latents": some(latents), "lastFrame": some(frames[:, -1])} for latents, frames in film]
        return {"chunks": chunks}

    return {
        "every": EVERY,
        "prompt": PROMPT,
        "films": [
            {"mode": "careful", "negativePrompt": NEGATIVE, "steps": 3, "guidance": 3.0, **probes(careful)},
            {"mode": "fast", "negativePrompt": "", "steps": 5, "guidance": FAST.guidance_scale, **probes(quick)},
        ],
    }


def some(values: Tensor) -> list[float]:
    return [float(f"{v:.6g}") for v in values.flatten()[::EVERY].tolist()]


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
            **fast(FAST),
        },
        "overlapHold": STORYBOOK.diffusion.overlap_hold,
        "anchor": "first-frame",
        "graphs": graphs(folder),
        "vocabulary": {"actor": ["red car", "blue car"]},
        "examples": ["a red car"],
        "provenance": {"trainedOn": "nothing", "training": "none", "weights": "drawn"},
    }
    (folder / "pack.json").write_text(json.dumps(manifest, indent=2) + "\n")
    (folder / "golden.json").write_text(json.dumps(golden()) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
