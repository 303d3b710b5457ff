"""Numbers that any language makes alike: weights and noise as functions of a seed (see the pack's README.md)."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

_GOLDEN = 0x9E3779B97F4A7C15


def stream(seed: int, count: int) -> np.ndarray:
    """The first `count` bytes of a seed: SplitMix64's words, little-endian."""
    i = np.arange(1, -(-count // 8) + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + i * np.uint64(_GOLDEN)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z.astype("<u8").view(np.uint8)[:count]


LEAST_EXPONENT, MOST_EXPONENT = -24, 8
"""What fp16 keeps exactly."""


def weights(seed: int, count: int, exponent: int) -> np.ndarray:
    """(count,), fp16: (byte - 128) * 2^exponent, spread evenly; the deviation is 74 * 2^exponent."""
    if not LEAST_EXPONENT <= exponent <= MOST_EXPONENT:
        raise ValueError(f"fp16 does not keep bytes times 2^{exponent}")
    return ((stream(seed, count).astype(np.int16) - 128) * np.float32(2.0**exponent)).astype("<f2")


class Purpose(IntEnum):
    """What noise is for: the engine's own list, and what golden cases show to networks."""

    INITIAL = 0
    STEP = 1
    REFINEMENT_INITIAL = 2
    REFINEMENT_STEP = 3
    BLEND = 4
    REFINEMENT_SOURCE = 5
    CASE = 6


def noise_seed(purpose: Purpose, index: int, step: int = 0) -> int:
    """`index`: the chunk of INITIAL and STEP, the film's frame of the others."""
    return purpose << 48 | index << 24 | step


def noise(seed: int, *shape: int) -> np.ndarray:
    """fp32, nearly normal: the sum of four bytes each, less its mean, in units of its deviation."""
    sums = stream(seed, 4 * int(np.prod(shape))).reshape(-1, 4).sum(axis=1, dtype=np.int32)
    return ((sums - 510).astype(np.float32) / np.float32(148)).reshape(shape)
