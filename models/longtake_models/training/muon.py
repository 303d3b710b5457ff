"""Muon: momentum whose matrix is replaced by the nearest (semi-)orthogonal one (Jordan et al. 2024).

Convolution kernels count as matrices (out, in*kh*kw). Everything else (norms, biases, first and last layers) is AdamW's.
"""

from __future__ import annotations

from typing import Iterable

import torch
from torch import Tensor


def orthogonalise(gradient: Tensor, steps: int = 5) -> Tensor:
    """Newton-Schulz iteration in bfloat16, (m,n) -> (m,n) with all singular values near 1."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = gradient.bfloat16()
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return (x.T if tall else x).float()


class MuonAdamW(torch.optim.Optimizer):
    """Groups with `muon: True` are stepped by Muon (`lr` times `scale`), the others by AdamW without weight decay."""

    def __init__(self, groups: list[dict], lr: float, betas: tuple[float, float] = (0.9, 0.99), momentum: float = 0.95):
        super().__init__(groups, {"lr": lr, "betas": betas, "momentum": momentum, "muon": False})

    @torch.no_grad()
    def step(self, closure=None):  # noqa: D102
        for group in self.param_groups:
            if group["muon"]:
                for p in group["params"]:
                    if p.grad is not None:
                        self._muon(p, group)
            else:
                self._adam(group)

    def _muon(self, p: Tensor, group: dict) -> None:
        state = self.state[p]
        if not state:
            state["momentum"] = torch.zeros_like(p)
        buffer = state["momentum"].lerp_(p.grad, 1 - group["momentum"])
        update = p.grad.lerp(buffer, group["momentum"]).flatten(1)
        scale = max(1.0, update.shape[0] / update.shape[1]) ** 0.5
        p.add_(orthogonalise(update).view_as(p), alpha=-group["lr"] * scale)

    def _adam(self, group: dict) -> None:
        """Multi-tensor AdamW without weight decay."""
        parameters = [p for p in group["params"] if p.grad is not None]
        if not parameters:
            return
        for p in parameters:
            if not self.state[p]:
                self.state[p].update(step=torch.tensor(0.0), exp_avg=torch.zeros_like(p), exp_avg_sq=torch.zeros_like(p))
        states = [self.state[p] for p in parameters]
        gradients = [p.grad for p in parameters]
        b1, b2 = group["betas"]
        means, squares = [s["exp_avg"] for s in states], [s["exp_avg_sq"] for s in states]
        torch._foreach_lerp_(means, gradients, 1 - b1)
        torch._foreach_mul_(squares, b2)
        torch._foreach_addcmul_(squares, gradients, gradients, 1 - b2)
        for s in states:
            s["step"] += 1
        t = float(states[0]["step"])
        root = torch._foreach_sqrt(squares)
        torch._foreach_div_(root, (1 - b2**t) ** 0.5)
        torch._foreach_add_(root, 1e-8)
        torch._foreach_addcdiv_(parameters, means, root, -group["lr"] / (1 - b1**t))


def split_groups(
    named: Iterable[tuple[str, Tensor]], adam_scale: float, not_muon: tuple[str, ...] = ("conv_in", "conv_out")
) -> list[dict]:
    """Named parameters -> matrices and kernels for Muon, all else for AdamW at `adam_scale` times Muon's learning rate."""
    muon, adam = [], []
    for name, p in named:
        if p.requires_grad:
            hidden = p.ndim >= 2 and not any(word in name for word in not_muon)
            (muon if hidden else adam).append(p)
    return [{"params": muon, "muon": True, "scale": 1.0}, {"params": adam, "muon": False, "scale": adam_scale}]
