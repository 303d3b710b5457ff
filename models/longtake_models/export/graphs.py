"""The six graphs of a pack: which part of the model each one is, and an example of its inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import torch
from torch import Tensor, nn

from ..config import ModelConfig
from ..networks.enhancer import Enhancer
from ..networks.unet3d import skip_channels
from ..networks.video_ldm import VideoLDM

Shape = tuple[str | int, ...]


@dataclass(frozen=True)
class Graph:
    """Names and shapes of a graph; "B" and "N" are sizes known only at run time."""

    name: str
    module: nn.Module
    inputs: dict[str, Shape]
    outputs: dict[str, Shape]
    int8_channels: int = 0
    """Layers with at least so many channels on either side multiply in 8 bits; 0: none."""

    @property
    def batch_axis(self) -> str:
        return str(next(iter(self.inputs.values()))[0])

    def example(self, batch: int, generator: torch.Generator) -> dict[str, Tensor]:
        """Random inputs of the right shapes (B or N = batch)."""
        values = {}
        for name, shape in self.inputs.items():
            sizes = [batch if isinstance(s, str) else s for s in shape]
            if name == "timestep":
                values[name] = torch.rand(sizes, generator=generator) * 1000
            elif name == "interval":
                values[name] = torch.rand(sizes, generator=generator) * 250
            elif name == "cam_scale":
                values[name] = torch.ones(sizes)
            elif name == "ids":  # any vocabulary has the 256 bytes
                values[name] = torch.randint(0, 256, sizes, generator=generator)
            elif name in ("frames", "anchor"):
                values[name] = torch.rand(sizes, generator=generator) * 2 - 1
            else:
                values[name] = torch.randn(sizes, generator=generator)
        return values


class Part(nn.Module):
    """A function of the model as a module of its own, with positional inputs."""

    def __init__(self, owner: nn.Module, function: Callable[..., Tensor | tuple[Tensor, ...]]) -> None:
        super().__init__()
        self.owner = owner
        self.function = function

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        return self.function(*inputs)


def feature_names(config: ModelConfig) -> list[str]:
    return [f"feature_{i}" for i in range(len(skip_channels(config.unet)))] + ["feature_mid"]


def feature_shapes(config: ModelConfig) -> dict[str, Shape]:
    """Every CAM feature's (B,K,c,h,w): the skip tensors in storage order, then the middle block's output."""
    unet, k = config.unet, config.cam.frames
    h, w = config.latent_height, config.latent_width
    sizes: list[tuple[int, int, int]] = [(unet.block_out_channels[0], h, w)]
    for i, width in enumerate(unet.block_out_channels):
        sizes += [(width, h, w)] * unet.layers_per_block
        if i < len(unet.block_out_channels) - 1:
            h, w = (h + 1) // 2, (w + 1) // 2
            sizes.append((width, h, w))
    sizes.append((unet.block_out_channels[-1], h, w))
    return {name: ("B", k, *size) for name, size in zip(feature_names(config), sizes, strict=True)}


def build(model: VideoLDM) -> list[Graph]:
    config = model.config
    c, h, w = config.autoencoder.latent_channels, config.latent_height, config.latent_width
    f, k = config.video.frames, config.cam.frames
    picture: Shape = (3, config.video.height, config.video.width)
    text: Shape = ("B", config.apm.text_tokens, config.unet.cross_attention_dim)
    contexts: Shape = ("B", model.base_model.context_layers, *text[1:])
    embedding: Shape = ("B", k, config.unet.block_out_channels[0], h, w)
    features = feature_shapes(config)
    count = len(features)
    interval: dict[str, Shape] = {"interval": ("B",)} if config.unet.intervals else {}

    def unet(latents: Tensor, timestep: Tensor, contexts: Tensor, *rest: Tensor) -> Tensor:
        return model.base_model(latents, timestep, contexts, list(rest[:count]), *rest[count:])

    def cam(latents: Tensor, timestep: Tensor, text: Tensor, embedding: Tensor, *interval: Tensor) -> tuple[Tensor, ...]:
        return tuple(model.unet(latents, timestep, text, embedding, *interval))

    return [
        Graph("apm", Part(model, model.anchor_contexts), {"text": text, "anchor": ("B", *picture)}, {"contexts": contexts}),
        Graph(
            "cam_embedding", Part(model.unet, model.unet.embed_frames), {"frames": ("B", k, *picture)}, {"embedding": embedding}
        ),
        Graph(
            "cam",
            Part(model.unet, cam),
            {"latents": ("B", k, c, h, w), "timestep": ("B",), "text": text, "embedding": embedding, **interval},
            features,
            config.int8_channels,
        ),
        Graph(
            "unet",
            Part(model.base_model, unet),
            {"latents": ("B", f, c, h, w), "timestep": ("B",), "contexts": contexts, **features, "cam_scale": (1,), **interval},
            {"prediction": ("B", f, c, h, w)},
            config.int8_channels,
        ),
        Graph(
            "vae_decoder",
            Part(model.vae, model.vae.decode_normalised),
            {"latents": ("N", c, h, w)},
            {"frames": ("N", *picture)},
            config.int8_channels,
        ),
        # Runs once for a film that begins with a picture: no speed to be won, so nothing is rounded to 8 bits.
        Graph("vae_encoder", Part(model.vae, model.vae.encode_normalised), {"frames": ("N", *picture)}, {"latents": ("N", c, h, w)}),
    ]


def build_enhancer(enhancer: Enhancer) -> list[Graph]:
    """The graphs of the refinement stage."""
    config, stage = enhancer.config, enhancer.config.enhancer
    scale = stage.scale
    latents = (config.autoencoder.latent_channels, scale * config.latent_height, scale * config.latent_width)
    picture: Shape = (3, scale * config.video.height, scale * config.video.width)
    text: Shape = ("B", config.apm.text_tokens, stage.unet.cross_attention_dim)
    window: Shape = ("B", stage.window, *latents)
    return [
        Graph("enhancer_vae_encoder", Part(enhancer, enhancer.encode), {"frames": ("N", *picture)}, {"latents": ("N", *latents)}),
        Graph(
            "enhancer_unet",
            Part(enhancer, enhancer.unet),
            {"latents": window, "timestep": ("B",), "text": text, "source": window},
            {"prediction": window},
            config.int8_channels,
        ),
        Graph(
            "enhancer_vae_decoder",
            Part(enhancer.vae, enhancer.vae.decode_normalised),
            {"latents": ("N", *latents)},
            {"frames": ("N", *picture)},
            config.int8_channels,
        ),
    ]
