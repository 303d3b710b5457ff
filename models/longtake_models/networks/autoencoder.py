"""AutoencoderKL with diffusers' names (reference-spec §1.2, §5 `vae.`).

Frames (N,3,H,W) in [-1,1] <-> raw latents (N,c,h,w). The UNet and the exported decoder speak *normalised* latents:
see `normalise` / `denormalise`.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import AutoencoderConfig
from .attention import Attentive

QUERIES = 2048
"""At most so many pixels at once ask all others, where attention is not written out."""


class Resnet(nn.Module):
    """GroupNorm-SiLU-conv twice, with a residual; no time embedding in an autoencoder."""

    def __init__(self, channels_in: int, channels_out: int, groups: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, channels_in, eps=1e-6)
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.norm2 = nn.GroupNorm(groups, channels_out, eps=1e-6)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(channels_in, channels_out, 1) if channels_in != channels_out else None

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv1(F.silu(self.norm1(x)))
        y = self.conv2(F.silu(self.norm2(y)))
        return y + (x if self.conv_shortcut is None else self.conv_shortcut(x))


class PixelAttention(Attentive):
    """One-head self-attention over all pixels of the middle block."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.group_norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.to_q = nn.Linear(channels, channels)
        self.to_k = nn.Linear(channels, channels)
        self.to_v = nn.Linear(channels, channels)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels), nn.Identity()])

    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        tokens = self.group_norm(x).flatten(2).transpose(1, 2)
        q, k, v = self.to_q(tokens), self.to_k(tokens), self.to_v(tokens)
        if self.whole:
            # One head of 512 is too wide for the operator's quick kernels, and some cards fail at it: so by blocks.
            parts = [torch.softmax(part * c**-0.5 @ k.transpose(1, 2), dim=-1) @ v for part in q.split(QUERIES, dim=1)]
            y = self.to_out[0](torch.cat(parts, dim=1))
        else:
            attention = torch.softmax(q @ k.transpose(1, 2) * c**-0.5, dim=-1)
            y = self.to_out[0](attention @ v)
        return x + y.transpose(1, 2).reshape(n, c, h, w)


class MidBlock(nn.Module):
    def __init__(self, channels: int, groups: int, attention: bool) -> None:
        super().__init__()
        self.attentions = nn.ModuleList([PixelAttention(channels, groups)] if attention else [])
        self.resnets = nn.ModuleList([Resnet(channels, channels, groups) for _ in range(2)])

    def forward(self, x: Tensor) -> Tensor:
        x = self.resnets[0](x)
        for attention in self.attentions:
            x = attention(x)
        return self.resnets[1](x)


class Downsample(nn.Module):
    """Half the size. `shuffle` adds the folded pixels, averaged over channel groups, as a shortcut."""

    def __init__(self, channels_in: int, channels_out: int, shuffle: bool) -> None:
        super().__init__()
        self.shuffle = shuffle
        self.conv = nn.Conv2d(channels_in, channels_out, 3, stride=2, padding=1 if shuffle else 0)

    def forward(self, x: Tensor) -> Tensor:
        if not self.shuffle:  # Stable Diffusion pads right and bottom only.
            return self.conv(F.pad(x, (0, 1, 0, 1)))
        y = self.conv(x)
        n, c, h, w = y.shape
        return y + F.pixel_unshuffle(x, 2).reshape(n, c, -1, h, w).mean(dim=2)


class Upsample(nn.Module):
    """Twice the size. `shuffle` unfolds channels into pixels, with the repeated input as a shortcut."""

    def __init__(self, channels_in: int, channels_out: int, shuffle: bool) -> None:
        super().__init__()
        self.shuffle = shuffle
        self.repeats = 4 * channels_out // channels_in
        if shuffle and self.repeats * channels_in != 4 * channels_out:
            raise ValueError(f"cannot repeat {channels_in} channels into 4 x {channels_out}")
        self.conv = nn.Conv2d(channels_in, 4 * channels_out if shuffle else channels_out, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        if not self.shuffle:
            return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        return F.pixel_shuffle(self.conv(x) + x.repeat_interleave(self.repeats, dim=1), 2)


class Level(nn.Module):
    """Some ResNets and at most one resampler, stored under diffusers' list names."""

    def __init__(self, channels: list[int], groups: int, resampler_name: str, resampler: nn.Module | None) -> None:
        super().__init__()
        self.resnets = nn.ModuleList([Resnet(a, b, groups) for a, b in zip(channels, channels[1:])])
        self.resampler_name = resampler_name
        if resampler is not None:
            self.add_module(resampler_name, nn.ModuleList([resampler]))

    def forward(self, x: Tensor) -> Tensor:
        for resnet in self.resnets:
            x = resnet(x)
        for resampler in getattr(self, self.resampler_name, ()):
            x = resampler(x)
        return x


class Encoder(nn.Module):
    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        widths, groups = config.encoder_channels, config.norm_groups
        shuffle = config.resample == "shuffle"
        self.patch = config.patch
        self.conv_in = nn.Conv2d(3 * config.patch**2, widths[0], 3, padding=1)
        self.down_blocks = nn.ModuleList()
        current = widths[0]
        for i, width in enumerate(widths):
            last = i == len(widths) - 1
            after = width if last or not shuffle else widths[i + 1]
            self.down_blocks.append(
                Level(
                    [current] + [width] * config.encoder_layers,
                    groups,
                    "downsamplers",
                    None if last else Downsample(width, after, shuffle),
                )
            )
            current = after
        self.mid_block = MidBlock(current, groups, config.mid_attention)
        self.conv_norm_out = nn.GroupNorm(groups, current, eps=1e-6)
        self.conv_out = nn.Conv2d(current, 2 * config.latent_channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        if self.patch > 1:
            x = F.pixel_unshuffle(x, self.patch)
        x = self.conv_in(x)
        for block in self.down_blocks:
            x = block(x)
        return self.conv_out(F.silu(self.conv_norm_out(self.mid_block(x))))


class Decoder(nn.Module):
    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        widths, groups = config.decoder_channels[::-1], config.norm_groups
        shuffle = config.resample == "shuffle"
        self.patch = config.patch
        self.conv_in = nn.Conv2d(config.latent_channels, widths[0], 3, padding=1)
        self.mid_block = MidBlock(widths[0], groups, config.mid_attention)
        self.up_blocks = nn.ModuleList()
        current = widths[0]
        for i, width in enumerate(widths):
            last = i == len(widths) - 1
            after = width if last or not shuffle else widths[i + 1]
            self.up_blocks.append(
                Level(
                    [current] + [width] * config.decoder_layers,
                    groups,
                    "upsamplers",
                    None if last else Upsample(width, after, shuffle),
                )
            )
            current = after
        self.conv_norm_out = nn.GroupNorm(groups, current, eps=1e-6)
        self.conv_out = nn.Conv2d(current, 3 * config.patch**2, 3, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        x = self.mid_block(self.conv_in(z))
        for block in self.up_blocks:
            x = block(x)
        x = self.conv_out(F.silu(self.conv_norm_out(x)))
        return F.pixel_shuffle(x, self.patch) if self.patch > 1 else x


class AutoencoderKL(nn.Module):
    latent_mean: Tensor
    latent_std: Tensor

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        c = config.latent_channels
        self.quant_conv = nn.Conv2d(2 * c, 2 * c, 1)
        self.post_quant_conv = nn.Conv2d(c, c, 1)
        # The original has no such tensors in its checkpoint: there the statistics are one constant.
        std = 1.0 if config.latent_statistics else 1.0 / config.scaling_factor
        # On the processor even where the rest is laid out on the meta device: constants keep their values.
        self.register_buffer("latent_mean", torch.zeros(c, device="cpu"), persistent=config.latent_statistics)
        self.register_buffer("latent_std", torch.full((c,), std, device="cpu"), persistent=config.latent_statistics)

    def encode(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """frames (N,3,H,W) in [-1,1] -> mean and log-variance of the raw latents, each (N,c,h,w)."""
        mean, log_variance = self.quant_conv(self.encoder(frames)).chunk(2, dim=1)
        return mean, log_variance.clamp(-30.0, 20.0)

    def decode(self, raw: Tensor) -> Tensor:
        """Raw latents (N,c,h,w) -> frames (N,3,H,W), roughly in [-1,1], not clamped."""
        return self.decoder(self.post_quant_conv(raw))

    def normalise(self, raw: Tensor) -> Tensor:
        """Raw latents (N,c,h,w) -> what the UNet sees: about zero mean and unit variance per channel."""
        return (raw - self.latent_mean.view(1, -1, 1, 1)) / self.latent_std.view(1, -1, 1, 1)

    def denormalise(self, latents: Tensor) -> Tensor:
        return latents * self.latent_std.view(1, -1, 1, 1) + self.latent_mean.view(1, -1, 1, 1)

    def encode_normalised(self, frames: Tensor) -> Tensor:
        """frames (N,3,H,W) in [-1,1] -> normalised latents (N,c,h,w): the means."""
        return self.normalise(self.encode(frames)[0])

    def decode_normalised(self, latents: Tensor) -> Tensor:
        return self.decode(self.denormalise(latents))

    def set_statistics(self, raw: Tensor) -> None:
        """Take mean and deviation per channel from a large sample of raw latents (N,c,h,w)."""
        if not self.config.latent_statistics:
            raise ValueError("this autoencoder normalises by a constant")
        self.latent_mean.copy_(raw.mean(dim=(0, 2, 3)))
        self.latent_std.copy_(raw.std(dim=(0, 2, 3)).clamp_min(1e-3))
