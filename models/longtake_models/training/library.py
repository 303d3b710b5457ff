"""Rendered training data on disk, in shards that are written once and never change.

Shard i of a kind is a function of (kind, i) alone, so a library that was cut off or is extended later holds the same
pictures. A child process renders while a stage already trains on the shards that are there.
"""

from __future__ import annotations

import multiprocessing
import os
from functools import partial
from pathlib import Path

import numpy as np

FRAMES_PER_SHARD = 2048
CLIPS_PER_SHARD = 128
CLIP_FRAMES = 24
LABELS = ("actor", "place", "time", "weather", "action")
DETAIL = 2
"""How many times as large the pictures of the kinds `large-…` are, which show the same as the small ones."""
_SEEDS = {"frames": 101, "clips": 202, "twins": 303}


def _frame_shard(index: int, detail: int = 1) -> dict[str, np.ndarray]:
    """frames (N,64,64,3) uint8 (times the detail), captions (N,) str, labels (N,5) int16."""
    from longtake_models.world import sample_frame

    rng = np.random.default_rng([_SEEDS["frames"], index])
    frames, captions, labels = [], [], []
    for _ in range(FRAMES_PER_SHARD):
        frame, caption, label = sample_frame(rng, detail)
        frames.append(frame)
        captions.append(caption)
        labels.append([int(label[k]) for k in LABELS])
    return {"frames": np.stack(frames), "captions": np.array(captions), "labels": np.array(labels, dtype=np.int16)}


def _clip_shard(index: int, detail: int = 1) -> dict[str, np.ndarray]:
    from longtake_models.world import sample_clip

    rng = np.random.default_rng([_SEEDS["clips"], index])
    return _pack([sample_clip(rng, frames=CLIP_FRAMES, detail=detail) for _ in range(CLIPS_PER_SHARD)])


def _twin_shard(index: int) -> dict[str, np.ndarray]:
    """Rows 2k and 2k+1 are twins."""
    from longtake_models.world import sample_twins

    rng = np.random.default_rng([_SEEDS["twins"], index])
    return _pack([clip for _ in range(CLIPS_PER_SHARD // 2) for clip in sample_twins(rng, frames=CLIP_FRAMES)])


def _pack(clips: list) -> dict[str, np.ndarray]:
    """frames (N,24,64,64,3) uint8 (times the detail), captions (N,), switch (N,) int16 (-1: no transition), labels (N,24,5) int16."""
    return {
        "frames": np.stack([c.frames for c in clips]),
        "captions": np.array([c.caption for c in clips]),
        "switch": np.array([-1 if c.switch_frame is None else c.switch_frame for c in clips], dtype=np.int16),
        "labels": np.stack([np.stack([c.labels[k] for k in LABELS], axis=-1) for c in clips]).astype(np.int16),
    }


_MAKERS = {
    "frames": _frame_shard,
    "clips": _clip_shard,
    "twins": _twin_shard,
    "large-frames": partial(_frame_shard, detail=DETAIL),
    "large-clips": partial(_clip_shard, detail=DETAIL),
}


def shard_path(folder: Path, kind: str, index: int) -> Path:
    return folder / kind / f"{index:05d}.npz"


def render(folder: Path, kind: str, count: int) -> None:
    """Make shards 0..count-1 of `kind` that are not there yet."""
    (folder / kind).mkdir(parents=True, exist_ok=True)
    for index in range(count):
        path = shard_path(folder, kind, index)
        if path.exists():
            continue
        temporary = path.with_suffix(f".{os.getpid()}.tmp.npz")
        np.savez(temporary, **_MAKERS[kind](index))
        os.replace(temporary, path)


def _render_quietly(folder: Path, kind: str, count: int) -> None:
    os.nice(5)
    render(folder, kind, count)


def render_in_background(folder: Path, kind: str, count: int) -> multiprocessing.Process:
    """The same in a child process that dies with its parent; the first shard is there when this returns."""
    render(folder, kind, 1)
    process = multiprocessing.get_context("spawn").Process(
        target=_render_quietly, args=(folder, kind, count), daemon=True
    )
    process.start()
    return process


class FrameLibrary:
    """All single frames of a kind rendered so far, as one growing array."""

    def __init__(self, folder: Path, most: int, kind: str = "frames"):
        self.folder, self.most, self.kind = folder, most, kind
        with np.load(shard_path(folder, kind, 0)) as first:
            size = first["frames"].shape[1:]
        self.frames = np.empty((most * FRAMES_PER_SHARD, *size), dtype=np.uint8)
        self.shards = 0
        self.refresh()

    def refresh(self) -> int:
        """Take in shards that have appeared. Returns the number of frames at hand."""
        while self.shards < self.most and shard_path(self.folder, self.kind, self.shards).exists():
            with np.load(shard_path(self.folder, self.kind, self.shards)) as data:
                start = self.shards * FRAMES_PER_SHARD
                self.frames[start : start + FRAMES_PER_SHARD] = data["frames"]
            self.shards += 1
        return self.shards * FRAMES_PER_SHARD
