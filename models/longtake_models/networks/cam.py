"""CAM's feature extractor (reference-spec §2.1): attribute `unet` of the whole model, as in the public checkpoint."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import ApmConfig, CamConfig, UNetConfig
from .unet3d import ContextQueue, Encoder3D


class ConditioningEmbedding(nn.Module):
    """Frames (N,3,H,W) -> (N,C0,h,w): 3x3 convolutions per frame, SiLU after each except the last."""

    def __init__(self, config: CamConfig, channels_out: int) -> None:
        super().__init__()
        widths = config.embedding_channels
        self.conv_in = nn.Conv2d(3, widths[0], 3, padding=1)
        self.blocks = nn.ModuleList()
        for a, b, stride in zip(widths[:-1], widths[1:], config.embedding_strides, strict=True):
            self.blocks.append(nn.Conv2d(a, a, 3, padding=1))
            self.blocks.append(nn.Conv2d(a, b, 3, stride=stride, padding=1))
        self.conv_out = nn.Conv2d(widths[-1], channels_out, 3, padding=1)
        nn.init.zeros_(self.conv_out.weight)
        nn.init.zeros_(self.conv_out.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = F.silu(self.conv_in(x))
        for block in self.blocks:
            x = F.silu(block(x))
        return self.conv_out(x)


class CamExtractor(Encoder3D):
    def __init__(self, config: UNetConfig, cam: CamConfig, apm: ApmConfig) -> None:
        super().__init__(config, apm, image_tokens=0)
        self.controlnet_cond_embedding = ConditioningEmbedding(cam, config.block_out_channels[0])

    def embed_frames(self, frames: Tensor) -> Tensor:
        """Pixels (B,K,3,H,W) in [-1,1] -> (B,K,C0,h,w). Once per chunk: depends neither on the timestep nor on text."""
        y = self.controlnet_cond_embedding(frames.flatten(0, 1))
        return y.reshape(-1, frames.shape[1], *y.shape[1:])

    def forward(
        self, latents: Tensor, timestep: Tensor, text: Tensor, embedding: Tensor, interval: Tensor | None = None
    ) -> list[Tensor]:
        """latents (B,K,C,h,w): first K frames of the noisy chunk; text (B,L,D); embedding (B,K,C0,h,w).

        -> one (B,K,c,h',w') per skip tensor of the base model, and the middle one last.
        """
        _, frames, c, h, w = latents.shape
        queue = ContextQueue(text)
        temb = self.embed(timestep, queue, interval)
        x = self.enter(latents.reshape(-1, c, h, w), frames) + embedding.flatten(0, 1)
        features = self.down(x, temb, queue, frames)
        features.append(self.middle(features[-1], temb, queue, frames))
        return [f.reshape(-1, frames, *f.shape[1:]) for f in features]

    @torch.no_grad()
    def copy_from(self, base: nn.Module) -> int:
        """Start from the base model's encoder half. Returns how many tensors were taken."""
        own, other = self.state_dict(), base.state_dict()
        shared = {k: v for k, v in other.items() if k in own}
        self.load_state_dict(shared, strict=False)
        return len(shared)
