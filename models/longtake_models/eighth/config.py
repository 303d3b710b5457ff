"""Sizes: every network of the original at an eighth of its width and at its full depth, for pictures of 64 x 64."""

from __future__ import annotations

from ..config import ApmConfig, AutoencoderConfig, CamConfig, ImageEncoderConfig, ModelConfig, UNetConfig, VideoConfig
from ..original import ClipTextConfig, OriginalConfig, Vid2VidConfig

MERGES = 1000
"""Of CLIP's byte pairs, the first so many."""
VOCABULARY = 2 * 256 + MERGES + 2
"""Bytes, bytes that end a word, pairs, start and end."""

_UNET = UNetConfig(
    block_out_channels=(40, 80, 160, 160), head_dim=8, transformer_in_heads=8, cross_attention_dim=128, norm_groups=8
)
_AUTOENCODER = AutoencoderConfig(encoder_channels=(16, 32, 64, 64), decoder_channels=(16, 32, 64, 64), norm_groups=8)

EIGHTH = OriginalConfig(
    model=ModelConfig(
        name="streamingt2v-eighth",
        video=VideoConfig(width=64, height=64, fps=8, frames=16),
        autoencoder=_AUTOENCODER,
        unet=_UNET,
        cam=CamConfig(embedding_channels=(4, 12, 32, 64), merger_head_dim=8),
        apm=ApmConfig(image_width=128, hidden=160),
        image_encoder=ImageEncoderConfig(width=160, mlp=640, output=128, clip_text_leftovers=False),
    ),
    text=ClipTextConfig(vocabulary=VOCABULARY, width=128, mlp=512),
    enhancer=Vid2VidConfig(
        unet=_UNET,
        autoencoder=_AUTOENCODER,
        video=VideoConfig(width=128, height=80, fps=8, frames=24),
    ),
)
