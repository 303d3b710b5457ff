"""Stage `latents`: rendered shards -> encoded shards, with their captions as token states.

`<work>/latents/<autoencoder>/frames/00000.npz` and `…/clips/00000.npz`. Shards appear one by one, so that the base
model can start on the first and take in the rest while it trains.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch

from . import autoencoder, text
from .harness import setup_threads
from .library import CLIPS_PER_SHARD, FRAMES_PER_SHARD, render, shard_path

# What is encoded, in this order: (kind, shards in all by then).
ORDER = (("frames", 4), ("clips", 40), ("twins", 20), ("frames", 16), ("clips", 120), ("twins", 40))


LARGE_ORDER = (("large-frames", 4), ("large-clips", 20), ("large-frames", 6), ("large-clips", 60))


def cache_folder(work: Path, stage: str = "autoencoder") -> Path:
    """Encoded shards belong to one encoder: the folder is named after the run and the step it comes from."""
    state = torch.load(work / stage / "checkpoint.pt", map_location="cpu", weights_only=True, mmap=True)
    prefix = "" if stage == "autoencoder" else f"{stage}-"
    return work / "latents" / f"{prefix}step-{state['step']}"


def _captions(captions: np.ndarray) -> dict[str, np.ndarray]:
    """Token states packed end to end: states (sum, D) float16, offsets (N+1,)."""
    ragged = text.encoder().ragged([str(c) for c in captions])
    offsets = np.concatenate([[0], np.cumsum([len(r) for r in ragged])]).astype(np.int64)
    return {"states": np.concatenate(ragged), "offsets": offsets}


def _encode_shard(network, source: Path, kind: str) -> dict[str, np.ndarray]:
    with np.load(source) as data:
        frames = data["frames"]
        shape = frames.shape[:-3]
        raw = autoencoder.encode_frames(network, frames.reshape(-1, *frames.shape[-3:]))
        latents = network.normalise(raw).half().numpy()
        out = {"latents": latents.reshape(*shape, *latents.shape[1:]), "labels": data["labels"]}
        out.update(_captions(data["captions"]))
        if "switch" in data:
            out["switch"] = data["switch"]
    return out


def build(
    work: Path, threads: int = 0, order: tuple[tuple[str, int], ...] = ORDER, stages: tuple[str, ...] = ("decoder", "autoencoder")
) -> None:
    """Render where needed, encode what is not there yet, by the first of `stages` that there is."""
    setup_threads(threads)
    network = autoencoder.load_autoencoder(work, stages=stages)
    target, world = cache_folder(work, stages[-1]), work / "world"
    for kind, count in order:
        for index in range(count):
            path = shard_path(target, kind, index)
            if path.exists():
                continue
            render(world, kind, index + 1)
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(f".{os.getpid()}.tmp.npz")
            np.savez(temporary, **_encode_shard(network, shard_path(world, kind, index), kind))
            os.replace(temporary, path)
            print(f"latents: {kind} shard {index + 1} of {count}", flush=True)


def build_large(work: Path, threads: int = 0) -> None:
    """The same of the large pictures, by their own autoencoder."""
    build(work, threads, LARGE_ORDER, (autoencoder.LARGE,))


class LatentSet:
    """Encoded frames (N,c,h,w) or clips (N,24,c,h,w), float16, with captions; grows as shards appear."""

    def __init__(self, folder: Path, kind: str, most: int = 120):
        self.folder, self.kind, self.most = folder, kind, most
        self.per_shard = FRAMES_PER_SHARD if kind.endswith("frames") else CLIPS_PER_SHARD
        self.shards: list[dict[str, np.ndarray]] = []
        self.refresh()
        if not self.shards:
            raise FileNotFoundError(f"no encoded {kind} in {folder}: run `train latents` first")

    def refresh(self) -> int:
        """Take in new shards; returns the number of samples."""
        while len(self.shards) < self.most and shard_path(self.folder, self.kind, len(self.shards)).exists():
            with np.load(shard_path(self.folder, self.kind, len(self.shards))) as data:
                self.shards.append({k: data[k] for k in data.files})
        return len(self)

    def __len__(self) -> int:
        return len(self.shards) * self.per_shard

    def latents(self, index: int) -> np.ndarray:
        shard, row = divmod(int(index), self.per_shard)
        return self.shards[shard]["latents"][row]

    def switch(self, index: int) -> int:
        """First frame of the new world in a transition clip, else -1."""
        shard, row = divmod(int(index), self.per_shard)
        return int(self.shards[shard]["switch"][row])

    def states(self, index: int) -> np.ndarray:
        """Token states (length, D) float16 of the caption."""
        shard, row = divmod(int(index), self.per_shard)
        low, high = self.shards[shard]["offsets"][row : row + 2]
        return self.shards[shard]["states"][low:high]


def pad_states(states: list[np.ndarray]) -> torch.Tensor:
    """Token states of several captions -> (B, L, D) float32, zero beyond each caption's end."""
    out = torch.zeros(len(states), text.TOKENS, text.WIDTH)
    for row, state in enumerate(states):
        out[row, : len(state)] = torch.from_numpy(state.astype(np.float32))
    return out
