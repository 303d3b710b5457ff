"""The form of a network that computes in fp16: close to the other, over the very same weights."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from test_convert import AUTOENCODER, TINY, UNET, publish, published_sources, random_state

from longtake_models.config import ApmConfig
from longtake_models.convert import manifest, sources, writer
from longtake_models.convert.job import Conversion
from longtake_models.convert.sources import Source
from longtake_models.export import onnx_export
from longtake_models.export.graphs import Graph
from longtake_models.networks.autoencoder import AutoencoderKL
from longtake_models.networks.unet3d import UNet3D


@pytest.fixture(autouse=True, scope="module")
def tiny_placeholders():
    before, writer.IN_FILE = writer.IN_FILE, 100
    yield
    writer.IN_FILE = before


@dataclass(frozen=True)
class Pair:
    graph: Graph
    folder: Path

    def path(self, form: str) -> Path:
        return self.folder / f"{self.graph.name}{form}.onnx"

    def run(self, form: str, **instead: torch.Tensor) -> dict[str, np.ndarray]:
        inputs = {**self.graph.example(2, torch.Generator().manual_seed(7)), **instead}
        values = onnx_export.session(self.path(form)).run(None, {n: t.numpy() for n, t in inputs.items()})
        return dict(zip(self.graph.outputs, values, strict=True))


def make(folder: Path, name: str, change=lambda weights: None) -> Pair:
    text = TINY.text
    if name == "unet":
        build = lambda: UNet3D(UNET, None, ApmConfig(image_tokens=0))  # noqa: E731
        graph_of = lambda network: sources.unet_graph(name, network, (4, 4, 16, 16), text)  # noqa: E731
    else:
        build = lambda: AutoencoderKL(AUTOENCODER)  # noqa: E731
        picture = sources.encoder_graph if name == "encoder" else sources.decoder_graph
        graph_of = lambda network: picture(name, network, AUTOENCODER, (28, 32))  # noqa: E731
    weights = random_state(build(), 8)
    change(weights)
    network = writer.layout(build)
    writer.furnish(network, weights)
    graph = graph_of(network)
    writer.write(graph, network, weights, folder, lambda count: None)
    writer.write_half(name, folder)
    return Pair(graph, folder)


@pytest.fixture(scope="module", params=["unet", "encoder", "decoder"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make(tmp_path_factory.mktemp("half"), request.param)


def test_it_differs_by_no_more_than_fp16_does(pair: Pair) -> None:
    exact, half = pair.run(""), pair.run(".half")
    for name, expected in exact.items():
        assert half[name].dtype == np.float32
        error = onnx_export.relative_error(expected, half[name])
        assert error < 3e-3, name
    assert any(onnx_export.relative_error(e, half[n]) > 1e-6 for n, e in exact.items()), "it computes in fp32"


def test_it_has_the_same_inputs_outputs_and_weights(pair: Pair) -> None:
    def about(form: str) -> tuple:
        graph = onnx.load(pair.path(form), load_external_data=False).graph
        entries = [{e.key: e.value for e in t.external_data} for t in graph.initializer if t.data_location]
        outside = sorted((e["location"], int(e["offset"]), int(e["length"])) for e in entries)
        return [str(v.type) for v in graph.input], [str(v.type) for v in graph.output], outside

    exact, half = about(""), about(".half")
    assert half == exact
    assert len(half[2]) > 15
    assert {place[0] for place in half[2]} == {f"{pair.graph.name}.weights"}
    assert pair.path(".half").stat().st_size < 1.2 * pair.path("").stat().st_size


def test_products_are_in_fp16(pair: Pair) -> None:
    model = onnx.shape_inference.infer_shapes(onnx.load(pair.path(".half")))
    types = {v.name: v.type.tensor_type.elem_type for v in [*model.graph.value_info, *model.graph.input]}
    types.update({t.name: t.data_type for t in model.graph.initializer})
    products = [n for n in model.graph.node if n.op_type in ("MatMul", "Gemm", "Conv", "MultiHeadAttention")]
    assert len(products) > 15
    assert {types[name] for n in products for name in n.input if name} == {onnx.TensorProto.FLOAT16}


def test_timesteps_are_told_apart_as_before(tmp_path: Path) -> None:
    """In fp16, 999.3 and 999.5 are the same number."""
    pair = make(tmp_path, "unet")
    one, other = (pair.run(".half", timestep=torch.full((2,), t))["prediction"] for t in (999.3, 999.5))
    assert not np.array_equal(one, other)


def test_a_weight_beyond_fp16_keeps_its_layer_exact(tmp_path: Path) -> None:
    def change(weights: dict[str, torch.Tensor]) -> None:
        weights["decoder.conv_in.weight"] *= 1e6
        assert weights["decoder.conv_in.weight"].abs().max() > 65504
        for name in ("weight", "bias"):
            weights[f"post_quant_conv.{name}"] *= 1e-4

    pair = make(tmp_path, "decoder", change)
    exact, half = pair.run("")["frames"], pair.run(".half")["frames"]
    assert np.isfinite(half).all()
    assert onnx_export.relative_error(exact, half) < 1e-2  # the inputs of that layer are tiny: few digits in fp16


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    publish(folder)
    return folder


def decoder(published: Path, name: str, picture: tuple[int, int]) -> Source:
    """Stage 1's autoencoder as a graph of that name, for pictures of that size."""
    return replace(
        published_sources(published)[3],
        graphs=lambda network: [sources.decoder_graph(name, network, AUTOENCODER, picture)],
        parts={name: [r"decoder\.", r"post_quant_conv\."]},
    )


def test_pack_has_both_forms_and_makes_again_what_is_missing(published: Path, tmp_path: Path) -> None:
    source = decoder(published, "vae_decoder", (32, 32))
    first = Conversion(TINY, [source], tmp_path, say=lambda line: None)
    first.convert()
    made = first.made["vae_decoder"]
    about = manifest.graph(source.graphs(source.build())[0], made)
    content = (tmp_path / about["half"]["file"]).read_bytes()
    assert about["half"] == {"file": "vae_decoder.half.onnx", "sha256": hashlib.sha256(content).hexdigest()}

    said: list[str] = []
    Conversion(TINY, [source], tmp_path, say=said.append).convert()
    assert "vae_decoder: finished before" in said
    (tmp_path / "vae_decoder.half.onnx").unlink()
    again = Conversion(TINY, [source], tmp_path, say=lambda line: None)
    again.convert()
    assert again.made["vae_decoder"] == made
    assert (tmp_path / "vae_decoder.half.onnx").read_bytes() == content


def test_twins_share_weights_in_both_forms(published: Path, tmp_path: Path) -> None:
    names, pictures = ("vae_decoder", "first_vae_decoder", "enhancer_vae_decoder"), ((32, 32), (32, 32), (28, 32))
    parts = [decoder(published, name, picture) for name, picture in zip(names, pictures, strict=True)]
    conversion = Conversion(TINY, parts, tmp_path, say=lambda line: None)
    conversion.convert()
    one, twin, larger = (conversion.made[name] for name in names)
    assert twin == one
    assert larger.weights == one.weights and larger.graph != one.graph and larger.half != one.half
    files = {s.file for made in conversion.made.values() for s in made.files}
    assert {p.name for p in tmp_path.iterdir()} == files | {"conversion.json"}
    latents = {"latents": np.ones((1, 4, 14, 16), np.float32)}
    frames, close = (onnx_export.session(tmp_path / s.file).run(None, latents)[0] for s in (larger.graph, larger.half))
    assert onnx_export.relative_error(frames, close) < 3e-3
