"""Building blocks of the 3-D UNet (reference-spec §4), written for many small tensors on a CPU.

Pictures are (B*F, C, h, w); `frames` is F, known from the outside. Temporal blocks turn them once into (B, C, F, h*w):
there a clip-wide GroupNorm and a (3,1,1) convolution are one plain 2-D operation each. Attention is a plain batched
matrix product over (.., heads, tokens, d).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .attention import Attentive, attend


def to_clip(x: Tensor, frames: int) -> Tensor:
    """(B*F,C,h,w) -> (B,C,F,h*w)."""
    _, c, h, w = x.shape
    return x.reshape(-1, frames, c, h * w).transpose(1, 2)


def from_clip(x: Tensor, height: int, width: int) -> Tensor:
    """(B,C,F,h*w) -> (B*F,C,h,w)."""
    return x.transpose(1, 2).reshape(-1, x.shape[1], height, width)


def sinusoid(timestep: Tensor, channels: int) -> Tensor:
    """timestep (B,) -> (B,channels): [cos, sin], shift 0, as diffusers' `flip_sin_to_cos`."""
    half = channels // 2
    rates = torch.exp(torch.arange(half, device=timestep.device, dtype=torch.float32) * (-math.log(10000.0) / half))
    angles = timestep.float()[:, None] * rates[None]
    return torch.cat([torch.cos(angles), torch.sin(angles)], dim=-1)


class TimeEmbedding(nn.Module):
    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.linear_1 = nn.Linear(channels, width)
        self.linear_2 = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear_2(F.silu(self.linear_1(x)))


class PooledContext(nn.Module):
    """Mean context token (B,D) -> (B,width), added to the time embedding. The last layer starts at zero."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.linear_1 = nn.Linear(channels, width)
        self.linear_2 = nn.Linear(width, width)

    def forward(self, pooled: Tensor) -> Tensor:
        return self.linear_2(F.silu(self.linear_1(self.norm(pooled))))


class IntervalEmbedding(nn.Module):
    """interval (B,) in timesteps -> (B,width), added to the time embedding; nothing where the interval is 0.

    Not in the original. The idea of telling a network its step size is that of shortcut models (arXiv 2410.12557).
    The last layer starts at zero.
    """

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.channels = channels
        self.linear_1 = nn.Linear(channels, width)
        self.linear_2 = nn.Linear(width, width)
        nn.init.zeros_(self.linear_2.weight)
        nn.init.zeros_(self.linear_2.bias)

    def forward(self, interval: Tensor) -> Tensor:
        y = self.linear_2(F.silu(self.linear_1(sinusoid(interval, self.channels))))
        return y * (interval > 0).to(y.dtype)[:, None]


class ResnetBlock(nn.Module):
    """GN-SiLU-conv, + time, GN-SiLU-conv, residual. `temb` is already SiLU'd: (B, T), shared by all frames."""

    def __init__(self, channels_in: int, channels_out: int, temb_width: int, groups: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, channels_in, eps=1e-5)
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.time_emb_proj = nn.Linear(temb_width, channels_out)
        self.norm2 = nn.GroupNorm(groups, channels_out, eps=1e-5)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(channels_in, channels_out, 1) if channels_in != channels_out else None

    def forward(self, x: Tensor, temb: Tensor, frames: int) -> Tensor:
        y = self.conv1(F.silu(self.norm1(x)))
        _, c, h, w = y.shape
        shift = self.time_emb_proj(temb)
        if frames == 1:
            y = y + shift[:, :, None, None]
        else:
            y = (y.reshape(-1, frames, c, h, w) + shift[:, None, :, None, None]).reshape(-1, c, h, w)
        y = self.conv2(F.silu(self.norm2(y)))
        return y + (x if self.conv_shortcut is None else self.conv_shortcut(x))


class TemporalConv(nn.Module):
    """`depth` x [GN over the clip - SiLU - convolution over three frames], residual; the last one starts at zero."""

    def __init__(self, channels: int, groups: int, depth: int) -> None:
        super().__init__()
        self.depth = depth
        for i in range(1, depth + 1):
            norm, conv = nn.GroupNorm(groups, channels), nn.Conv3d(channels, channels, (3, 1, 1), padding=(1, 0, 0))
            # The original has a dropout between SiLU and convolution except in the first, which shifts the names.
            middle = [nn.SiLU()] if i == 1 else [nn.SiLU(), nn.Identity()]
            self.add_module(f"conv{i}", nn.Sequential(norm, *middle, conv))
        nn.init.zeros_(conv.weight)
        nn.init.zeros_(conv.bias)

    def forward(self, x: Tensor, frames: int) -> Tensor:
        _, _, h, w = x.shape
        y = to_clip(x, frames)
        for i in range(1, self.depth + 1):
            block = getattr(self, f"conv{i}")
            norm, conv = block[0], block[-1]
            y = F.conv2d(F.silu(norm(y)), conv.weight.squeeze(-1), conv.bias, padding=(1, 0))
        return x + from_clip(y, h, w)


class Attention(Attentive):
    """Multi-head attention; queries (..., Q, C), keys and values from (..., K, D)."""

    def __init__(self, channels: int, head_dim: int, context_dim: int | None = None) -> None:
        super().__init__()
        self.heads, self.head_dim = channels // head_dim, head_dim
        self.context_dim = context_dim
        self.to_q = nn.Linear(channels, channels, bias=False)
        self.to_k = nn.Linear(context_dim or channels, channels, bias=False)
        self.to_v = nn.Linear(context_dim or channels, channels, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels), nn.Identity()])

    def split(self, x: Tensor) -> Tensor:
        """(..., N, C) -> (..., heads, N, d)."""
        return x.unflatten(-1, (self.heads, self.head_dim)).transpose(-3, -2)

    def join(self, x: Tensor) -> Tensor:
        """(..., heads, N, d) -> (..., N, C)."""
        return x.transpose(-3, -2).flatten(-2)

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        # Three products, not one that is split: ONNX Runtime splits the last axis slower than it multiplies.
        context = x if context is None else context
        if self.whole:
            return self.to_out[0](attend(self.to_q(x), self.to_k(context), self.to_v(context), self.heads))
        q, k, v = self.split(self.to_q(x)), self.split(self.to_k(context)), self.split(self.to_v(context))
        weights = torch.softmax(torch.matmul(q * self.head_dim**-0.5, k.transpose(-2, -1)), dim=-1)
        return self.to_out[0](self.join(torch.matmul(weights.to(v.dtype), v)))


class FrameAttention(Attention):
    """Per pixel, between frames: queries (B,F,P,C), keys and values from (B,K,P,D).

    Frames stay outside of pixels until heads are split, which turns the axes anyway.
    """

    def split(self, x: Tensor) -> Tensor:
        """(B,N,P,C) -> (B,P,heads,N,d)."""
        return x.unflatten(-1, (self.heads, self.head_dim)).permute(0, 2, 3, 1, 4)

    def join(self, x: Tensor) -> Tensor:
        """(B,P,heads,N,d) -> (B,N,P,C)."""
        return x.permute(0, 3, 1, 2, 4).flatten(-2)

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        if not self.whole:
            return super().forward(x, context)
        _, frames, pixels, c = x.shape
        y = super().forward(self.by_pixel(x), None if context is None else self.by_pixel(context))
        return y.reshape(-1, pixels, frames, c).transpose(1, 2)

    def by_pixel(self, x: Tensor) -> Tensor:
        """(B,N,P,C) -> (B*P,N,C)."""
        return x.transpose(1, 2).reshape(-1, x.shape[1], x.shape[3])


class TextAttention(Attention):
    """The spatial cross-attention `attn2`; with image tokens it owns the APM mixing parameters (reference-spec §3.3)."""

    def __init__(
        self, channels: int, head_dim: int, context_dim: int, text_tokens: int, image_tokens: int, alpha: float
    ) -> None:
        super().__init__(channels, head_dim, context_dim)
        if image_tokens:
            self.conv = nn.Conv1d(text_tokens + image_tokens, text_tokens, 3, padding=1)
            self.conv_ln = nn.LayerNorm(context_dim)
            self.alpha = nn.Parameter(torch.tensor(alpha))

    def mix(self, text: Tensor, image: Tensor) -> Tensor:
        """text (B,L,D), image tokens (B,I,D) -> this layer's context (B,L,D)."""
        mixed = self.conv_ln(self.conv(torch.cat([text, image], dim=1)))
        return text + F.silu(self.alpha) * mixed


class Geglu(nn.Module):
    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.proj = nn.Linear(channels, 2 * hidden)

    def forward(self, x: Tensor) -> Tensor:
        w, b, half = self.proj.weight, self.proj.bias, self.proj.out_features // 2
        return F.linear(x, w[:half], b[:half]) * F.gelu(F.linear(x, w[half:], b[half:]))


class FeedForward(nn.Module):
    def __init__(self, channels: int, multiplier: int) -> None:
        super().__init__()
        hidden = channels * multiplier
        self.net = nn.ModuleList([Geglu(channels, hidden), nn.Identity(), nn.Linear(hidden, channels)])

    def forward(self, x: Tensor) -> Tensor:
        return self.net[2](self.net[0](x))


class TransformerBlock(nn.Module):
    """{LN, self-attention, LN, second attention, LN, feed-forward}, each with a residual. `attn2` may be None."""

    def __init__(self, channels: int, attn1: Attention, attn2: Attention | None, ff_multiplier: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(channels)
        self.attn1 = attn1
        self.norm2 = nn.LayerNorm(channels) if attn2 is not None else None
        self.attn2 = attn2
        self.norm3 = nn.LayerNorm(channels)
        self.ff = FeedForward(channels, ff_multiplier)


class SpatialTransformer(nn.Module):
    """Per frame: tokens are pixels; cross-attention to one context (B,L,D) for all frames of a clip."""

    def __init__(
        self,
        channels: int,
        head_dim: int,
        groups: int,
        context_dim: int,
        ff_multiplier: int,
        text_tokens: int,
        image_tokens: int,
        alpha: float,
    ) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.proj_in = nn.Linear(channels, channels)
        attn2 = TextAttention(channels, head_dim, context_dim, text_tokens, image_tokens, alpha)
        attn1 = Attention(channels, head_dim)
        self.transformer_blocks = nn.ModuleList([TransformerBlock(channels, attn1, attn2, ff_multiplier)])
        self.proj_out = nn.Linear(channels, channels)

    def forward(self, x: Tensor, context: Tensor, frames: int) -> Tensor:
        _, c, h, w = x.shape
        block = self.transformer_blocks[0]
        y = self.proj_in(self.norm(x).flatten(2).transpose(1, 2))  # (B*F, h*w, C)
        y = y + block.attn1(block.norm1(y))
        # All frames of a clip ask the same keys: one attention per clip instead of one per frame.
        y = y.reshape(-1, frames * h * w, c)
        y = y + block.attn2(block.norm2(y), context)
        y = y + block.ff(block.norm3(y))
        y = self.proj_out(y).reshape(-1, h * w, c)
        return x + y.transpose(1, 2).reshape(-1, c, h, w)


class TemporalTransformer(nn.Module):
    """Per pixel: tokens are frames."""

    def __init__(
        self, channels: int, heads: int, head_dim: int, groups: int, ff_multiplier: int, double: bool, positions: int
    ) -> None:
        super().__init__()
        inner = heads * head_dim
        self.norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.proj_in = nn.Linear(channels, inner)
        attn1 = FrameAttention(inner, head_dim)
        attn2 = FrameAttention(inner, head_dim) if double else None
        self.transformer_blocks = nn.ModuleList([TransformerBlock(inner, attn1, attn2, ff_multiplier)])
        self.proj_out = nn.Linear(inner, channels)
        # A model that was trained on single frames starts on clips as if these layers were absent.
        nn.init.zeros_(self.proj_out.weight)
        nn.init.zeros_(self.proj_out.bias)
        self.positions = nn.Parameter(torch.randn(positions, inner) * 0.5) if positions else None

    def forward(self, x: Tensor, frames: int) -> Tensor:
        _, c, h, w = x.shape
        block = self.transformer_blocks[0]
        y = self.proj_in(self.norm(to_clip(x, frames)).permute(0, 2, 3, 1))  # (B, F, h*w, inner)
        if self.positions is not None:
            y = y + self.positions[:frames, None]
        y = y + block.attn1(block.norm1(y))
        if block.attn2 is not None:
            y = y + block.attn2(block.norm2(y))
        y = y + block.ff(block.norm3(y))
        return x + self.proj_out(y).transpose(2, 3).reshape(-1, c, h, w)


class Downsample(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class Upsample(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
