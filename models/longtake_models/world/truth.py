"""Clips as the world draws them, for the evaluation of the enhancer: what the base model would have to make of them, and
what they look like large. Nothing is trained on them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

CLIPS, FRAMES, EVERY = 8, 24, 2
SEED = 515_151_515


def write(work: Path, out: Path) -> None:
    """`clips.json`; per clip the latents of its small frames, (FRAMES,c,h,w) little-endian float32, and a PNG with every
    EVERY-th of its large frames side by side."""
    from PIL import Image

    from ..training import autoencoder
    from ..training.library import DETAIL
    from .clips import sample_clip

    network = autoencoder.load_autoencoder(work)
    out.mkdir(parents=True, exist_ok=True)
    clips = []
    for number in range(1, CLIPS + 1):
        small, large = (
            sample_clip(np.random.default_rng([SEED, number]), FRAMES, transition_probability=0.0, detail=detail)
            for detail in (1, DETAIL)
        )
        latents = network.normalise(autoencoder.encode_frames(network, small.frames))
        name = f"{number:02d}"
        (out / f"{name}.latents").write_bytes(latents.numpy().astype("<f4").tobytes())
        Image.fromarray(np.concatenate(list(large.frames[::EVERY]), axis=1)).save(out / f"{name}.png", optimize=True)
        clips.append({"caption": large.caption, "latents": f"{name}.latents", "picture": f"{name}.png"})
    about = {"frames": FRAMES, "every": EVERY, "clips": clips}
    (out / "clips.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
