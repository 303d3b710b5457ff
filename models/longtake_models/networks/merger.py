"""CAM's cross-attention mergers inside the main UNet (reference-spec §2.2): per pixel, along time only."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .layers import FrameAttention, to_clip


class TemporalMerge(nn.Module):
    def __init__(self, channels: int, head_dim: int, groups: int, positions: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.proj_in = nn.Linear(channels, channels)
        self.attention = FrameAttention(channels, head_dim, channels)
        self.proj_out = nn.Linear(channels, channels)
        nn.init.zeros_(self.proj_out.weight)
        nn.init.zeros_(self.proj_out.bias)
        self.positions = nn.Parameter(torch.randn(positions, channels) * 0.5) if positions else None

    def forward(self, x: Tensor, feature: Tensor, frames: int) -> Tensor:
        """x (B*F,C,h,w), feature (B,K,C,h,w) -> what is added to x, (B*F,C,h,w)."""
        _, c, h, w = x.shape
        kept = feature.shape[1]
        query = self.proj_in(self.norm(to_clip(x, frames)).permute(0, 2, 3, 1))  # (B, F, h*w, C)
        keys = feature.reshape(-1, kept, c, h * w).transpose(2, 3)  # (B, K, h*w, C), neither norm nor projection
        if self.positions is not None:
            query, keys = query + self.positions[:frames, None], keys + self.positions[:kept, None]
        y = self.proj_out(self.attention(query, keys))
        return y.transpose(2, 3).reshape(-1, c, h, w)


class Merger(nn.Module):
    def __init__(self, channels: int, head_dim: int, groups: int, positions: int) -> None:
        super().__init__()
        self.temporal_transformer = TemporalMerge(channels, head_dim, groups, positions)

    def forward(self, x: Tensor, feature: Tensor, scale: Tensor | None, frames: int) -> Tensor:
        """scale: None (= 1), (1,) or (B,)."""
        y = self.temporal_transformer(x, feature, frames)
        if scale is not None:
            _, c, h, w = y.shape
            y = (y.reshape(-1, frames, c, h, w) * scale.reshape(-1, 1, 1, 1, 1)).reshape(-1, c, h, w)
        return x + y
