"""What is published where: the files, the network each holds, what else lies in them, and the graphs it becomes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable, Mapping, Sequence

from torch import Tensor, nn

from ..config import ApmConfig, AutoencoderConfig, ModelConfig, UNetConfig
from ..export import graphs
from ..export.graphs import Graph, Part, Shape
from ..networks.autoencoder import AutoencoderKL
from ..networks.clip_text import ClipText
from ..networks.unet3d import UNet3D
from ..networks.vid2vid import Vid2VidUNet
from ..networks.video_ldm import VideoLDM
from ..original import ClipTextConfig, OriginalConfig, Vid2VidConfig
from . import checkpoint, names, strict, writer
from .checkpoint import CheckpointError

LEFTOVERS = (
    (r"(^|\.)position_ids$", "the numbers 0, 1, 2 …, which transformers used to save"),
    (r"(^|\.)attn_mask$", "OpenCLIP's causal mask, a constant"),
    (r"(^|\.)num_updates$|(^|\.)decay$|^model_ema\.", "counters and copies of an average over the training"),
    (r"^image_encoder\.(mean|std)$", "CLIP's pixel statistics, constants"),
    (
        r"^image_encoder\.model\.(positional_embedding|text_projection|logit_scale|token_embedding\.weight|ln_final\..*)$",
        "the rest of CLIP's text tower, whose layers the original deleted",
    ),
)
"""Tensors that may lie in any of the files and that no network needs: pattern, and why."""


MIXING = r"attn2\.(conv|conv_ln|alpha)"
"""The UNet's parameters with which APM makes its contexts; its own graph has no use for them."""
HALF = (
    "cam", "unet", "vae_decoder", "first_unet", "first_vae_decoder",
    "enhancer_unet", "enhancer_vae_encoder", "enhancer_vae_decoder",
)  # fmt: skip
"""Graphs that also come in a form which computes in fp16: all that run more often than once for a text or a picture."""


@dataclass(frozen=True)
class Source:
    """One file, the network in it, and the graphs that are made of that."""

    title: str
    file: Path
    build: Callable[[], nn.Module]
    graphs: Callable[[nn.Module], list[Graph]]
    parts: Mapping[str, Sequence[str]]
    """By graph: patterns of the beginnings of the parameters' names that it holds."""
    translate: names.Translation = names.as_they_are
    prefix: str = ""
    """Of all tensors of this network in the file; taken off."""
    leftovers: tuple[tuple[str, str], ...] = ()
    """Further tensors of the file that aren't needed: pattern, and why."""

    def read(self, inert: Sequence[str] = ()) -> dict[str, Tensor]:
        """The network's tensors under our names, still on disk.

        Raises CheckpointError if they are not exactly those needed.
        """
        needed = {n: t for n, t in checkpoint.read(self.file, inert).items() if not self.is_leftover(n)}
        tensors = self.translate({n.removeprefix(self.prefix): t for n, t in needed.items()})
        strict.require(f"{self.title} ({self.file.name})", writer.shapes(writer.layout(self.build)), tensors)
        return tensors

    def is_leftover(self, name: str) -> bool:
        return any(re.search(pattern, name) for pattern, _ in (*LEFTOVERS, *self.leftovers))


class StreamingT2V(VideoLDM):
    """All networks of the published checkpoint under its prefixes (reference-spec §5)."""

    def __init__(self, config: ModelConfig, text: ClipTextConfig) -> None:
        # CLIP's unused text tensors are leftovers here: they would only be read to be thrown away.
        super().__init__(replace(config, image_encoder=replace(config.image_encoder, clip_text_leftovers=False)))
        self.text_encoder = ClipText(text)


def all_sources(config: OriginalConfig, streaming: Path, base: Path, enhancer: Path | None) -> list[Source]:
    """`streaming`: the Lightning checkpoint; `base`: the folder text-to-video-ms-1.7b; `enhancer`: the folder of
    MS-Vid2Vid-XL, or None for a pack without refinement.

    Raises CheckpointError if a file is missing.
    """
    unet, text = find(base / "unet", "diffusion_pytorch_model"), find(base / "text_encoder", "model", "pytorch_model")
    first = _first(config, unet, text, find(base / "vae", "diffusion_pytorch_model"))
    result = [_streaming(config, streaming), *first]
    if enhancer is None:
        return result
    unet, text = find(enhancer, "non_ema_0035000"), find(enhancer, "open_clip_pytorch_model", "open_clip_model")
    vae = find(enhancer, "v2-1_512-ema-pruned")
    return result + _enhancer(config.enhancer, config.text, unet, text, vae)


def without_files(config: OriginalConfig) -> list[Source]:
    """The same networks and graphs, but nothing to read them from."""
    nowhere = Path()
    first = _first(config, nowhere, nowhere, nowhere)
    return [_streaming(config, nowhere), *first, *_enhancer(config.enhancer, config.text, nowhere, nowhere, nowhere)]


def _streaming(config: OriginalConfig, file: Path) -> Source:
    model, text = config.model, config.text

    def build_graphs(network: nn.Module) -> list[Graph]:
        assert isinstance(network, StreamingT2V)
        return [text_graph("text_encoder", network.text_encoder), *graphs.build(network)]

    return Source(
        "StreamingT2V",
        file,
        lambda: StreamingT2V(model, text),
        build_graphs,
        {
            "text_encoder": [r"text_encoder\."],
            "apm": [r"image_encoder\.", r"resampler\.", rf"base_model\..*{MIXING}"],
            "cam_embedding": [r"unet\.controlnet_cond_embedding\."],
            "cam": [r"unet\.(?!controlnet_cond_embedding)"],
            "unet": [rf"base_model\.(?!.*{MIXING})"],
            "vae_decoder": [r"vae\.decoder\.", r"vae\.post_quant_conv\."],
            "vae_encoder": [r"vae\.encoder\.", r"vae\.quant_conv\."],
        },
        names.autoencoder,
    )


def _first(config: OriginalConfig, unet: Path, text_encoder: Path, vae: Path) -> list[Source]:
    model, text = config.model, config.text
    latents = (config.model.video.frames, model.autoencoder.latent_channels, model.latent_height, model.latent_width)
    picture = (model.video.height, model.video.width)
    return [
        Source(
            "stage 1's UNet",
            unet,
            lambda: plain_unet(model.unet, model.apm),
            lambda network: [unet_graph("first_unet", network, latents, text)],
            {"first_unet": [""]},
        ),
        Source(
            "stage 1's text encoder",
            text_encoder,
            lambda: ClipText(text),
            lambda network: [text_graph("first_text_encoder", network)],
            {"first_text_encoder": [""]},
        ),
        Source(
            "stage 1's autoencoder",
            vae,
            lambda: AutoencoderKL(model.autoencoder),
            lambda network: [decoder_graph("first_vae_decoder", network, model.autoencoder, picture)],
            {"first_vae_decoder": [r"decoder\.", r"post_quant_conv\."]},
            names.autoencoder,
        ),
    ]


def _enhancer(config: Vid2VidConfig, text: ClipTextConfig, unet: Path, text_encoder: Path, vae: Path) -> list[Source]:
    factor = config.autoencoder.factor
    picture = (config.video.height, config.video.width)
    latents = (config.video.frames, config.autoencoder.latent_channels, picture[0] // factor, picture[1] // factor)
    levels = len(config.unet.block_out_channels)
    return [
        Source(
            "the enhancer's UNet",
            unet,
            lambda: Vid2VidUNet(config.unet, ApmConfig()),
            lambda network: [unet_graph("enhancer_unet", network, latents, text)],
            {"enhancer_unet": [""]},
            names.model_scope_unet(config.unet.layers_per_block, levels),
        ),
        Source(
            "the enhancer's text encoder",
            text_encoder,
            lambda: ClipText(text),
            lambda network: [text_graph("enhancer_text_encoder", network)],
            {"enhancer_text_encoder": [""]},
            names.open_clip_text,
            leftovers=(
                (r"^visual\.", "CLIP's image tower: the enhancer reads text only"),
                (r"^(text_projection|logit_scale)$", "they compare texts with images"),
                (rf"^transformer\.resblocks\.{text.layers}\.", "the last layer: the enhancer reads the one before"),
            ),
        ),
        Source(
            "the enhancer's autoencoder",
            vae,
            lambda: AutoencoderKL(config.autoencoder),
            lambda network: [
                encoder_graph("enhancer_vae_encoder", network, config.autoencoder, picture),
                decoder_graph("enhancer_vae_decoder", network, config.autoencoder, picture),
            ],
            {
                "enhancer_vae_encoder": [r"encoder\.", r"quant_conv\."],
                "enhancer_vae_decoder": [r"decoder\.", r"post_quant_conv\."],
            },
            names.latent_diffusion_autoencoder,
            "first_stage_model.",
            (
                (r"^(?!first_stage_model\.)", "Stable Diffusion 2.1's other networks and its schedule: the enhancer has its own"),
                (r"^first_stage_model\.loss\.", "what the autoencoder was trained against"),
            ),
        ),
    ]


def find(folder: Path, *stems: str) -> Path:
    """The file of that name in any format. Half precision first, since that is what a pack keeps; safetensors first."""
    candidates = [
        f"{stem}{variant}{suffix}"
        for variant in (".fp16", "")
        for suffix in (".safetensors", ".bin", ".pth", ".ckpt")
        for stem in stems
    ]
    for name in candidates:
        if (folder / name).is_file():
            return folder / name
    raise CheckpointError(f"{folder} has none of {', '.join(candidates)}")


def plain_unet(config: UNetConfig, apm: ApmConfig) -> UNet3D:
    """A UNet that reads text alone and goes on from nothing."""
    return UNet3D(config, None, replace(apm, image_tokens=0))


def unet_graph(name: str, unet: nn.Module, latents: tuple[int, int, int, int], text: ClipTextConfig) -> Graph:
    """latents (B,F,C,h,w), timestep (B,), text (B,L,D) -> prediction like the latents."""
    shape: Shape = ("B", *latents)
    inputs: dict[str, Shape] = {"latents": shape, "timestep": ("B",), "text": ("B", text.tokens, text.width)}
    return Graph(name, Part(unet, lambda *inputs: unet(*inputs)), inputs, {"prediction": shape})


def text_graph(name: str, encoder: nn.Module) -> Graph:
    """Token ids (B,L), int64, -> text (B,L,D)."""
    assert isinstance(encoder, ClipText)
    config = encoder.config
    text: Shape = ("B", config.tokens, config.width)
    return Graph(name, Part(encoder, lambda ids: encoder(ids)), {"ids": text[:2]}, {"text": text})


def decoder_graph(name: str, vae: nn.Module, config: AutoencoderConfig, picture: tuple[int, int]) -> Graph:
    """Normalised latents (N,c,h,w) -> frames (N,3,H,W), roughly in [-1,1]."""
    assert isinstance(vae, AutoencoderKL)
    small = (config.latent_channels, picture[0] // config.factor, picture[1] // config.factor)
    return Graph(name, Part(vae, vae.decode_normalised), {"latents": ("N", *small)}, {"frames": ("N", 3, *picture)})


def encoder_graph(name: str, vae: nn.Module, config: AutoencoderConfig, picture: tuple[int, int]) -> Graph:
    """Frames (N,3,H,W) in [-1,1] -> mean and standard deviation of their normalised latents, each (N,c,h,w)."""
    assert isinstance(vae, AutoencoderKL)

    def encode(frames: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = vae.encode(frames)
        return vae.normalise(mean), (0.5 * log_variance).exp() / vae.latent_std.view(1, -1, 1, 1)

    small: Shape = ("N", config.latent_channels, picture[0] // config.factor, picture[1] // config.factor)
    return Graph(name, Part(vae, encode), {"frames": ("N", 3, *picture)}, {"mean": small, "deviation": small})
