"""The whole published system around `config.STREAMINGT2V`, as plain data: what a converted pack is made of."""

from __future__ import annotations

from dataclasses import dataclass

from .config import STREAMINGT2V, AutoencoderConfig, DiffusionConfig, ModelConfig, UNetConfig, VideoConfig


@dataclass(frozen=True)
class ClipTextConfig:
    """CLIP's text tower without its last layer (reference-spec §1.2)."""

    vocabulary: int = 49408
    tokens: int = 77
    width: int = 1024
    layers: int = 23
    heads: int = 16
    mlp: int = 4096


@dataclass(frozen=True)
class Vid2VidConfig:
    """The refinement stage, MS-Vid2Vid-XL (reference-spec §6): its networks, noise levels and blended windows."""

    unet: UNetConfig = UNetConfig()
    autoencoder: AutoencoderConfig = AutoencoderConfig()
    video: VideoConfig = VideoConfig(width=1280, height=720, fps=8, frames=24)
    """`frames`: of one window. The canvas: a picture keeps its aspect and lies in the middle; black fills the rest."""
    enlargement: str = "bicubic"
    """How pictures grow to the canvas: as PIL does it."""
    overlap: int = 8
    """Frames that neighbouring windows share."""
    steps: int = 30
    guidance_scale: float = 7.5
    guidance_rescale: float = 0.2
    noise_levels: int = 600
    """Of `train_timesteps`: how much noise the refinement starts from."""
    train_timesteps: int = 1000
    log_snr_limit: float = 7.5
    log_snr_shift: tuple[float, float] = (2.0, 4.0)
    """Divisors of the noise that shift the log-SNR, at the clean and at the noisy end."""


@dataclass(frozen=True)
class OriginalConfig:
    """The whole published system: the stages that make the first chunk, go on from it, and refine."""

    model: ModelConfig = STREAMINGT2V
    text: ClipTextConfig = ClipTextConfig()
    first: DiffusionConfig = DiffusionConfig(sampler="dpm-solver++", guidance_scale=9.0, eta=0.0, steps_offset=0)
    """Stage 1 (reference-spec §1.1): DPM-Solver++(2M), timesteps evenly spread from the noisiest down."""
    enhancer: Vid2VidConfig = Vid2VidConfig()


ORIGINAL = OriginalConfig()
