"""The check at full width, tried on tiny networks."""

from __future__ import annotations

import pytest
import torch
from test_convert import TINY

from longtake_models.cli import parser
from longtake_models.convert import fullwidth, writer
from longtake_models.export import onnx_export


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(writer, "IN_FILE", 100)
    monkeypatch.setattr(fullwidth, "check_config", lambda: TINY)


def test_a_network_is_converted_computed_and_compared(tmp_path) -> None:
    made = fullwidth.convert("vae_decoder", tmp_path)
    assert made["bytes"][1] == (tmp_path / "vae_decoder.weights").stat().st_size
    assert 0 < fullwidth.compute("vae_decoder", tmp_path)["largest"] < 1e4
    exact = fullwidth.run_converted("vae_decoder", "vae_decoder.onnx", tmp_path)["error"]
    half = fullwidth.run_converted("vae_decoder", "vae_decoder.half.onnx", tmp_path)["error"]
    assert exact < 1e-5 < half < 5e-3

    weights = tmp_path / "vae_decoder.weights"
    content = bytearray(weights.read_bytes())
    content[writer.ALIGNMENT : writer.ALIGNMENT + 200] = bytes(200)  # a hundred numbers of the second tensor are lost
    weights.write_bytes(content)
    assert fullwidth.run_converted("vae_decoder", "vae_decoder.onnx", tmp_path)["error"] > onnx_export.TOLERANCE


def test_weights_are_a_function_of_their_names() -> None:
    shapes = {"a.weight": (4, 3, 5), "norm.weight": (2000,), "a.bias": (2000,), "alpha": ()}
    one, other = fullwidth.RandomWeights(shapes), fullwidth.RandomWeights(dict(reversed(shapes.items())))
    assert all(torch.equal(one[name], other[name]) for name in shapes)
    assert abs(float(one["norm.weight"].mean()) - 1) < 0.01 and abs(float(one["a.bias"].mean())) < 0.01
    assert one.asked == set(shapes) and fullwidth.RandomWeights(shapes).asked == set()


def test_every_network_of_its_own_is_checked() -> None:
    assert fullwidth.names() == [
        "text_encoder", "apm", "cam_embedding", "cam", "unet", "vae_decoder", "vae_encoder", "first_unet",
        "enhancer_unet", "enhancer_vae_encoder", "enhancer_vae_decoder",
    ]  # fmt: skip
    with pytest.raises(SystemExit, match="no such network: unett; there are text_encoder, apm"):
        fullwidth.run(parser().parse_args(["fullwidth", "--only", "unett"]))


def test_operations_are_those_of_the_original() -> None:
    parameters, operations = fullwidth.count("cam_embedding")
    layers = [(3, 32, 256), (32, 32, 256), (32, 96, 128), (96, 96, 128), (96, 256, 64), (256, 256, 64), (256, 512, 32), (512, 320, 32)]
    assert parameters == sum(9 * a * b + b for a, b, _ in layers)
    assert operations == 8 * sum(2 * 9 * a * b * size**2 for a, b, size in layers)
