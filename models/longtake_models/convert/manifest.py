"""pack.json of a converted pack: every constant of the original that the engine must know, and the licence notice."""

from __future__ import annotations

import datetime
import hashlib
import os
from dataclasses import asdict
from pathlib import Path
from typing import Mapping

from ..config import AutoencoderConfig, DiffusionConfig, VideoConfig
from ..export import pack
from ..export.graphs import Graph
from ..original import OriginalConfig, Vid2VidConfig
from .tokenizer import ClipTokenizer
from .writer import Made

FILE = "pack.json"
NOTICE = "LICENSE"
VERSION = "1.0.0"
EXAMPLES = [
    "a cat running on the street",
    "a squirrel in Antarctica, on a pile of hazelnuts",
    "fishes swim in the ocean and look for food",
    "wide shot of a field, animals grazing, sunset",
]

LICENCE = """\
This pack holds other people's weights. Converting them changes neither their licences nor their owners, and nothing here
grants you any right to them. Two of them may not be used commercially, and one may not be passed on in changed form:
keep the pack to yourself unless their owners allow more.

NON-COMMERCIAL
  text-to-video-ms-1.7b (ModelScope, DAMO): first_unet, first_text_encoder, first_vae_decoder; the networks of
      StreamingT2V were trained on from it
      CC BY-NC 4.0 by its model page's header, CC BY-NC-ND by its text
  MS-Vid2Vid-XL (ModelScope, DAMO): enhancer_unet, and the files shipped with it
      CC BY-NC-ND 4.0: no derivatives may be shared
OTHERS
  StreamingT2V (Picsart AI Research): unet, cam, cam_embedding, apm
      its code is under CreativeML Open RAIL-M; for the rest it refers to the licences of its parts
  CLIP ViT-H/14 (LAION, OpenCLIP), in apm and the text encoders: see its model page
  The autoencoder of Stable Diffusion, in the vae_ graphs: see its model page

Read each licence at its source before you use the pack.
"""


def write(
    config: OriginalConfig,
    graphs: list[Graph],
    made: Mapping[str, Made],
    vocabulary: ClipTokenizer,
    origins: Mapping[str, dict],
    out: Path,
) -> None:
    """The tokenizer, the notice, and the manifest last, in one move."""
    (out / "tokenizer.json").write_text(vocabulary.json, encoding="utf-8")
    (out / NOTICE).write_text(LICENCE, encoding="utf-8")
    fresh = out / ".unfinished"
    fresh.mkdir(exist_ok=True)
    pack.write(describe(config, graphs, made, vocabulary, origins), fresh)
    os.replace(fresh / FILE, out / FILE)
    fresh.rmdir()


def describe(
    config: OriginalConfig, graphs: list[Graph], made: Mapping[str, Made], vocabulary: ClipTokenizer, origins: Mapping[str, dict]
) -> dict:
    model = config.model
    names = {g.name for g in graphs}
    contexts = next(g for g in graphs if g.name == "apm").outputs["contexts"]
    return {
        "format": pack.FORMAT,
        "name": model.name,
        "version": VERSION,
        "title": "StreamingT2V",
        "description": "The published system: a short clip from a sentence, its autoregressive continuation, and its refinement.",
        "licence": f"non-commercial parts; see {NOTICE}",
        "video": {"width": model.video.width, "height": model.video.height, "fps": model.video.fps},
        "chunk": {"frames": model.video.frames, "conditioningFrames": model.cam.frames},
        "latent": latent(model.autoencoder, model.video.width, model.video.height),
        "text": text(config, vocabulary, "text_encoder"),
        "contexts": contexts[1],
        "diffusion": pack.diffusion(model.diffusion),
        "overlapHold": model.diffusion.overlap_hold,
        "anchor": "first-frame",
        "unconditionalAnchor": "grey",
        "precision": "fp16",
        "firstChunk": {"text": text(config, vocabulary, "first_text_encoder"), "diffusion": multistep(config.first)},
        **({"enhancer": enhancer(config, vocabulary)} if "enhancer_unet" in names else {}),
        "graphs": {g.name: graph(g, made[g.name]) for g in graphs},
        "vocabulary": {},
        "examples": EXAMPLES,
        "provenance": {
            "trainedOn": "see the publishers' model pages",
            "training": "by the publishers; converted by longtake_models",
            "weights": datetime.date.today().isoformat(),
            "files": {name: {"file": o["file"], "bytes": o["bytes"]} for name, o in origins.items()},
        },
    }


def graph(about: Graph, made: Made) -> dict:
    return {
        "file": made.graph.file,
        "sha256": made.graph.sha256,
        "weights": asdict(made.weights),
        **({"half": {"file": made.half.file, "sha256": made.half.sha256}} if made.half else {}),
        "inputs": {k: list(v) for k, v in about.inputs.items()},
        "outputs": {k: list(v) for k, v in about.outputs.items()},
    }


def text(config: OriginalConfig, vocabulary: ClipTokenizer, encoder: str) -> dict:
    return {
        "encoder": "clip",
        "graph": encoder,
        "tokenizer": {"file": "tokenizer.json", "sha256": hashlib.sha256(vocabulary.json.encode()).hexdigest()},
        "padding": vocabulary.padding,
        "tokens": config.text.tokens,
        "width": config.text.width,
    }


def latent(config: AutoencoderConfig, width: int, height: int) -> dict:
    """Of one frame of `width` x `height` pixels. The scaling factor is told for the record: the graphs apply it."""
    return {
        "channels": config.latent_channels,
        "height": height // config.factor,
        "width": width // config.factor,
        "scalingFactor": config.scaling_factor,
    }


def multistep(config: DiffusionConfig) -> dict:
    """The sampler's name means: order 2, midpoint, timesteps evenly spread over the training's, last step of first order."""
    return {
        "sampler": config.sampler,
        "prediction": config.prediction,
        "trainTimesteps": config.train_timesteps,
        "betaStart": config.beta_start,
        "betaEnd": config.beta_end,
        "steps": config.steps,
        "guidanceScale": config.guidance_scale,
    }


def enhancer(config: OriginalConfig, vocabulary: ClipTokenizer) -> dict:
    """The sampler's name means: order 2, midpoint, eta 1, trailing timesteps, zero-terminal noise."""
    about: Vid2VidConfig = config.enhancer
    width, height = fitted(config.model.video, about.video)
    return {
        "video": {"width": width, "height": height},
        "canvas": {"width": about.video.width, "height": about.video.height},
        "enlargement": about.enlargement,
        "latent": latent(about.autoencoder, about.video.width, about.video.height),
        # The enhancer's publisher pads with id 0, whatever the tokenizer's own padding is.
        "text": {**text(config, vocabulary, "enhancer_text_encoder"), "padding": 0},
        "window": {"frames": about.video.frames, "overlap": about.overlap},
        "diffusion": {
            "sampler": "dpm-solver++-sde",
            "prediction": "v",
            "schedule": {
                "trainTimesteps": about.train_timesteps,
                "logSnrLimit": about.log_snr_limit,
                "logSnrShift": list(about.log_snr_shift),
            },
            "noiseLevels": about.noise_levels,
            "steps": about.steps,
            "guidanceScale": about.guidance_scale,
            "guidanceRescale": about.guidance_rescale,
        },
    }


def fitted(film: VideoConfig, canvas: VideoConfig) -> tuple[int, int]:
    """Width and height of the film's pictures, as large as they fit on the canvas."""
    return (
        min(canvas.width, film.width * canvas.height // film.height),
        min(canvas.height, film.height * canvas.width // film.width),
    )
