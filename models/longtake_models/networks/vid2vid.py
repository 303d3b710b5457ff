"""The enhancer's UNet, MS-Vid2Vid-XL: a plain 3-D UNet with two quirks (reference-spec §6.2).

Its downsampling convolutions see two rows of zeros above and below instead of one, and its upsamplers drop the first and
the last row before they convolve: 90 rows become 46, 24, 13 and by way of 24 and 46 again 90.
"""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor, nn
from torch.nn import functional as F

from ..config import ApmConfig, UNetConfig
from . import layers
from .unet3d import UNet3D


class Downsample(layers.Downsample):
    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.conv = nn.Conv2d(channels, channels, 3, stride=2, padding=(2, 1))


class Upsample(layers.Upsample):
    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest")[:, :, 1:-1])


class Vid2VidUNet(UNet3D):
    """latents (B,F,C,h,w), timestep (B,), text (B,L,D) -> prediction like the latents. No mergers, no image tokens."""

    def __init__(self, config: UNetConfig, apm: ApmConfig) -> None:
        super().__init__(config, None, replace(apm, image_tokens=0))
        for block in self.down_blocks:
            for i, sampler in enumerate(getattr(block, "downsamplers", ())):
                block.downsamplers[i] = Downsample(sampler.conv.in_channels)
        for block in self.up_blocks:
            for i, sampler in enumerate(getattr(block, "upsamplers", ())):
                block.upsamplers[i] = Upsample(sampler.conv.in_channels)
