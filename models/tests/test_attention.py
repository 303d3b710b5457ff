"""Converted packs leave attention to the runtime: the same numbers, without all scores in memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import onnx
import pytest
import torch
from torch import Tensor, nn

from longtake_models.export import onnx_export
from longtake_models.export.graphs import Graph, Part
from longtake_models.networks import autoencoder, clip_text, image_encoder, layers


def causal(encoder: clip_text.SelfAttention):
    mask = torch.full((7, 7), float("-inf")).triu(1)
    return lambda x: encoder(x, mask)


KINDS = {
    "spatial": (lambda: layers.Attention(24, 8), lambda m: m, {"x": ("B", 20, 24)}),
    "to text": (lambda: layers.Attention(24, 8, 12), lambda m: m, {"x": ("B", 20, 24), "context": ("B", 7, 12)}),
    "temporal": (lambda: layers.FrameAttention(24, 8), lambda m: m, {"x": ("B", 5, 6, 24)}),
    "merger": (lambda: layers.FrameAttention(24, 8, 24), lambda m: m, {"x": ("B", 5, 6, 24), "context": ("B", 3, 6, 24)}),
    "causal": (lambda: clip_text.SelfAttention(24, 3), causal, {"x": ("B", 7, 24)}),
    "image": (lambda: image_encoder.SelfAttention(24, 3), lambda m: m, {"x": ("B", 10, 24)}),
    "pixels": (lambda: autoencoder.PixelAttention(8, 4), lambda m: m, {"x": ("B", 8, 6, 5)}),
}


def graph_of(kind: str) -> Graph:
    torch.manual_seed(4)
    build, call, inputs = KINDS[kind]
    module = build().eval().requires_grad_(False)
    function = call(module)
    return Graph("attention", Part(module, lambda *x: function(*x)), inputs, {"y": inputs["x"]})


@pytest.mark.parametrize("kind", KINDS)
def test_as_one_operator_it_gives_the_same_numbers(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autoencoder, "QUERIES", 7)
    graph = graph_of(kind)
    path = tmp_path / "attention.onnx"
    model = onnx_export.translate(graph, whole_attention=True).model_proto
    onnx.save(model, path)
    assert onnx_export.check(graph, path) < 1e-5
    operators = [node.op_type for node in model.graph.node]
    if kind == "pixels":  # 30 pixels in blocks of 7
        assert operators.count("Softmax") == 5
    else:
        assert operators.count("MultiHeadAttention") == 1 and "Softmax" not in operators


def test_elsewhere_it_stays_written_out() -> None:
    graph = graph_of("spatial")
    onnx_export.translate(graph, whole_attention=True)
    operators = [node.op_type for node in onnx_export.translate(graph).model_proto.graph.node]
    assert "Softmax" in operators and "MultiHeadAttention" not in operators


TOKENS = 12288

MEMORY = """
import resource, sys
import numpy as np
from longtake_models.export import onnx_export
session = onnx_export.session(sys.argv[1])
x = np.ones((1, int(sys.argv[2]), 64), np.float32)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
session.run(None, {"x": x})
print(1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before))
"""


def needed(path: Path, whole: bool) -> int:
    """Bytes that attention between many tokens takes beyond what is there before it runs."""

    class Layer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = layers.Attention(64, 64)

        def forward(self, x: Tensor) -> Tensor:
            return self.attention(x)

    layer = Layer().eval().requires_grad_(False)
    shape = ("B", TOKENS, 64)
    graph = Graph("attention", Part(layer, lambda x: layer(x)), {"x": shape}, {"y": shape})
    onnx.save(onnx_export.translate(graph, whole_attention=whole).model_proto, path)
    root = str(Path(onnx_export.__file__).parents[2])
    said = subprocess.run(
        [sys.executable, "-c", MEMORY, str(path), str(TOKENS)], cwd=root, capture_output=True, text=True, timeout=300, check=True
    )
    return int(said.stdout)


def test_scores_are_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    scores = 4 * TOKENS * TOKENS
    assert needed(tmp_path / "written.onnx", False) > 0.7 * scores
    assert needed(tmp_path / "whole.onnx", True) < 0.3 * scores
