"""One PyTorch part -> one ONNX file: dynamic batch, weights stored in fp16 or int8; checked by ONNX Runtime."""

from __future__ import annotations

import logging
import warnings
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import onnx
import onnx_ir as ir
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from ..networks import attention
from . import int8, norms
from .graphs import Graph

OPSET = 20
"""The first that has GELU as one operator."""
HALF_FROM = 512
"""Floats with fewer elements stay fp32: biases and norms weigh nothing, and shape constants must stay exact."""
TOLERANCE = 1e-3
TOLERANCE_INT8 = 0.3
"""On pure noise, the worst input: every 8-bit layer adds about a hundredth, of no direction, and guidance multiplies it; a
wrong layer adds 1 and more."""


@torch.no_grad()
def round_weights(model: nn.Module) -> None:
    """Round every parameter to what fp16 storage keeps, so that PyTorch and the pack have the same weights."""
    for parameter in model.parameters():
        rounded = parameter.half().float()
        if not torch.isfinite(rounded).all():
            raise ValueError("a weight does not fit in fp16")
        parameter.copy_(rounded)


def store_half(model: onnx.ModelProto) -> int:
    """Store large fp32 initializers as fp16 followed by a Cast, which ONNX Runtime folds at load. Returns how many."""
    graph = model.graph
    casts, count = [], 0
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or int(np.prod(tensor.dims)) < HALF_FROM:
            continue
        exact = numpy_helper.to_array(tensor)
        half = exact.astype(np.float16)
        if not np.array_equal(half.astype(np.float32), exact):
            continue  # a folded product of weights, not a weight: keep it exact
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(half, name + "__half"))
        casts.append(helper.make_node("Cast", [name + "__half"], [name], name=name + "__cast", to=TensorProto.FLOAT))
        count += 1
    for cast in reversed(casts):
        graph.node.insert(0, cast)
    return count


def export(graph: Graph, folder: Path) -> Path:
    """Write `<folder>/<name>.onnx`."""
    path = folder / f"{graph.name}.onnx"
    program = translate(graph)
    norms.rewrite(program.model)
    save(program.model_proto, path)
    return path


def translate(graph: Graph, optimize: bool = True, whole_attention: bool = False) -> torch.onnx.ONNXProgram:
    """The graph in ONNX's operators, for any batch size.

    `whole_attention`: with attention as one operator, ONNX Runtime's own com.microsoft.MultiHeadAttention.
    """
    module = graph.module.eval()
    example = graph.example(2, torch.Generator().manual_seed(0))
    batch = torch.export.Dim(graph.batch_axis, min=1, max=1024)
    shapes = tuple({0: batch} if isinstance(shape[0], str) else {} for shape in graph.inputs.values())
    for noisy in ("torch.onnx", "onnxscript", "onnx_ir"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    form = attention.whole(module) if whole_attention else nullcontext()
    with warnings.catch_warnings(), torch.no_grad(), form:
        warnings.simplefilter("ignore")
        return torch.onnx.export(
            module,
            tuple(example.values()),
            input_names=list(graph.inputs),
            output_names=list(graph.outputs),
            dynamic_shapes=(shapes,),  # the module takes *inputs: one argument that is a tuple
            opset_version=OPSET,
            dynamo=True,
            optimize=optimize,
            verbose=False,
        )


def quantize(graph: Graph, path: Path) -> bool:
    """Let the large layers of the exported file multiply in 8 bits, where the graph is meant to. Returns whether it has any."""
    if not graph.int8_channels:
        return False
    model = ir.load(path)
    count = int8.quantize(model, graph.int8_channels)
    if count:
        save(ir.to_proto(model), path)
    return count > 0


def save(model: onnx.ModelProto, path: Path) -> None:
    """Write the file as small as it can be."""
    store_half(model)
    strip(model)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def strip(model: onnx.ModelProto) -> None:
    """Take out what only says how the file was made."""
    for node in model.graph.node:  # stack traces and module names of the exporter: size, and paths of the build machine
        del node.metadata_props[:]
        node.doc_string = ""
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output, *model.graph.initializer]:
        del value.metadata_props[:]
        value.doc_string = ""
    del model.graph.metadata_props[:]
    del model.metadata_props[:]
    model.producer_name = "longtake"


def session(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def run(graph: Graph, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same in PyTorch, by output name."""
    with torch.no_grad():
        result = graph.module(*(inputs[name] for name in graph.inputs))
    return dict(zip(graph.outputs, result if isinstance(result, tuple) else (result,), strict=True))


def relative_error(expected: np.ndarray, actual: np.ndarray) -> float:
    """Norm of the difference over the norm of what was expected."""
    return float(np.linalg.norm(actual - expected) / max(np.linalg.norm(expected), 1e-12))


def check(graph: Graph, path: Path, tolerance: float = TOLERANCE) -> float:
    """Largest relative error of ONNX Runtime against PyTorch over batch sizes 1, 2 and 3; raises beyond `tolerance`."""
    runtime, worst = session(path), 0.0
    if [i.name for i in runtime.get_inputs()] != list(graph.inputs):
        raise ValueError(f"{path.name}: inputs are {[i.name for i in runtime.get_inputs()]}")
    for batch in (1, 2, 3):
        inputs = graph.example(batch, torch.Generator().manual_seed(batch))
        actual = runtime.run(list(graph.outputs), {name: value.numpy() for name, value in inputs.items()})
        for name, array in zip(graph.outputs, actual, strict=True):
            expected = run(graph, inputs)[name].numpy()
            if expected.shape != array.shape:
                raise ValueError(f"{path.name}: {name} has shape {array.shape}, not {expected.shape}")
            worst = max(worst, relative_error(expected, array))
    if worst > tolerance:
        raise ValueError(f"{path.name}: differs from PyTorch by {worst:.2e}")
    return worst
