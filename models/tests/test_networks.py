"""Names, shapes and sizes of the networks."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from longtake_models.config import STORYBOOK, STREAMINGT2V, ModelConfig
from longtake_models.networks.autoencoder import AutoencoderKL
from longtake_models.networks.layers import TemporalConv
from longtake_models.networks.video_ldm import VideoLDM


def count(module: nn.Module) -> tuple[int, int]:
    state = module.state_dict()
    return len(state), sum(t.numel() for t in state.values())


@pytest.fixture(scope="module")
def original() -> VideoLDM:
    with torch.device("meta"):
        return VideoLDM(STREAMINGT2V)


def test_original_sizes(original: VideoLDM) -> None:
    assert count(original.base_model) == (1703, 1_480_478_804)
    assert count(original.unet) == (682, 621_981_664)
    assert count(original.resampler) == (4, 22_299_904)
    assert count(original.vae)[0] == 248
    assert count(original.image_encoder)[0] == 398


def test_original_names(original: VideoLDM) -> None:
    names = set(original.state_dict())
    for name in (
        "resampler.context_embedding.2.weight",
        "image_encoder.model.visual.transformer.resblocks.31.attn.in_proj_weight",
        "vae.decoder.mid_block.attentions.0.to_out.0.weight",
        "vae.encoder.down_blocks.2.downsamplers.0.conv.weight",
        "unet.controlnet_cond_embedding.blocks.5.weight",
        "base_model.down_blocks.0.temp_convs.1.conv4.3.weight",
        "base_model.up_blocks.3.attentions.2.transformer_blocks.0.attn2.alpha",
        "base_model.mid_block.temp_attentions.0.transformer_blocks.0.ff.net.0.proj.weight",
        "base_model.transformer_in.proj_in.weight",
        "base_model.up_blocks.0.upsamplers.0.conv.weight",
        "base_model.cross_attention_merger_down_blocks.11.temporal_transformer.attention.to_out.0.bias",
        "base_model.cross_attention_merger_mid_block.temporal_transformer.norm.weight",
    ):
        assert name in names, name
    assert original.base_model.context_layers == 16
    assert [m.temporal_transformer.proj_in.in_features for m in original.base_model.cross_attention_merger_down_blocks] == (
        [320] * 4 + [640] * 3 + [1280] * 5
    )


@pytest.fixture(scope="module")
def small() -> VideoLDM:
    torch.manual_seed(0)
    model = VideoLDM(STORYBOOK).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.abs().max() == 0:
                parameter.normal_(0, 0.02)
    return model


def inputs(config: ModelConfig, batch: int = 2) -> dict[str, torch.Tensor]:
    g = torch.Generator().manual_seed(1)
    c, h, w = config.autoencoder.latent_channels, config.latent_height, config.latent_width
    return {
        "latents": torch.randn(batch, config.video.frames, c, h, w, generator=g),
        "timestep": torch.tensor([500.0, 20.0])[:batch],
        "text": torch.randn(batch, config.apm.text_tokens, config.unet.cross_attention_dim, generator=g),
        "frames": torch.rand(batch, config.cam.frames, 3, config.video.height, config.video.width, generator=g) * 2 - 1,
    }


@torch.no_grad()
def test_storybook_forward(small: VideoLDM) -> None:
    i = inputs(STORYBOOK)
    contexts = small.anchor_contexts(i["text"], i["frames"][:, 0])
    embedding = small.unet.embed_frames(i["frames"])
    features = small.unet(i["latents"][:, : STORYBOOK.cam.frames], i["timestep"], i["text"], embedding)
    plain = small.base_model(i["latents"], i["timestep"], contexts)
    merged = small.base_model(i["latents"], i["timestep"], contexts, features, torch.ones(1))
    off = small.base_model(i["latents"], i["timestep"], contexts, features, torch.zeros(1))
    assert merged.shape == i["latents"].shape
    assert len(features) == len(small.base_model.cross_attention_merger_down_blocks) + 1
    assert torch.equal(off, plain)
    assert not torch.allclose(merged, plain)
    one_each = small.base_model(i["latents"], i["timestep"], contexts, features, torch.tensor([0.0, 1.0]))
    torch.testing.assert_close(one_each, torch.stack([plain[0], merged[1]]), rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_batch_items_are_independent(small: VideoLDM) -> None:
    i = inputs(STORYBOOK)
    contexts = small.plain_contexts(i["text"])
    both = small.base_model(i["latents"], i["timestep"], contexts)
    alone = small.base_model(i["latents"][1:], i["timestep"][1:], contexts[1:])
    torch.testing.assert_close(both[1:], alone, rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_single_frames_skip_temporal_layers(small: VideoLDM) -> None:
    i = inputs(STORYBOOK)
    with torch.no_grad():
        before = small.base_model(i["latents"][:, :1], i["timestep"], i["text"])
        weight = small.base_model.transformer_in.proj_out.weight
        weight.add_(1.0)
        after = small.base_model(i["latents"][:, :1], i["timestep"], i["text"])
        weight.sub_(1.0)
    assert torch.equal(before, after)


@torch.no_grad()
def test_temporal_convolution_is_conv3d() -> None:
    torch.manual_seed(0)
    block = TemporalConv(16, 4, 2)
    torch.nn.init.normal_(block.conv2[-1].weight, std=0.1)
    x = torch.randn(2 * 5, 16, 3, 4)
    y = x.reshape(2, 5, 16, 3, 4).transpose(1, 2)
    y = block.conv2(block.conv1(y)).transpose(1, 2).reshape(10, 16, 3, 4)
    torch.testing.assert_close(block(x, 5), x + y, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_cam_starts_as_the_base_encoder(small: VideoLDM) -> None:
    model = VideoLDM(STORYBOOK)
    assert model.unet.copy_from(model.base_model) == len(model.unet.state_dict()) - len(
        model.unet.controlnet_cond_embedding.state_dict()
    )
    assert torch.equal(model.unet.conv_in.weight, model.base_model.conv_in.weight)


@torch.no_grad()
def test_autoencoder_shapes_and_statistics() -> None:
    vae = AutoencoderKL(STORYBOOK.autoencoder)
    mean, log_variance = vae.encode(torch.rand(3, 3, 64, 64) * 2 - 1)
    assert mean.shape == log_variance.shape == (3, 16, 8, 8)
    assert vae.decode(mean).shape == (3, 3, 64, 64)
    vae.set_statistics(torch.randn(50, 16, 8, 8) * 3 + 1)
    torch.testing.assert_close(vae.denormalise(vae.normalise(mean)), mean, rtol=1e-4, atol=1e-5)
