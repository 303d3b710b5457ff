"""Layers that multiply in 8 bits do what whole numbers do on paper, in ONNX Runtime's fast operators, on any number of threads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from longtake_models.export import int8, onnx_export
from longtake_models.export.graphs import Graph, Part
from longtake_models.networks.layers import Geglu

CHANNELS = 16
LINEAR = ("B", 10, 24)
PICTURE = ("B", 16, 6, 4)


def seeded(module: nn.Module) -> nn.Module:
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.3)
    onnx_export.round_weights(module)
    return module.eval().requires_grad_(False)


def exported(module: nn.Module, shape: tuple, folder: Path, channels: int = CHANNELS) -> tuple[Graph, Path, bool]:
    graph = Graph("layer", Part(module, seeded(module)), {"x": shape}, {"y": ("B",)}, channels)
    path = onnx_export.export(graph, folder)
    return graph, path, onnx_export.quantize(graph, path)


def answer(path: Path, x: Tensor, threads: int = 1) -> np.ndarray:
    return onnx_export.session(path, threads).run(None, {"x": x.numpy()})[0]


def whole(x: Tensor) -> tuple[Tensor, float]:
    """x in steps of a 255th of its range (which holds 0), without the zero's offset; and the step."""
    step = (x.max().clamp(min=0) - x.min().clamp(max=0)) / 255
    zero = torch.round(-x.min().clamp(max=0) / step)
    return (torch.clamp(torch.round(x / step) + zero, 0, 255) - zero).double(), float(step)


def rounded(weight: Tensor) -> Tensor:
    """weight (N,...) as 127 whole steps to either side of 0, by output channel."""
    step = weight.flatten(1).abs().amax(1).view(-1, *[1] * (weight.dim() - 1)) / 127
    return torch.round(weight / step).double() * step.double()


def convolutions() -> dict[str, nn.Conv2d]:
    return {
        "3x3": nn.Conv2d(16, 20, 3, padding=1),
        "3x3 of stride 2": nn.Conv2d(16, 20, 3, padding=1, stride=2),
        "3x1": nn.Conv2d(16, 16, (3, 1), padding=(1, 0)),
        "1x1": nn.Conv2d(16, 32, 1),
        "padded on two sides": nn.Conv2d(16, 20, (2, 3), padding=(0, 1)),
        "without bias": nn.Conv2d(16, 20, 3, padding=1, bias=False),
    }


@pytest.mark.parametrize("name", convolutions())
def test_convolution(name: str, tmp_path: Path) -> None:
    layer = convolutions()[name]
    graph, path, changed = exported(layer, PICTURE, tmp_path)
    assert changed
    x = F.silu(graph.example(3, torch.Generator().manual_seed(1))["x"])
    values, step = whole(x)
    bias = None if layer.bias is None else layer.bias.double()
    expected = F.conv2d(values * step, rounded(layer.weight), bias, layer.stride, layer.padding).numpy()
    actual = answer(path, x)
    assert actual.shape == expected.shape
    assert onnx_export.relative_error(expected, actual) < 1e-5
    assert 1e-4 < onnx_export.relative_error(layer(x).numpy(), actual) < 0.03


@pytest.mark.parametrize("bias", [True, False])
def test_linear(bias: bool, tmp_path: Path) -> None:
    layer = nn.Linear(24, 16, bias=bias)
    graph, path, changed = exported(layer, LINEAR, tmp_path)
    assert changed
    x = graph.example(2, torch.Generator().manual_seed(1))["x"]
    values, step = whole(x)
    expected = F.linear(values * step, rounded(layer.weight), layer.bias.double() if bias else None).numpy()
    assert onnx_export.relative_error(expected, answer(path, x)) < 1e-5


class Mixed(nn.Module):
    """Layers that share an input, one that is too small, one that is grouped, and a product of two inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(24, 16), nn.Linear(24, 16, bias=False)
        self.gate = Geglu(16, 32)
        self.out = nn.Linear(32, 8)
        self.grouped = nn.Conv1d(16, 16, 1, groups=16)

    def forward(self, x: Tensor) -> Tensor:
        mixed = torch.softmax(self.first(x) @ self.second(x).transpose(1, 2), dim=-1) @ self.second(x)
        return self.out(self.gate(mixed + self.grouped(mixed.transpose(1, 2)).transpose(1, 2)))


def operators(path: Path) -> list[str]:
    return [node.op_type for node in onnx.load(path).graph.node]


def test_only_large_layers_change(tmp_path: Path) -> None:
    graph, path, changed = exported(Mixed(), LINEAR, tmp_path)
    assert changed
    found = operators(path)
    assert found.count("MatMulInteger") == 4  # first, second, both halves of the gate
    assert found.count("DynamicQuantizeLinear") == 2  # layers with the same input share its rounding
    assert 0 < onnx_export.check(graph, path, tolerance=0.05)


def test_nothing_changes_where_no_layer_is_large_enough(tmp_path: Path) -> None:
    graph, path, changed = exported(Mixed(), LINEAR, tmp_path, channels=64)
    assert not changed
    assert "MatMulInteger" not in operators(path)
    assert onnx_export.check(graph, path) < 1e-5


def test_onnx_runtime_joins_the_operators(tmp_path: Path) -> None:
    """Otherwise the 8 bits would cost time instead of saving it."""
    _, path, _ = exported(nn.Sequential(nn.Conv2d(16, 16, 3, padding=1), nn.SiLU(), nn.Conv2d(16, 16, 1)), PICTURE, tmp_path)
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    found = operators(tmp_path / "optimised.onnx")
    assert found.count("MatMulIntegerToFloat") == 2
    assert "MatMulInteger" not in found and "Cast" not in found


def test_threads_do_not_change_the_bits(tmp_path: Path) -> None:
    graph, path, _ = exported(nn.Conv2d(64, 64, 3, padding=1), ("B", 64, 16, 16), tmp_path)
    x = graph.example(4, torch.Generator().manual_seed(1))["x"]
    np.testing.assert_array_equal(answer(path, x, threads=1), answer(path, x, threads=3))


def test_weights_keep_their_channels_scale() -> None:
    weight = np.array([[1.0, -0.01], [-0.4, 0.004]], dtype=np.float32)
    values, scales = int8.round_to_int8(weight)
    assert values.dtype == np.int8
    np.testing.assert_array_equal(values, [[127, -127], [-51, 51]])
    np.testing.assert_allclose(scales, [1 / 127, 0.01 / 127], rtol=1e-6)
    zeros, scales = int8.round_to_int8(np.zeros((2, 1), dtype=np.float32))
    assert not zeros.any() and scales[0] > 0
