"""CLIP image tower with open_clip's names (reference-spec §3.1); small and trained from scratch in `storybook`."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import ImageEncoderConfig
from .attention import Attentive, attend


class SelfAttention(Attentive):
    """torch.nn.MultiheadAttention's parameter names, written out."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)
        nn.init.xavier_uniform_(self.in_proj_weight)

    def forward(self, x: Tensor) -> Tensor:
        if self.whole:
            together = F.linear(x, self.in_proj_weight, self.in_proj_bias)
            return self.out_proj(attend(*together.chunk(3, dim=-1), self.heads))
        q, k, v = (
            t.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for t in F.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, dim=-1)
        )
        weights = torch.softmax(torch.matmul(q * q.shape[-1] ** -0.5, k.transpose(-2, -1)), dim=-1)
        return self.out_proj(torch.matmul(weights.to(v.dtype), v).transpose(1, 2).flatten(-2))


class Mlp(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.c_fc = nn.Linear(width, hidden)
        self.c_proj = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.c_proj(F.gelu(self.c_fc(x)))


class ResidualBlock(nn.Module):
    def __init__(self, config: ImageEncoderConfig) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.width)
        self.attn = SelfAttention(config.width, config.heads)
        self.ln_2 = nn.LayerNorm(config.width)
        self.mlp = Mlp(config.width, config.mlp)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self, config: ImageEncoderConfig) -> None:
        super().__init__()
        self.resblocks = nn.ModuleList([ResidualBlock(config) for _ in range(config.layers)])


class VisualTower(nn.Module):
    def __init__(self, config: ImageEncoderConfig) -> None:
        super().__init__()
        width, grid = config.width, config.image_size // config.patch
        self.conv1 = nn.Conv2d(3, width, config.patch, stride=config.patch, bias=False)
        self.class_embedding = nn.Parameter(torch.randn(width) * width**-0.5)
        self.positional_embedding = nn.Parameter(torch.randn(grid**2 + 1, width) * width**-0.5)
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = Transformer(config)
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(torch.randn(width, config.output) * width**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        patches = self.conv1(x).flatten(2).transpose(1, 2)
        # Not `expand`: its size would be baked into an exported graph.
        first = torch.zeros_like(patches[:, :1]) + self.class_embedding
        x = self.ln_pre(torch.cat([first, patches], dim=1) + self.positional_embedding)
        for block in self.transformer.resblocks:
            x = block(x)
        return torch.matmul(self.ln_post(x[:, 0]), self.proj)


class ClipModel(nn.Module):
    """`model` in the checkpoint: the visual tower and, there, unused leftovers of the deleted text tower."""

    def __init__(self, config: ImageEncoderConfig) -> None:
        super().__init__()
        self.visual = VisualTower(config)
        if config.clip_text_leftovers:
            width = 1024
            self.positional_embedding = nn.Parameter(torch.zeros(77, width))
            self.text_projection = nn.Parameter(torch.zeros(width, width))
            self.logit_scale = nn.Parameter(torch.zeros(()))
            self.token_embedding = nn.Embedding(49408, width)
            self.ln_final = nn.LayerNorm(width)


class ImageEncoder(nn.Module):
    def __init__(self, config: ImageEncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.model = ClipModel(config)
        # Constants, not weights: they keep their values where a model is laid out on the meta device.
        for name, values in (("mean", config.pixel_mean), ("std", config.pixel_std)):
            self.register_buffer(name, torch.tensor(values, device="cpu").view(1, 3, 1, 1), persistent=False)

    def preprocess(self, frames: Tensor) -> Tensor:
        size = self.config.image_size
        if frames.shape[-2:] != (size, size):
            # The original's antialiasing blur is an identity at 256 -> 224 (sigma 0.07 pixels).
            frames = F.interpolate(frames, (size, size), mode="bicubic", align_corners=True)
        return ((frames + 1.0) / 2.0 - self.mean) / self.std

    def forward(self, frames: Tensor) -> Tensor:
        """(B,3,H,W) in [-1,1] -> (B,E), not normalised to unit length."""
        return self.model.visual(self.preprocess(frames))
