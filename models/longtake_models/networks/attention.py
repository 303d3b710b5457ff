"""Attention that a runtime computes as one operator, so that its scores are never in memory as a whole.

Written out, one of the enhancer's layers has 4 GB of scores a frame. The networks do write it out (small ones are
fastest that way on a processor, and every runtime knows a matrix product); `whole` switches that off for a while.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator

import torch
from torch import Tensor, nn


class Attentive(nn.Module):
    """A layer that can hand its attention over as a whole."""

    whole: bool = False


@contextmanager
def whole(network: nn.Module) -> Iterator[None]:
    """Within, every attention of the network is one operator (see `attend`): it can be translated, but not run."""
    layers = [m for m in network.modules() if isinstance(m, Attentive)]
    for layer in layers:
        layer.whole = True
    try:
        yield
    finally:
        for layer in layers:
            layer.whole = False


def attend(query: Tensor, key: Tensor, value: Tensor, heads: int, causal: bool = False) -> Tensor:
    """Queries (B,Q,C), keys and values (B,K,C) -> (B,Q,C); scaled by the square root of a head's width C/heads.

    `causal`: a query reads the keys up to its own place. For translation only: PyTorch itself doesn't compute it.
    ONNX's own Attention (opset 23) would do as well, but ONNX Runtime has had this one, and its quick kernels, for longer.
    """
    return torch.onnx.ops.symbolic(
        "com.microsoft::MultiHeadAttention",
        (query, key, value),
        {"num_heads": heads, "unidirectional": int(causal)},
        dtype=query.dtype,
        shape=query.shape,
        version=1,
    )
