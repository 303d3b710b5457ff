"""A tiny model goes the whole way to a pack; sampler steps agree with closed forms."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from longtake_models import sampling
from longtake_models.config import STORYBOOK, DiffusionConfig, ModelConfig
from longtake_models.export import cli, golden, graphs, onnx_export, pack
from longtake_models.networks.cam import CamExtractor
from longtake_models.networks.enhancer import Enhancer
from longtake_models.networks.video_ldm import VideoLDM


def tiny() -> ModelConfig:
    """Storybook's structure at a size that exports in seconds."""
    s = STORYBOOK
    return replace(
        s,
        video=replace(s.video, width=16, height=16, frames=4),
        autoencoder=replace(s.autoencoder, latent_channels=4, encoder_channels=(8, 16), decoder_channels=(8, 16), norm_groups=4),
        unet=replace(
            s.unet, in_channels=4, block_out_channels=(16, 32), head_dim=16, transformer_in_heads=1, norm_groups=4,
            cross_attention_dim=24, temporal_positions=4, temporal_conv_depth=1,
        ),
        cam=replace(s.cam, embedding_channels=(4, 8, 8), embedding_strides=(2, 2), frames=2, merger_head_dim=16),
        apm=replace(s.apm, text_tokens=6, image_tokens=2, image_width=16, hidden=16),
        image_encoder=replace(s.image_encoder, image_size=16, width=16, layers=1, heads=2, mlp=16, output=16),
        int8_channels=16,
        enhancer=replace(
            s.enhancer, window=4, overlap=2,
            unet=replace(
                s.enhancer.unet, in_channels=8, out_channels=4, block_out_channels=(8, 16, 32), head_dim=8, transformer_in_heads=1,
                norm_groups=4, cross_attention_dim=24, temporal_positions=4, temporal_conv_depth=1,
            ),
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def model() -> VideoLDM:
    return cli.untrained(tiny()).eval().requires_grad_(False)


def texts(config: ModelConfig) -> tuple[torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(3)
    return tuple(torch.randn(2, config.apm.text_tokens, config.unet.cross_attention_dim, generator=g).split(1))


def test_feature_shapes_are_the_extractors_own(model: VideoLDM) -> None:
    part = next(g for g in graphs.build(model) if g.name == "cam")
    outputs = onnx_export.run(part, part.example(2, torch.Generator()))
    for name, shape in part.outputs.items():
        assert tuple(outputs[name].shape) == (2, *shape[1:]), name


def test_feature_count_of_the_original() -> None:
    from longtake_models.config import STREAMINGT2V

    shapes = graphs.feature_shapes(STREAMINGT2V)
    assert len(shapes) == 13
    assert shapes["feature_0"] == ("B", 8, 320, 32, 32)
    assert shapes["feature_9"] == ("B", 8, 1280, 4, 4)
    assert shapes["feature_mid"] == ("B", 8, 1280, 4, 4)


@pytest.fixture(scope="module", name="exported")
def exported_pack(tmp_path_factory: pytest.TempPathFactory, model: VideoLDM) -> Path:
    out = tmp_path_factory.mktemp("pack") / "tiny"
    enhancer = Enhancer(model.config)
    torch.nn.init.normal_(enhancer.unet.conv_out.weight, 0, 0.02)
    cli.write_pack(model, out, texts(model.config), {"actor": ["dot"]}, ["a dot"], {"trainedOn": "nothing"}, enhancer)
    return out


GRAPHS = ["apm", "cam_embedding", "cam", "unet", "vae_decoder", "vae_encoder", "enhancer_vae_encoder", "enhancer_unet", "enhancer_vae_decoder"]


def test_pack_is_complete_and_consistent(exported: Path) -> None:
    manifest = json.loads((exported / "pack.json").read_text())
    assert manifest["diffusion"]["fast"] == {"steps": 6, "leastSteps": 4, "mostSteps": 8, "guidanceScale": 4.0}
    assert set(manifest["graphs"]) == set(GRAPHS)
    assert manifest["enhancer"] == {
        "video": {"width": 32, "height": 32},
        "latent": {"channels": 4, "height": 8, "width": 8},
        "window": {"frames": 4, "overlap": 2},
        "diffusion": {"prediction": "flow", "sampler": "euler", "strength": 0.25, "steps": 2, "guidanceScale": 1.0},
    }
    for about in manifest["graphs"].values():
        path = exported / about["file"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == about["sha256"]
        graph = onnx.load(path).graph
        for values, listed in ((graph.input, about["inputs"]), (graph.output, about["outputs"])):
            shapes = {v.name: [d.dim_value or d.dim_param for d in v.type.tensor_type.shape.dim] for v in values}
            assert list(shapes) == list(listed)
            for name, shape in listed.items():
                assert [d for d in shapes[name] if isinstance(d, int)] == [d for d in shape if isinstance(d, int)]
    assert not list(exported.parent.glob("*.new"))


def weights(path: Path) -> dict[int, int]:
    """How many numbers the file holds, by type."""
    sizes: dict[int, int] = defaultdict(int)
    for tensor in onnx.load(path).graph.initializer:
        sizes[tensor.data_type] += int(np.prod(tensor.dims))
    return sizes


def test_large_weights_are_stored_as_halves(exported: Path) -> None:
    sizes = weights(exported / "apm.onnx")
    assert sizes[onnx.TensorProto.FLOAT16] > sizes[onnx.TensorProto.FLOAT]
    assert sizes[onnx.TensorProto.INT8] == 0


@pytest.mark.parametrize("name", ["cam", "unet", "vae_decoder"])
def test_weights_of_large_layers_are_stored_in_8_bits(exported: Path, name: str) -> None:
    sizes = weights(exported / f"{name}.onnx")
    assert sizes[onnx.TensorProto.INT8] > sizes[onnx.TensorProto.FLOAT16] + sizes[onnx.TensorProto.FLOAT]


def test_golden_graphs_run(exported: Path) -> None:
    cases = json.loads((exported / "golden" / "golden.json").read_text())
    assert [c["graph"] for c in cases["graphs"]] == GRAPHS
    for case in cases["graphs"]:
        session = onnx_export.session(exported / f"{case['graph']}.onnx")
        feeds = {k: np.load(exported / "golden" / v) for k, v in case["inputs"].items()}
        for name, value in zip(case["outputs"], session.run(list(case["outputs"]), feeds), strict=True):
            expected = np.load(exported / "golden" / case["outputs"][name])
            rounded = case["graph"] in ("cam", "unet", "vae_decoder", "enhancer_unet", "enhancer_vae_decoder")
            assert case["tolerance"] == (onnx_export.TOLERANCE_INT8 if rounded else onnx_export.TOLERANCE)
            assert onnx_export.relative_error(expected, value) < case["tolerance"]


def test_a_pack_without_an_enhancer_does_not_speak_of_one(exported: Path, model: VideoLDM, tmp_path: Path) -> None:
    for name in GRAPHS:
        (tmp_path / f"{name}.onnx").write_bytes((exported / f"{name}.onnx").read_bytes())
    assert "enhancer" not in pack.describe(model.config, graphs.build(model), tmp_path, {}, [], {})


def test_golden_refined_film_is_what_the_exported_graphs_make(exported: Path) -> None:
    case = json.loads((exported / "golden" / "golden.json").read_text())["enhanced"]
    load = lambda name: np.load(exported / "golden" / case[name])  # noqa: E731
    pixels = onnx_export.session(exported / "vae_decoder.onnx").run(None, {"latents": load("latents")})[0].clip(-1, 1)
    large = torch.nn.functional.interpolate(torch.from_numpy(pixels), scale_factor=2, mode="bilinear").numpy()
    source = onnx_export.session(exported / "enhancer_vae_encoder.onnx").run(None, {"frames": large})[0]
    assert onnx_export.relative_error(load("source"), source[-1]) < onnx_export.TOLERANCE_INT8
    unet = onnx_export.session(exported / "enhancer_unet.onnx")

    def predict(x: torch.Tensor, sigma: float) -> torch.Tensor:
        feeds = {"latents": x.numpy(), "timestep": np.array([1000 * sigma], dtype=np.float32), "text": load("text"), "source": source[None]}
        return torch.from_numpy(unet.run(None, feeds)[0])

    refined = sampling.refine(predict, torch.from_numpy(source[None]), torch.from_numpy(load("noise")[None]), 0.25, 2)
    assert onnx_export.relative_error(load("last_latents"), refined[0, -1].numpy()) < onnx_export.TOLERANCE_INT8


@pytest.mark.parametrize("mode", ["chunks", "fast"])
def test_golden_chunks_are_two_different_chunks(exported: Path, mode: str) -> None:
    case = json.loads((exported / "golden" / "golden.json").read_text())[mode]
    first, second = (np.load(exported / "golden" / case[f"latents_{i}"]) for i in (0, 1))
    assert first.shape == second.shape == (1, 4, 4, 4, 4)
    assert np.isfinite(first).all() and np.isfinite(second).all() and not np.allclose(first, second)


@pytest.mark.parametrize("prediction", ["epsilon", "v"])
@pytest.mark.parametrize("eta", [0.0, 1.0])
@pytest.mark.parametrize(("steps", "index"), [(50, 0), (50, 30), (50, 49), (7, 2)])
def test_ddim_agrees_with_the_closed_form(prediction: str, eta: float, steps: int, index: int) -> None:
    config = DiffusionConfig(prediction=prediction)
    x, output, noise = torch.randn(3, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    step = sampling.ddim_steps(config, steps)[index]
    expected, facts = golden.closed_form_ddim(x.numpy(), output.numpy(), noise.numpy(), prediction, eta, steps, index, config)
    assert facts["timestep"] == step.timestep
    actual = sampling.ddim_step(x, output, step, eta, noise, prediction)
    np.testing.assert_allclose(actual.numpy(), expected, rtol=1e-9)


def test_ddim_timesteps_are_the_originals() -> None:
    steps = sampling.ddim_steps(DiffusionConfig(), 50)
    assert [s.timestep for s in steps[:2]] + [s.timestep for s in steps[-2:]] == [981, 961, 21, 1]
    assert steps[-1].alpha_next == pytest.approx(0.99915, abs=1e-6)
    last = steps[-1]
    sigma = ((1 - last.alpha_next) / (1 - last.alpha) * (1 - last.alpha / last.alpha_next)) ** 0.5
    assert sigma == pytest.approx(0.0206, abs=1e-4)


@pytest.mark.parametrize("shift", [1.0, 3.0])
def test_euler_agrees_with_the_closed_form(shift: float) -> None:
    x, v = torch.randn(2, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    sigmas = sampling.flow_sigmas(16, shift)
    assert sigmas[0] == 1.0 and sigmas[-1] == 0.0
    for index in (0, 7, 15):
        expected, _ = golden.closed_form_flow(x.numpy(), v.numpy(), 16, index, shift)
        actual = sampling.flow_step(x, v, sigmas[index], sigmas[index + 1])
        np.testing.assert_allclose(actual.numpy(), expected, rtol=1e-9)


def test_flow_reaches_a_known_picture() -> None:
    """With the exact velocity of one picture, any number of steps ends in it."""
    target = torch.randn(1, 4, generator=torch.Generator().manual_seed(1))
    noise = torch.randn(1, 4, generator=torch.Generator().manual_seed(2))
    config = DiffusionConfig(prediction="flow")
    result = sampling.sample(lambda x, t: (x - target) / (t / 1000.0), noise, config, 5)
    torch.testing.assert_close(result, target, rtol=1e-4, atol=1e-5)


def test_film_holds_on_to_its_last_frames(model: VideoLDM) -> None:
    """Each later chunk is conditioned on what the chunk before ended with and on the film's first frame."""
    text, empty = texts(model.config)
    shape = (1, 4, 4, 4, 4)
    noises = [torch.randn(shape, generator=torch.Generator().manual_seed(i)) for i in range(3)]
    chunks = list(sampling.generate_film(model, lambda i: text, empty, lambda i: noises[i], 3, 2, 3.0))
    held = sampling.Conditioning(chunks[0][1][:, 0], chunks[1][1][:, -2:], chunks[1][0][:, -2:])
    alone = sampling.generate_chunk(model, text, empty, noises[2], held, 2, 3.0)
    torch.testing.assert_close(alone, chunks[2][0])
    other = sampling.Conditioning(chunks[0][1][:, 0], chunks[0][1][:, -2:], chunks[1][0][:, -2:])
    assert not torch.allclose(sampling.generate_chunk(model, text, empty, noises[2], other, 2, 3.0), alone)


def test_fast_film_holds_on_to_its_last_frames(model: VideoLDM) -> None:
    text, _ = texts(model.config)
    noises = [torch.randn(1, 4, 4, 4, 4, generator=torch.Generator().manual_seed(i)) for i in range(3)]
    chunks = list(sampling.generate_film_fast(model, lambda i: text, lambda i: noises[i], 3, 2))
    held = sampling.Conditioning(chunks[0][1][:, 0], chunks[1][1][:, -2:], chunks[1][0][:, -2:])
    torch.testing.assert_close(sampling.generate_chunk_fast(model, text, noises[2], held, 2), chunks[2][0])
    other = sampling.Conditioning(chunks[0][1][:, 0], chunks[0][1][:, -2:], chunks[1][0][:, -2:])
    assert not torch.allclose(sampling.generate_chunk_fast(model, text, noises[2], other, 2), chunks[2][0])


@pytest.mark.parametrize(("share", "held"), [(0.0, 0), (0.6, 3), (1.0, 5)])
def test_known_frames_are_held_for_their_share_of_the_steps(share: float, held: int) -> None:
    known, noise = torch.full((1, 2, 3), 0.5), torch.randn(1, 4, 3, generator=torch.Generator().manual_seed(2))
    seen: list[bool] = []

    def predict(x: torch.Tensor, timestep: float) -> torch.Tensor:
        expected = (1 - timestep / 1000) * known + timestep / 1000 * noise[:, :2]
        seen.append(bool((x[:, :2] - expected).abs().max() < 1e-6))
        return torch.full_like(x, 0.1)

    sampling.sample(predict, noise, DiffusionConfig(prediction="flow", overlap_hold=share), 5, known=known)
    # Nothing but noise is seen at first, held or not.
    assert seen == [True] + [step < held for step in range(1, 5)]


@pytest.mark.parametrize("shift", [1.0, 3.0])
def test_fast_steps_cover_the_whole_way(shift: float) -> None:
    """Intervals lie end to end; a network that knows the average velocity of each arrives whatever the path is."""
    config = DiffusionConfig(prediction="flow", shift=shift)
    noise = torch.randn(1, 4, generator=torch.Generator().manual_seed(2))
    told: list[tuple[float, float]] = []

    def path(timestep: float) -> torch.Tensor:
        return noise * (timestep / 1000) ** 3

    def predict(x: torch.Tensor, timestep: float, interval: float) -> torch.Tensor:
        told.append((timestep, interval))
        torch.testing.assert_close(x, path(timestep))
        return (path(timestep) - path(timestep - interval)) / (interval / 1000)

    result = sampling.sample_fast(predict, noise, config, 4)
    torch.testing.assert_close(result, torch.zeros(1, 4), rtol=0, atol=1e-6)
    assert [t for t, _ in told[1:]] == pytest.approx([t - i for t, i in told[:-1]])
    assert told[0][0] == 1000 and sum(i for _, i in told) == pytest.approx(1000)


def test_guidance_one_is_the_conditional_pass(model: VideoLDM) -> None:
    text, empty = texts(model.config)
    noise = torch.randn(1, 4, 4, 4, 4, generator=torch.Generator().manual_seed(0))
    one = sampling.generate_chunk(model, text, empty, noise, None, 2, 1.0)
    near = sampling.generate_chunk(model, text, empty, noise, None, 2, 1.0 + 1e-6)
    torch.testing.assert_close(one, near, rtol=1e-3, atol=1e-4)


def save_checkpoint(path: Path, weights: dict[str, torch.Tensor], **about: object) -> Path:
    torch.save({"ema": {k: v for k, v in weights.items() if not k.startswith("vae.")}, "about": about}, path)
    return path


def test_base_checkpoint_alone_loads(tmp_path: Path, model: VideoLDM) -> None:
    path = save_checkpoint(tmp_path / "base.pt", model.base_model.state_dict())
    fresh, found = cli.load_checkpoint(model.config, path, None)
    assert found == "base model only"
    assert torch.equal(fresh.base_model.conv_in.weight, model.base_model.conv_in.weight)
    assert isinstance(fresh.unet, CamExtractor) and torch.equal(fresh.unet.conv_in.weight, model.base_model.conv_in.weight)


def test_only_a_distilled_checkpoint_gives_the_fast_mode(tmp_path: Path, model: VideoLDM) -> None:
    weights, autoencoder = model.state_dict(), model.vae.state_dict()
    path = save_checkpoint(tmp_path / "distilled.pt", weights, distilled=True)
    fresh, found = cli.load_checkpoint(model.config, path, autoencoder)
    assert found == "whole model, distilled" and fresh.config == model.config
    assert torch.equal(fresh.vae.decoder.conv_in.weight, model.vae.decoder.conv_in.weight)
    # One from before the interval layers, and one that carries them along untrained.
    older = {k: v for k, v in weights.items() if "interval_embedding" not in k}
    for name, kept in (("older", older), ("untrained", weights)):
        path = save_checkpoint(tmp_path / f"{name}.pt", kept)
        fresh, found = cli.load_checkpoint(model.config, path, autoencoder)
        assert found == "whole model" and fresh.config.diffusion.fast is None
        assert all("interval" not in g.inputs for g in graphs.build(fresh))
        assert "fast" not in pack.diffusion(fresh.config.diffusion)
    path = save_checkpoint(tmp_path / "broken.pt", older, distilled=True)
    with pytest.raises(ValueError, match="broken.pt: missing .*interval_embedding"):
        cli.load_checkpoint(model.config, path, autoencoder)
