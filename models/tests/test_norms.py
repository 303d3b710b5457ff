"""Layer norms give the same numbers in the operator that ONNX Runtime is quick at."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
import torch
from torch import nn

from longtake_models.export import onnx_export
from longtake_models.export.graphs import Graph, Part


@pytest.mark.parametrize(
    ("shape", "operator"),
    [
        (("B", 10, 24), "InstanceNormalization"),
        (("B", 3, 10, 24), "InstanceNormalization"),
        (("B", 24), "LayerNormalization"),
    ],
)
def test_layer_norm(shape: tuple, operator: str, tmp_path: Path) -> None:
    norm = nn.LayerNorm(24, eps=1e-3)
    with torch.no_grad():
        norm.weight.copy_(torch.linspace(-1, 2, 24))
        norm.bias.copy_(torch.linspace(3, -3, 24))
    graph = Graph("norm", Part(norm, norm), {"frames": shape}, {"y": ("B",)})
    path = onnx_export.export(graph, tmp_path)
    norms = [n.op_type for n in onnx.load(path).graph.node if n.op_type.endswith("Normalization")]
    assert norms == [operator]
    assert onnx_export.check(graph, path) < 1e-6
