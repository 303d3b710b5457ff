"""The stage that refines a film at a multiple of its size: a UNet without CAM, and an autoencoder of large pictures."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import ModelConfig
from .autoencoder import AutoencoderKL
from .unet3d import UNet3D


class Refiner(UNet3D):
    """Says what is to be changed in what it refines, which it sees beside the noisy latents: then a network that has learnt
    nothing changes nothing, and one that has learnt little does little harm. All the rest sees a flow's network."""

    def correct(self, latents: Tensor, timestep: Tensor, text: Tensor, source: Tensor) -> Tensor:
        """latents, source (B,F,c,h,w), timestep (B,), text (B,L,D) -> what to add to the source."""
        return super().forward(torch.cat([latents, source], dim=2), timestep, text)

    def forward(self, latents: Tensor, timestep: Tensor, text: Tensor, source: Tensor) -> Tensor:  # type: ignore[override]
        """-> the flow (B,F,c,h,w): that of the line from the clean latents through the noisy ones."""
        sigma = (timestep / 1000.0).view(-1, 1, 1, 1, 1)
        return (latents - source - self.correct(latents, timestep, text, source)) / sigma


class Enhancer(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.unet = Refiner(config.enhancer.unet, None, config.apm)
        self.vae = AutoencoderKL(config.autoencoder)

    def encode(self, frames: Tensor) -> Tensor:
        """frames (N,3,H,W) in [-1,1], large -> normalised latents (N,c,h,w): the means."""
        return self.vae.encode_normalised(frames)


def enlarge(pixels: Tensor, scale: int) -> Tensor:
    """(N,3,H,W) in [-1,1], `scale` times as large. Bilinear, as the engine does it."""
    return F.interpolate(pixels, scale_factor=scale, mode="bilinear", align_corners=False)
