"""pack.json: what the engine must know about the graphs, the sizes, the sampler and the vocabulary."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from ..config import DiffusionConfig, FastConfig, ModelConfig
from .graphs import Graph

FORMAT = 1
VERSION = "0.6.0"
EXAMPLES = [
    "a red car drives through a snowy city at night",
    "a whale swims in the sea at sunset",
    "a penguin jumps in the snow",
    "an owl flies through the forest at night, it rains",
    "a rocket in space",
    "a dog walks across the meadow on a clear day",
    "a sailboat on the sea in the fog",
    "a horse runs through the desert at sunset",
]


def fast(config: FastConfig | None) -> dict:
    if config is None:
        return {}
    return {
        "fast": {
            "steps": config.steps,
            "leastSteps": config.least_steps,
            "mostSteps": config.most_steps,
            "guidanceScale": config.guidance_scale,
        }
    }


def diffusion(config: DiffusionConfig) -> dict:
    common = {"sampler": config.sampler, "steps": config.steps, "guidanceScale": config.guidance_scale}
    if config.prediction == "flow":
        return {"prediction": "flow", "shift": config.shift, **common, **fast(config.fast)}
    return {
        "prediction": config.prediction,
        "trainTimesteps": config.train_timesteps,
        "betaStart": config.beta_start,
        "betaEnd": config.beta_end,
        "stepsOffset": config.steps_offset,
        "eta": config.eta,
        **common,
    }


def enhancer(config: ModelConfig) -> dict:
    """How the graphs `enhancer_…` refine a film."""
    stage = config.enhancer
    return {
        "video": {"width": stage.scale * config.video.width, "height": stage.scale * config.video.height},
        "latent": {
            "channels": config.autoencoder.latent_channels,
            "height": stage.scale * config.latent_height,
            "width": stage.scale * config.latent_width,
        },
        "window": {"frames": stage.window, "overlap": stage.overlap},
        "diffusion": {"prediction": "flow", "sampler": "euler", "strength": stage.strength, "steps": stage.steps, "guidanceScale": 1.0},
    }


def describe(
    config: ModelConfig, graphs: list[Graph], folder: Path, vocabulary: dict[str, list[str]], examples: list[str], provenance: dict
) -> dict:
    """The manifest; reads the graph files in `folder` for their hashes."""
    contexts = next(g for g in graphs if g.name == "apm").outputs["contexts"]
    refines = any(g.name == "enhancer_unet" for g in graphs)
    return {
        "format": FORMAT,
        "name": config.name,
        "version": VERSION,
        "title": "Storybook",
        "description": "A small side-scrolling picture book: one actor, a place, a time of day, a weather, an action.",
        "licence": "Apache-2.0; see LICENSE",
        "video": {"width": config.video.width, "height": config.video.height, "fps": config.video.fps},
        "chunk": {"frames": config.video.frames, "conditioningFrames": config.cam.frames},
        "latent": {
            "channels": config.autoencoder.latent_channels,
            "height": config.latent_height,
            "width": config.latent_width,
        },
        "text": {
            "encoder": "all-MiniLM-L6-v2",
            "tokens": config.apm.text_tokens,
            "width": config.unet.cross_attention_dim,
        },
        "contexts": contexts[1],
        "diffusion": diffusion(config.diffusion),
        "overlapHold": config.diffusion.overlap_hold,
        "dissolve": config.diffusion.dissolve,
        "anchor": "first-frame",
        **({"enhancer": enhancer(config)} if refines else {}),
        "graphs": {
            g.name: {
                "file": f"{g.name}.onnx",
                "sha256": hashlib.sha256((folder / f"{g.name}.onnx").read_bytes()).hexdigest(),
                "inputs": {k: list(v) for k, v in g.inputs.items()},
                "outputs": {k: list(v) for k, v in g.outputs.items()},
            }
            for g in graphs
        },
        "vocabulary": vocabulary,
        "examples": examples,
        "provenance": provenance,
    }


def write(manifest: dict, folder: Path) -> None:
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    (folder / "pack.json").write_text(text + "\n", encoding="utf-8")
