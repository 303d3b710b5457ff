"""The stage that refines a film at a multiple of its size: a UNet without CAM, and an autoencoder of large pictures."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from ..config import ModelConfig
from .autoencoder import AutoencoderKL
from .unet3d import UNet3D


class Enhancer(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.unet = UNet3D(config.enhancer.unet, None, config.apm)
        self.vae = AutoencoderKL(config.autoencoder)

    def encode(self, frames: Tensor) -> Tensor:
        """frames (N,3,H,W) in [-1,1], large -> normalised latents (N,c,h,w): the means."""
        return self.vae.normalise(self.vae.encode(frames)[0])


def enlarge(pixels: Tensor, scale: int) -> Tensor:
    """(N,3,H,W) in [-1,1], `scale` times as large. Bilinear, as the engine does it."""
    return F.interpolate(pixels, scale_factor=scale, mode="bilinear", align_corners=False)
