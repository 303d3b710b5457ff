"""Multiplications in 8 bits: a processor with VNNI does four of them in the time of one in fp32.

Weights are rounded once, with one scale per output channel; activations while the graph runs, with the range that they
have (`DynamicQuantizeLinear`), so that nothing has to be calibrated. Products are added up in whole numbers: they are
the same however the work is divided between threads. Only standard operators are written; ONNX Runtime joins them to
its own fast ones when it loads the graph.
"""

from __future__ import annotations

from typing import Iterable

import numpy as np
import onnx_ir as ir
from onnx_ir.passes.common import RemoveUnusedNodesPass
from onnxscript import optimizer

LEVELS = 127
"""Weights are whole numbers from -127 to 127 times their channel's scale."""
_NO_LIMIT = 1 << 40


def round_to_int8(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """weight (K,N) -> whole numbers (K,N) int8 and scales (N,) float32."""
    scale = np.maximum(np.abs(weight).max(axis=0), 1e-12) / LEVELS
    return np.rint(weight / scale).astype(np.int8), scale.astype(np.float32)


class _Rewriter:
    """Replaces `MatMul`s and `Conv`s of one graph, each by several nodes put before it."""

    def __init__(self, graph: ir.Graph, channels: int) -> None:
        self.graph = graph
        self.channels = channels
        self.rounded: dict[ir.Value, tuple[ir.Value, ir.Value, ir.Value]] = {}
        self.turned: dict[ir.Value, ir.Value] = {}
        self.count = 0

    def run(self) -> int:
        for node in list(self.graph):
            weight = self.weight(node)
            if weight is None:
                continue
            if node.op_type == "MatMul":
                self.matmul(node, weight)
            else:
                self.convolution(node, weight)
            self.count += 1
        return self.count

    def weight(self, node: ir.Node) -> np.ndarray | None:
        """The constant weight of a layer that is large enough: (K,N) of a product, (N,C,kh,kw) of a convolution."""
        if node.op_type not in ("MatMul", "Conv") or node.inputs[1] is None or node.inputs[1].const_value is None:
            return None
        weight = node.inputs[1].const_value.numpy()
        plain = weight.ndim == 2 if node.op_type == "MatMul" else weight.ndim == 4 and _attribute(node, "group", 1) == 1
        return weight if plain and min(weight.shape[:2]) >= self.channels else None

    def insert(self, before: ir.Node, op: str, inputs: Iterable[ir.Value], outputs: int = 1, **attributes) -> list[ir.Value]:
        node = ir.node(op, list(inputs), attributes, num_outputs=outputs)
        self.graph.insert_before(before, node)
        return list(node.outputs)

    def constant(self, array: np.ndarray) -> ir.Value:
        name = f"int8_{len(self.graph.initializers)}"
        value = ir.Value(name=name, const_value=ir.tensor(array, name=name))
        self.graph.register_initializer(value)
        return value

    def sizes(self, *values: int) -> ir.Value:
        return self.constant(np.array(values, dtype=np.int64))

    def activations(self, node: ir.Node) -> tuple[ir.Value, ir.Value, ir.Value]:
        """The layer's input in 8 bits, its scale and its zero; rounded once for all layers that read it."""
        x = node.inputs[0]
        if x not in self.rounded:
            self.rounded[x] = tuple(self.insert(node, "DynamicQuantizeLinear", [x], outputs=3))
        return self.rounded[x]

    def product(self, node: ir.Node, left: ir.Value, scale: ir.Value, zero: ir.Value, weight: np.ndarray) -> ir.Value:
        """left (...,K) uint8, weight (K,N) -> (...,N) float."""
        whole, scales = round_to_int8(weight)
        (total,) = self.insert(node, "MatMulInteger", [left, self.constant(whole), zero])
        (total,) = self.insert(node, "Cast", [total], to=ir.DataType.FLOAT)
        (scale,) = self.insert(node, "Mul", [scale, self.constant(scales)])
        return self.insert(node, "Mul", [total, scale])[0]

    def matmul(self, node: ir.Node, weight: np.ndarray) -> None:
        self.replace(node, self.product(node, *self.activations(node), weight))

    def convolution(self, node: ir.Node, weight: np.ndarray) -> None:
        """A product with every window's pixels side by side; pixels are moved in 8 bits, channels last."""
        _, _, kh, kw = weight.shape
        top, left, bottom, right = _attribute(node, "pads", [0, 0, 0, 0])
        down, across = _attribute(node, "strides", [1, 1])
        height, width = (int(size) for size in node.inputs[0].shape[2:])
        height, width = (height + top + bottom - kh) // down + 1, (width + left + right - kw) // across + 1
        x, scale, zero = self.activations(node)
        if x not in self.turned:
            (self.turned[x],) = self.insert(node, "Transpose", [x], perm=[0, 2, 3, 1])
        x = self.turned[x]
        if top or left or bottom or right:
            (x,) = self.insert(node, "Pad", [x, self.sizes(0, top, left, 0, 0, bottom, right, 0), zero])
        if kh * kw > 1:
            axes, steps = self.sizes(1, 2), self.sizes(down, across)
            windows = []
            for i in range(kh):
                for j in range(kw):
                    end = self.sizes(i + (height - 1) * down + 1, j + (width - 1) * across + 1)
                    windows += self.insert(node, "Slice", [x, self.sizes(i, j), end, axes, steps])
            (x,) = self.insert(node, "Concat", windows, axis=3)
        y = self.product(node, x, scale, zero, weight.transpose(2, 3, 1, 0).reshape(-1, weight.shape[0]))
        if len(node.inputs) > 2 and node.inputs[2] is not None:
            (y,) = self.insert(node, "Add", [y, node.inputs[2]])
        self.replace(node, self.insert(node, "Transpose", [y], perm=[0, 3, 1, 2])[0])

    def replace(self, node: ir.Node, value: ir.Value) -> None:
        old = node.outputs[0]
        value.name, old.name = old.name, None
        value.shape, value.type = old.shape, old.type
        ir.convenience.replace_all_uses_with(old, value, replace_graph_outputs=True)
        self.graph.remove(node, safe=True)


def _attribute(node: ir.Node, name: str, default):
    return node.attributes[name].value if name in node.attributes else default


def quantize(model: ir.Model, channels: int) -> int:
    """Rewrite, in place, every layer with at least `channels` channels on either side. Returns how many there were."""
    # Weights may reach their layer through a Squeeze or a Split.
    optimizer.fold_constants(model, input_size_limit=_NO_LIMIT, output_size_limit=_NO_LIMIT)
    count = _Rewriter(model.graph, channels).run()
    RemoveUnusedNodesPass()(model)
    return count
