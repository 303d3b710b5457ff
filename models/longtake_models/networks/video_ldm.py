"""The whole model; child names are the prefixes of the public checkpoint (reference-spec §5)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..config import ModelConfig
from .apm import Resampler
from .autoencoder import AutoencoderKL
from .cam import CamExtractor
from .image_encoder import ImageEncoder
from .unet3d import UNet3D


class VideoLDM(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.resampler = Resampler(config.apm, config.unet.cross_attention_dim)
        self.image_encoder = ImageEncoder(config.image_encoder)
        self.vae = AutoencoderKL(config.autoencoder)
        self.unet = CamExtractor(config.unet, config.cam, config.apm)
        self.base_model = UNet3D(config.unet, config.cam, config.apm)

    def plain_contexts(self, text: Tensor) -> Tensor:
        """text (B,L,D) -> (B,A,L,D): every layer reads the text alone (first chunk, no anchor)."""
        return text[:, None].repeat(1, self.base_model.context_layers, 1, 1)

    def apm_contexts(self, text: Tensor, image_embedding: Tensor) -> Tensor:
        """text (B,L,D), image embedding (B,E) -> one context per cross-attention, (B,A,L,D)."""
        image = self.resampler(image_embedding)
        return torch.stack([a.mix(text, image) for a in self.base_model.text_attentions()], dim=1)

    def anchor_contexts(self, text: Tensor, anchor: Tensor) -> Tensor:
        """As `apm_contexts`, from the anchor's pixels (B,3,H,W) in [-1,1]; all zeros = unconditional."""
        return self.apm_contexts(text, self.image_encoder(anchor))
