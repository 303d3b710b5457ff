"""ModelScope's 3-D UNet (reference-spec §4): the encoder half, shared in shape with CAM, and the whole `base_model`."""

from __future__ import annotations

from typing import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import ApmConfig, CamConfig, UNetConfig
from . import layers
from .merger import Merger


class Level(nn.Module):
    """ResNets, temporal convolutions and (where asked for) transformers of one resolution, down, mid or up.

    The order in a layer is ResNet, TemporalConv, spatial transformer, temporal transformer. `closing` adds the middle
    block's last ResNet + TemporalConv. Temporal layers are skipped for single frames.
    """

    def __init__(
        self,
        config: UNetConfig,
        channels: Sequence[tuple[int, int]],
        cross_attention: bool,
        apm: ApmConfig,
        image_tokens: int,
        resampler: str | None = None,
        closing: bool = False,
    ) -> None:
        super().__init__()
        temb = 4 * config.block_out_channels[0]
        groups = config.norm_groups
        self.closing = closing
        attended = channels[:-1] if closing else channels
        self.resnets = nn.ModuleList([layers.ResnetBlock(a, b, temb, groups) for a, b in channels])
        self.temp_convs = nn.ModuleList(
            [layers.TemporalConv(b, groups, config.temporal_conv_depth) for _, b in channels]
        )
        if cross_attention:
            self.attentions = nn.ModuleList(
                [
                    layers.SpatialTransformer(
                        b,
                        config.head_dim,
                        groups,
                        config.cross_attention_dim,
                        config.feed_forward_multiplier,
                        apm.text_tokens,
                        image_tokens,
                        apm.alpha_init,
                    )
                    for _, b in attended
                ]
            )
            self.temp_attentions = nn.ModuleList(
                [
                    layers.TemporalTransformer(
                        b,
                        b // config.head_dim,
                        config.head_dim,
                        groups,
                        config.feed_forward_multiplier,
                        config.double_temporal_attention,
                        config.temporal_positions,
                    )
                    for _, b in attended
                ]
            )
        self.cross_attention = cross_attention
        width = channels[-1][1]
        if resampler == "down":
            self.downsamplers = nn.ModuleList([layers.Downsample(width)])
        elif resampler == "up":
            self.upsamplers = nn.ModuleList([layers.Upsample(width)])

    def layer(self, i: int, x: Tensor, temb: Tensor, contexts: "ContextQueue", frames: int) -> Tensor:
        x = self.resnets[i](x, temb, frames)
        if frames > 1:
            x = self.temp_convs[i](x, frames)
        if self.cross_attention and i < len(self.attentions):
            x = self.attentions[i](x, contexts.next(), frames)
            if frames > 1:
                x = self.temp_attentions[i](x, frames)
        return x


class ContextQueue:
    """Hands each spatial cross-attention its own context, in order of execution."""

    def __init__(self, contexts: Tensor) -> None:
        """contexts (B,A,L,D), or (B,L,D) if all layers share one."""
        self.contexts, self.index = contexts, 0

    def next(self) -> Tensor:
        if self.contexts.dim() == 3:
            return self.contexts
        self.index += 1
        return self.contexts[:, self.index - 1]

    def pooled(self) -> Tensor:
        """(B,D): the mean token."""
        return self.contexts.mean(dim=tuple(range(1, self.contexts.dim() - 1)))


class Encoder3D(nn.Module):
    """conv_in, time embedding, transformer_in, down blocks and middle block: what CAM copies from the base model."""

    def __init__(self, config: UNetConfig, apm: ApmConfig, image_tokens: int) -> None:
        super().__init__()
        self.config = config
        widths = config.block_out_channels
        self.conv_in = nn.Conv2d(config.in_channels, widths[0], 3, padding=1)
        self.time_embedding = layers.TimeEmbedding(widths[0], 4 * widths[0])
        if config.pooled_context:
            self.pooled_context = layers.PooledContext(config.cross_attention_dim, 4 * widths[0])
        if config.intervals:
            self.interval_embedding = layers.IntervalEmbedding(widths[0], 4 * widths[0])
        self.transformer_in = layers.TemporalTransformer(
            widths[0],
            config.transformer_in_heads,
            config.head_dim,
            config.norm_groups,
            config.feed_forward_multiplier,
            config.double_temporal_attention,
            config.temporal_positions,
        )
        self.down_blocks = nn.ModuleList()
        current = widths[0]
        for i, width in enumerate(widths):
            channels = [(current if j == 0 else width, width) for j in range(config.layers_per_block)]
            last = i == len(widths) - 1
            self.down_blocks.append(
                Level(config, channels, config.cross_attention[i], apm, image_tokens, None if last else "down")
            )
            current = width
        self.mid_block = Level(config, [(current, current)] * 2, True, apm, image_tokens, closing=True)

    def embed(self, timestep: Tensor, contexts: ContextQueue, interval: Tensor | None) -> Tensor:
        """-> (B, T), already through SiLU, as every ResNet wants it. No interval (B,) is the same as 0."""
        temb = self.time_embedding(layers.sinusoid(timestep, self.config.block_out_channels[0]))
        if self.config.pooled_context:
            temb = temb + self.pooled_context(contexts.pooled())
        if interval is not None:
            temb = temb + self.interval_embedding(interval)
        return F.silu(temb)

    def enter(self, x: Tensor, frames: int) -> Tensor:
        x = self.conv_in(x)
        return self.transformer_in(x, frames) if frames > 1 else x

    def down(self, x: Tensor, temb: Tensor, contexts: ContextQueue, frames: int) -> list[Tensor]:
        """-> all skip tensors; the last one is the middle block's input."""
        skips = [x]
        for block in self.down_blocks:
            for i in range(len(block.resnets)):
                x = block.layer(i, x, temb, contexts, frames)
                skips.append(x)
            for downsampler in getattr(block, "downsamplers", ()):
                x = downsampler(x)
                skips.append(x)
        return skips

    def middle(self, x: Tensor, temb: Tensor, contexts: ContextQueue, frames: int) -> Tensor:
        for i in range(len(self.mid_block.resnets)):
            x = self.mid_block.layer(i, x, temb, contexts, frames)
        return x


def skip_channels(config: UNetConfig) -> list[int]:
    """Channels of every skip tensor, in storage order."""
    widths = config.block_out_channels
    channels = [widths[0]]
    for i, width in enumerate(widths):
        channels += [width] * config.layers_per_block
        if i < len(widths) - 1:
            channels.append(width)
    return channels


class UNet3D(Encoder3D):
    """`base_model`: latents (B,F,C,h,w) -> prediction of the same shape.

    Without `cam` and without image tokens it is diffusers' UNet3DConditionModel: no mergers, one text for all layers.
    """

    def __init__(self, config: UNetConfig, cam: CamConfig | None, apm: ApmConfig) -> None:
        super().__init__(config, apm, apm.image_tokens)
        widths = config.block_out_channels[::-1]
        skips = skip_channels(config)
        if cam:
            merger = dict(head_dim=cam.merger_head_dim, groups=config.norm_groups, positions=config.temporal_positions)
            self.cross_attention_merger_down_blocks = nn.ModuleList([Merger(c, **merger) for c in skips])
            self.cross_attention_merger_mid_block = Merger(widths[0], **merger)
        self.up_blocks = nn.ModuleList()
        current, pending = widths[0], list(skips)
        for i, width in enumerate(widths):
            channels = []
            for _ in range(config.layers_per_block + 1):
                channels.append((current + pending.pop(), width))
                current = width
            last = i == len(widths) - 1
            attention = config.cross_attention[::-1][i]
            self.up_blocks.append(
                Level(config, channels, attention, apm, apm.image_tokens, None if last else "up")
            )
        self.conv_norm_out = nn.GroupNorm(config.norm_groups, current, eps=1e-5)
        self.out_channels = config.out_channels or config.in_channels
        self.conv_out = nn.Conv2d(current, self.out_channels, 3, padding=1)
        nn.init.zeros_(self.conv_out.weight)
        nn.init.zeros_(self.conv_out.bias)

    @property
    def context_layers(self) -> int:
        return len(self.text_attentions())

    def text_attentions(self) -> list[layers.TextAttention]:
        """The spatial cross-attentions in order of execution (down, middle, up)."""
        blocks = [*self.down_blocks, self.mid_block, *self.up_blocks]
        return [a.transformer_blocks[0].attn2 for b in blocks if b.cross_attention for a in b.attentions]

    def forward(
        self,
        latents: Tensor,
        timestep: Tensor,
        contexts: Tensor,
        cam_features: Sequence[Tensor] | None = None,
        cam_scale: Tensor | None = None,
        interval: Tensor | None = None,
    ) -> Tensor:
        """latents (B,F,C,h,w), timestep (B,), contexts (B,A,L,D) or (B,L,D).

        cam_features: one (B,K,c,h',w') per skip tensor and the middle one last, or None (no mergers);
        cam_scale: broadcastable to (B,1), default 1; interval (B,): only with `UNetConfig.intervals`, default 0.
        """
        _, frames, _, h, w = latents.shape
        queue = ContextQueue(contexts)
        temb = self.embed(timestep, queue, interval)
        x = self.enter(latents.reshape(-1, self.config.in_channels, h, w), frames)
        skips = self.down(x, temb, queue, frames)
        x = self.middle(skips[-1], temb, queue, frames)
        if cam_features is not None:
            mergers = self.cross_attention_merger_down_blocks
            skips = [m(s, f, cam_scale, frames) for m, s, f in zip(mergers, skips, cam_features[:-1], strict=True)]
            x = self.cross_attention_merger_mid_block(x, cam_features[-1], cam_scale, frames)
        for block in self.up_blocks:
            for i in range(len(block.resnets)):
                x = block.layer(i, torch.cat([x, skips.pop()], dim=1), temb, queue, frames)
            for upsampler in getattr(block, "upsamplers", ()):
                x = upsampler(x)
        x = self.conv_out(F.silu(self.conv_norm_out(x)))
        return x.reshape(-1, frames, self.out_channels, h, w)
