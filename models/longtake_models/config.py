"""Sizes of every network, as plain data.

One architecture, two sizes (design §3): the defaults of the dataclasses are the original StreamingT2V
(`streamingt2v`); `storybook` is the small pack trained here. Nothing else in the package knows which one it runs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace


@dataclass(frozen=True)
class AutoencoderConfig:
    """AutoencoderKL (reference-spec §1.2). Pixels (N,3,H,W) in [-1,1] <-> latents (N,c,H/factor,W/factor)."""

    latent_channels: int = 4
    encoder_channels: tuple[int, ...] = (128, 256, 512, 512)
    decoder_channels: tuple[int, ...] = (128, 256, 512, 512)
    encoder_layers: int = 2
    decoder_layers: int = 3
    mid_attention: bool = True
    norm_groups: int = 32
    patch: int = 1
    """Pixels are folded patch x patch into channels before the first convolution and unfolded after the last."""
    resample: str = "conv"
    """`conv`: strided convolution / nearest x2 + convolution. `shuffle`: pixel-(un)shuffle with a parameter-free
    shortcut, which changes the channel count as well (cheaper, and much quicker to train)."""
    scaling_factor: float = 0.18215
    """Normalised latent = raw latent * scaling_factor; only where `latent_statistics` is off."""
    latent_statistics: bool = False
    """Keep per-channel mean and standard deviation of the raw latents as buffers and normalise by them."""

    @property
    def factor(self) -> int:
        return self.patch * 2 ** (len(self.encoder_channels) - 1)


@dataclass(frozen=True)
class UNetConfig:
    """ModelScope UNet3D (reference-spec §4)."""

    in_channels: int = 4
    out_channels: int | None = None
    """None: as many as come in."""
    block_out_channels: tuple[int, ...] = (320, 640, 1280, 1280)
    cross_attention: tuple[bool, ...] = (True, True, True, False)
    """Per down level: does it carry (spatial and temporal) transformers? The up path mirrors it."""
    layers_per_block: int = 2
    head_dim: int = 64
    transformer_in_heads: int = 8
    cross_attention_dim: int = 1024
    norm_groups: int = 32
    temporal_conv_depth: int = 4
    """Convolutions per TemporalConv block."""
    feed_forward_multiplier: int = 4
    double_temporal_attention: bool = True
    temporal_positions: int = 0
    """0: temporal attention knows no frame order (the original). n: a learned position per frame, at most n frames,
    added to the tokens of each temporal transformer and to queries and keys of the CAM mergers."""
    pooled_context: bool = False
    """Add a projection of the mean context token (for MiniLM: its sentence embedding) to the time embedding. Off in
    the original; a small model learns what the text says much sooner with it."""
    intervals: bool = False
    """A second time input for few-step sampling: how far (in timesteps) the prediction is going to be followed. 0 asks
    for the plain prediction; more asks for the guided average over the interval, which distillation has taught."""


@dataclass(frozen=True)
class CamConfig:
    """Conditional attention module (reference-spec §2)."""

    embedding_channels: tuple[int, ...] = (32, 96, 256, 512)
    embedding_strides: tuple[int, ...] = (2, 2, 2)
    frames: int = 8
    merger_head_dim: int = 64


@dataclass(frozen=True)
class ApmConfig:
    """Appearance preservation module (reference-spec §3)."""

    text_tokens: int = 77
    image_tokens: int = 16
    image_width: int = 1024
    hidden: int = 1280
    alpha_init: float = 0.0


@dataclass(frozen=True)
class ImageEncoderConfig:
    """Vision transformer with open_clip's names (reference-spec §3.1)."""

    image_size: int = 224
    patch: int = 14
    width: int = 1280
    layers: int = 32
    heads: int = 16
    mlp: int = 5120
    output: int = 1024
    clip_text_leftovers: bool = True
    """The public checkpoint still holds unused text-tower tensors; strict loading needs places for them."""
    pixel_mean: tuple[float, float, float] = (0.48145466, 0.4578275, 0.40821073)
    pixel_std: tuple[float, float, float] = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class VideoConfig:
    width: int = 256
    height: int = 256
    fps: int = 8
    frames: int = 16


@dataclass(frozen=True)
class FastConfig:
    """Few-step sampling that distillation has taught: one pass a step, without an unconditional half."""

    steps: int
    """The default."""
    least_steps: int
    most_steps: int
    guidance_scale: float
    """The guidance that is folded into the predictions."""


@dataclass(frozen=True)
class DiffusionConfig:
    """`flow`: x_t = (1-t) x0 + t eps, prediction eps - x0, network timestep 1000 t. Otherwise DDPM/DDIM terms."""

    prediction: str = "epsilon"
    sampler: str = "ddim"
    steps: int = 50
    guidance_scale: float = 7.5
    shift: float = 1.0
    eta: float = 1.0
    train_timesteps: int = 1000
    beta_start: float = 0.00085
    beta_end: float = 0.012
    steps_offset: int = 1
    overlap_hold: float = 0.0
    """Share of a chunk's steps, from the first on, in which the frames it shares with the chunk before are held to what
    they became there. Not in the original."""
    dissolve: bool = False
    """Whether a chunk with another prompt is made without CAM and joined to the last one's frames in a dissolve, so that a
    change shows soon and is no cut. Done by the engine; not in the original."""
    fast: FastConfig | None = None
    """Only with `UNetConfig.intervals` and the prediction `flow`."""


@dataclass(frozen=True)
class EnhancerConfig:
    """The stage that refines a film at a multiple of its size, window by window (paper §4.3, reference-spec §6): SDEdit with
    the text, blended at random. Works in latents of an autoencoder of its own, of the same architecture as the base's.
    Where the network takes twice the channels that it gives, it also sees what is refined, without noise."""

    unet: UNetConfig
    scale: int = 2
    window: int = 24
    overlap: int = 8
    strength: float = 0.25
    """Share of noise at the start."""
    steps: int = 2


@dataclass(frozen=True)
class ModelConfig:
    name: str = "streamingt2v"
    video: VideoConfig = field(default_factory=VideoConfig)
    autoencoder: AutoencoderConfig = field(default_factory=AutoencoderConfig)
    unet: UNetConfig = field(default_factory=UNetConfig)
    cam: CamConfig = field(default_factory=CamConfig)
    apm: ApmConfig = field(default_factory=ApmConfig)
    image_encoder: ImageEncoderConfig = field(default_factory=ImageEncoderConfig)
    diffusion: DiffusionConfig = field(default_factory=DiffusionConfig)
    enhancer: EnhancerConfig | None = None
    int8_channels: int = 0
    """In the exported UNet, CAM and decoder, layers with at least so many channels on either side multiply in 8 bits; 0:
    none. Makes a processor twice as fast; a graphics card cannot run such layers."""

    @property
    def latent_height(self) -> int:
        return self.video.height // self.autoencoder.factor

    @property
    def latent_width(self) -> int:
        return self.video.width // self.autoencoder.factor

    def without_fast_mode(self) -> ModelConfig:
        """The same model before its distillation: no second time input, no few-step sampling."""
        return replace(self, unet=replace(self.unet, intervals=False), diffusion=replace(self.diffusion, fast=None))

    def as_dict(self) -> dict:
        return asdict(self)


STREAMINGT2V = ModelConfig()

_STORYBOOK_UNET = UNetConfig(
    in_channels=16,
    block_out_channels=(128, 224),
    cross_attention=(True, False),
    layers_per_block=1,
    head_dim=32,
    transformer_in_heads=4,
    cross_attention_dim=384,
    norm_groups=16,
    temporal_conv_depth=2,
    feed_forward_multiplier=2,
    double_temporal_attention=False,
    temporal_positions=16,
    pooled_context=True,
    intervals=True,
)

STORYBOOK = ModelConfig(
    name="storybook",
    video=VideoConfig(width=64, height=64, fps=8, frames=16),
    autoencoder=AutoencoderConfig(
        latent_channels=16,
        encoder_channels=(32, 64, 128),
        decoder_channels=(48, 96, 192),
        encoder_layers=1,
        decoder_layers=1,
        mid_attention=False,
        norm_groups=8,
        patch=2,
        resample="shuffle",
        latent_statistics=True,
    ),
    unet=_STORYBOOK_UNET,
    cam=CamConfig(embedding_channels=(16, 32, 64, 128), frames=8, merger_head_dim=32),
    apm=ApmConfig(text_tokens=48, image_tokens=4, image_width=192, hidden=384, alpha_init=0.5),
    image_encoder=ImageEncoderConfig(
        image_size=64,
        patch=8,
        width=192,
        layers=3,
        heads=6,
        mlp=384,
        output=192,
        clip_text_leftovers=False,
        pixel_mean=(0.5, 0.5, 0.5),
        pixel_std=(0.5, 0.5, 0.5),
    ),
    diffusion=DiffusionConfig(
        prediction="flow",
        sampler="euler",
        steps=12,
        guidance_scale=4.0,
        overlap_hold=0.6,
        dissolve=True,
        fast=FastConfig(steps=6, least_steps=4, most_steps=8, guidance_scale=4.0),
    ),
    # One more, narrow level for the finer latents, then the base's own widths at the base's own resolutions: twice the
    # size costs some one and a half times the base's pass instead of four times.
    enhancer=EnhancerConfig(
        unet=replace(
            _STORYBOOK_UNET,
            in_channels=2 * _STORYBOOK_UNET.in_channels,
            out_channels=_STORYBOOK_UNET.in_channels,
            block_out_channels=(64, *_STORYBOOK_UNET.block_out_channels),
            cross_attention=(False, *_STORYBOOK_UNET.cross_attention),
            temporal_positions=24,
            intervals=False,
        )
    ),
    int8_channels=64,
)

CONFIGS: dict[str, ModelConfig] = {c.name: c for c in (STREAMINGT2V, STORYBOOK)}
