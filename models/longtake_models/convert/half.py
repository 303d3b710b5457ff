"""The same network computing in fp16, for graphics cards: another ONNX file of structure over the same file of weights.

Inputs and outputs stay fp32. What is computed of one number per sample before the first product (the embedding of the
timestep) and what follows the last one (moments, reshapes) stays fp32 too: it costs nothing there. Everything between is
in fp16. The statistics of norms, softmax and the sums of products are fp32 inside of ONNX Runtime's CUDA kernels.
"""

from __future__ import annotations

import numpy as np
import onnx
import onnx_ir as ir

PRODUCTS = {"MatMul", "Gemm", "Conv", "MultiHeadAttention"}


def of(model: ir.Model) -> int:
    """Turn a graph that `writer` has made, in place. Returns how many nodes now compute in fp16."""
    graph = model.graph
    _drop_casts_of_weights(graph)
    exact = _leading(graph) | _trailing(graph)
    exact |= {n for n in graph if n.op_type == "Constant" or any(v is not None and _too_large(v) for v in n.inputs)}
    halves = _Casts(graph, ir.DataType.FLOAT16)
    floats = _Casts(graph, ir.DataType.FLOAT)
    outputs, count = set(graph.outputs), 0
    for node in list(graph):
        wanted = floats if node in exact else halves
        for i in _flexible(node):
            node.replace_input_with(i, wanted.of(node.inputs[i], node))
        if node in exact:
            continue
        count += 1
        if node.op_type == "Cast" and node.attributes["to"].as_int() == ir.DataType.FLOAT:
            node.attributes["to"] = ir.AttrInt64("to", int(ir.DataType.FLOAT16))
        for value in node.outputs:
            if value.dtype == ir.DataType.FLOAT:
                value.dtype = ir.DataType.FLOAT16
                if value in outputs:
                    _widen(graph, value, node)
    for name, value in list(graph.initializers.items()):
        if not value.uses() and not value.is_graph_output():
            del graph.initializers[name]
    return count


def _drop_casts_of_weights(graph: ir.Graph) -> None:
    """Weights lie in the file in fp16 already; what is too large for that lies there in fp32."""
    for node in list(graph):
        source = node.inputs[0] if node.op_type == "Cast" else None
        if source is not None and source.is_initializer() and source.dtype == ir.DataType.FLOAT16:
            ir.convenience.replace_all_uses_with(node.outputs[0], source)
            graph.remove(node, safe=True)


def _leading(graph: ir.Graph) -> set[ir.Node]:
    """What depends on nothing but inputs of one number per sample, before any product."""
    known = {value for value in graph.inputs if value.shape is not None and len(value.shape) == 1}
    nodes = set()
    for node in graph:
        given = [v for v in node.inputs if v is not None and not v.is_initializer() and not _is_constant(v)]
        if given and node.op_type not in PRODUCTS and all(v in known for v in given):
            nodes.add(node)
            known.update(node.outputs)
    return nodes


def _trailing(graph: ir.Graph) -> set[ir.Node]:
    """What no product depends on."""
    nodes: set[ir.Node] = set()
    for node in reversed(list(graph)):
        if node.op_type in PRODUCTS or node.op_type == "Cast":
            continue
        readers = [use.node for value in node.outputs for use in value.uses()]
        if all(reader in nodes for reader in readers):
            nodes.add(node)
    return nodes


def _is_constant(value: ir.Value) -> bool:
    producer = value.producer()
    return producer is not None and producer.op_type == "Constant"


def _too_large(value: ir.Value) -> bool:
    """Is it a weight or constant that fp16 has not the range for?"""
    if not value.is_initializer() or value.dtype != ir.DataType.FLOAT or value.const_value is None:
        return False
    if isinstance(value.const_value, ir.ExternalTensor):
        return True  # it is in the file of weights in fp32 for no other reason
    array = value.const_value.numpy()
    with np.errstate(over="ignore"):
        return not np.isfinite(array.astype(np.float16)).all()


def _flexible(node: ir.Node) -> list[int]:
    """Inputs that may be of fp16 or fp32: not, for instance, the factors of a Resize."""
    if node.op_type == "Cast":
        return []  # takes anything
    places = []
    declared = onnx.defs.get_schema(node.op_type, 20, "").inputs if node.domain in ("", "ai.onnx") else ()
    for i, value in enumerate(node.inputs):
        if value is None or value.dtype not in (ir.DataType.FLOAT, ir.DataType.FLOAT16):
            continue
        if not declared or not declared[min(i, len(declared) - 1)].type_str.startswith("tensor("):
            places.append(i)
    return places


class _Casts:
    """Values in one precision, each cast once, right before its first reader."""

    def __init__(self, graph: ir.Graph, dtype: ir.DataType) -> None:
        self.graph, self.dtype = graph, dtype
        self.made: dict[ir.Value, ir.Value] = {}

    def of(self, value: ir.Value, reader: ir.Node) -> ir.Value:
        if value.dtype == self.dtype:
            return value
        if value not in self.made:
            self.made[value] = self._constant(value) or self._cast(value, reader)
        return self.made[value]

    def _constant(self, value: ir.Value) -> ir.Value | None:
        if not value.is_initializer() or isinstance(value.const_value, ir.ExternalTensor):
            return None
        name = f"{value.name}__{self.dtype.name.lower()}"
        tensor = ir.tensor(value.const_value.numpy().astype(self.dtype.numpy()), name=name)
        result = ir.Value(name=name, shape=tensor.shape, type=ir.TensorType(self.dtype), const_value=tensor)
        self.graph.register_initializer(result)
        return result

    def _cast(self, value: ir.Value, reader: ir.Node) -> ir.Value:
        cast = ir.node("Cast", [value], {"to": int(self.dtype)})
        result = cast.outputs[0]
        result.name = f"{value.name}__{self.dtype.name.lower()}"
        result.shape, result.type = value.shape, ir.TensorType(self.dtype)
        self.graph.insert_before(reader, cast)
        return result


def _widen(graph: ir.Graph, value: ir.Value, producer: ir.Node) -> None:
    """Let a graph's output stay fp32 under its own name."""
    cast = ir.node("Cast", [value], {"to": int(ir.DataType.FLOAT)})
    wide = cast.outputs[0]
    name = value.name
    wide.shape, wide.type = value.shape, ir.TensorType(ir.DataType.FLOAT)
    graph.outputs[list(graph.outputs).index(value)] = wide
    value.name, wide.name = f"{name}__half", name
    graph.insert_after(producer, cast)
