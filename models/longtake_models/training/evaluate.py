"""`evaluate`: films of held-out prompts from a checkpoint's averaged weights, and what the judge sees in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ..config import CONFIGS
from ..networks.video_ldm import VideoLDM
from . import flow, sheets, text
from .autoencoder import load_autoencoder
from .base import average_of, guided, new_base, read_out, take_weights
from .cam_apm import Filmer, Generator

EVALUATION_SEED = 9100  # seeds 9000..9999 are never trained on


def run(work: Path, stage: str, prompts: int, chunks: int, steps: int, guidance: float, out: Path | None = None) -> str:
    from longtake_models.world import sample_prompts

    config = CONFIGS["storybook"]
    wanted = sample_prompts(EVALUATION_SEED, prompts)
    states = torch.from_numpy(text.encoder().encode([w["prompt"] for w in wanted]))
    decoder = load_autoencoder(work)
    generator = torch.Generator().manual_seed(EVALUATION_SEED)
    films = []
    if stage in ("cam-apm", "distill"):
        network = Generator(VideoLDM(config))
        take_weights(network, work / stage / "checkpoint.pt")
        filmer = Filmer(network.eval(), decoder, guidance or None, steps)
        for start in range(0, prompts, 8):
            part = states[start : start + 8]
            films.append(filmer.film(part.expand(chunks, *part.shape), chunks, generator))
    else:
        base = new_base(config)
        base.load_state_dict(average_of(work, stage))
        empty = torch.from_numpy(text.encoder().encode([""]))
        length = 1 if stage == "base-frames" else 16
        for start in range(0, prompts, 8):
            part = states[start : start + 8]
            noise = torch.randn(len(part), length, 16, 8, 8, generator=generator)
            latents = flow.euler(guided(base.eval(), part, empty, guidance), noise, steps)
            with torch.no_grad():
                pixels = decoder.decode_normalised(latents.flatten(0, 1)).clamp(-1, 1)
            films.append(pixels.view(len(part), length, *pixels.shape[1:]))
    pixels = torch.cat(films)
    picture = out or work / stage / "evaluation.png"
    sheets.captioned(sheets.to_bytes(pixels[:, -1]), [w["prompt"] for w in wanted], picture)
    result = f"{stage}, {prompts} prompts, {pixels.shape[1]} frames, {steps} steps, guidance {guidance}: " + read_out(
        pixels.numpy(), wanted
    )
    print(result, flush=True)
    return result
