"""pack.json of a converted pack: every constant of the original that the engine must know, and the licence notice."""

from __future__ import annotations

import datetime
import hashlib
import os
from dataclasses import asdict
from pathlib import Path
from typing import Mapping

from ..config import DiffusionConfig
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
    result = {
        "format": pack.FORMAT,
        "name": model.name,
        "version": VERSION,
        "title": "StreamingT2V",
        "description": "The published system: a short clip from a sentence, its autoregressive continuation, and its refinement.",
        "licence": f"non-commercial parts; see {NOTICE}",
        "video": {"width": model.video.width, "height": model.video.height, "fps": model.video.fps},
        "chunk": {"frames": model.video.frames, "conditioningFrames": model.cam.frames},
        "latent": {"channels": model.autoencoder.latent_channels, "height": model.latent_height, "width": model.latent_width},
        "text": text(config, vocabulary, "text_encoder"),
        "contexts": contexts[1],
        "diffusion": pack.diffusion(model.diffusion),
        "overlapHold": model.diffusion.overlap_hold,
        "anchor": "first-frame",
        "unconditionalAnchor": "grey",
        "scalingFactor": model.autoencoder.scaling_factor,
        "precision": "fp16",
        "firstChunk": {
            "unet": "first_unet",
            "vaeDecoder": "first_vae_decoder",
            "text": text(config, vocabulary, "first_text_encoder"),
            "diffusion": multistep(config.first),
        },
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
    if "enhancer_unet" in names:
        result["enhancer"] = enhancer(config, vocabulary)
    return result


def graph(about: Graph, made: Made) -> dict:
    return {
        "file": made.graph.file,
        "sha256": made.graph.sha256,
        "weights": asdict(made.weights),
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


def multistep(config: DiffusionConfig) -> dict:
    """DPM-Solver++(2M) (arXiv 2211.01095), midpoint; the last step is of first order and ends without noise."""
    return {
        "prediction": config.prediction,
        "trainTimesteps": config.train_timesteps,
        "betaStart": config.beta_start,
        "betaEnd": config.beta_end,
        "order": 2,
        "spacing": "linspace",
        "sampler": config.sampler,
        "steps": config.steps,
        "guidanceScale": config.guidance_scale,
    }


def enhancer(config: OriginalConfig, vocabulary: ClipTokenizer) -> dict:
    about: Vid2VidConfig = config.enhancer
    factor = about.autoencoder.factor
    return {
        "unet": "enhancer_unet",
        "vaeEncoder": "enhancer_vae_encoder",
        "vaeDecoder": "enhancer_vae_decoder",
        # The enhancer's publisher pads with id 0, whatever the tokenizer's own padding is.
        "text": {**text(config, vocabulary, "enhancer_text_encoder"), "padding": 0},
        "video": {"width": about.video.width, "height": about.video.height, "fps": about.video.fps},
        "latent": {
            "channels": about.autoencoder.latent_channels,
            "height": about.video.height // factor,
            "width": about.video.width // factor,
        },
        "scalingFactor": about.autoencoder.scaling_factor,
        "fit": "keep aspect, black around, cropped afterwards",
        "window": {"frames": about.video.frames, "overlap": about.overlap},
        "diffusion": {
            "prediction": "v",
            "trainTimesteps": about.train_timesteps,
            "schedule": "log-snr-cosine",
            "logSnrLimit": about.log_snr_limit,
            "logSnrShift": list(about.log_snr_shift),
            "zeroTerminal": True,
            "noiseLevels": about.noise_levels,
            "sampler": "dpm-solver++-sde",
            "order": 2,
            "eta": 1.0,
            "spacing": "trailing",
            "steps": about.steps,
            "guidanceScale": about.guidance_scale,
            "guidanceRescale": about.guidance_rescale,
        },
    }
