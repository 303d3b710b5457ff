"""Rectified flow: x_t = (1-t) x0 + t eps, the network predicts v = eps - x0, its timestep input is 1000 t."""

from __future__ import annotations

from typing import Callable

import torch
from torch import Tensor


CLIP_SHIFT = 3.0
"""Frames of a clip show the same things, so that more noise is needed to hide them: what moves where is decided early."""
TWIN_SHIFT = 6.0
"""For clips that differ in little but the way they go: that is decided earliest of all."""


def sample_times(
    count: int, generator: torch.Generator | None = None, uniform_share: float = 0.25, shift: float = 1.0
) -> Tensor:
    """(count,) in (0,1): logit-normal (most of the work is in the middle), a share of it uniform for the ends.

    `shift` moves the former towards 1: t' = shift t / (1 + (shift - 1) t) (Esser et al., arXiv 2403.03206, §5.3.2).
    """
    normal = torch.sigmoid(torch.randn(count, generator=generator))
    normal = shift * normal / (1 + (shift - 1) * normal)
    flat = torch.rand(count, generator=generator)
    pick = torch.rand(count, generator=generator) < uniform_share
    return torch.where(pick, flat, normal).clamp(1e-3, 1 - 1e-3)


def add_noise(x0: Tensor, noise: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """x0, noise (B,...), t (B,) -> (x_t, v)."""
    t = t.view(-1, *[1] * (x0.dim() - 1))
    return (1 - t) * x0 + t * noise, noise - x0


def schedule(steps: int, shift: float = 1.0) -> list[float]:
    """sigma_0 = 1 … sigma_steps = 0."""
    u = [1 - i / steps for i in range(steps + 1)]
    return [shift * v / (1 + (shift - 1) * v) for v in u]


@torch.no_grad()
def euler(
    predict: Callable[[Tensor, float], Tensor],
    noise: Tensor,
    steps: int,
    shift: float = 1.0,
    known: Tensor | None = None,
    held: float = 0.0,
) -> Tensor:
    """`predict(x, sigma) -> v`, guidance included. Returns x0 (B,F,…).

    In the share `held` of the steps the first frames are held to the clean latents `known` (B,K,…).
    """
    sigmas = schedule(steps, shift)
    x = noise
    for index, (now, after) in enumerate(zip(sigmas, sigmas[1:])):
        if known is not None and index < held * steps:
            kept = known.shape[1]
            x = torch.cat([(1 - now) * known + now * noise[:, :kept], x[:, kept:]], dim=1)
        x = x + (after - now) * predict(x, now)
    return x
