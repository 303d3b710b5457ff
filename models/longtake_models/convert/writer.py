"""A network as an ONNX file of structure and a file of weights beside it, which is never in memory as a whole.

Large parameters are placeholders while the network is translated. Their values are then read from the checkpoint, one
at a time, and appended to the file of weights in fp16. ONNX Runtime maps that file.
"""

from __future__ import annotations

import hashlib
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Callable, Mapping

import numpy as np
import onnx
import onnx_ir as ir
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode

from ..export import onnx_export
from ..export.graphs import Graph
from . import half

IN_FILE = 8192
"""Parameters with at most so many numbers are in the ONNX file itself, where they may be folded into others."""
ALIGNMENT = 4096
"""Of every tensor in the file of weights: the page size, so that it can be mapped (ONNX's advice)."""


def rounded(tensor: Tensor) -> Tensor:
    """The numbers that fp16 keeps of a weight, as fp32; all of them where fp16 has not the range."""
    half = tensor.detach().half().float()
    return half if torch.isfinite(half).all() else tensor.detach().float().clone()


def layout(build: Callable[[], nn.Module]) -> nn.Module:
    """The network without memory for its parameters."""
    with torch.device("meta"):
        return build().eval().requires_grad_(False)


def shapes(network: nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(t.shape) for name, t in network.state_dict().items()}


def stored_bytes(parameter: Tensor) -> int:
    """Disk that a parameter takes: in fp16, page by page, or as it is within the ONNX file."""
    size = parameter.numel()
    return math.ceil(2 * size / ALIGNMENT) * ALIGNMENT if size > IN_FILE else 4 * size


def furnish(network: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Give a layout's small parameters their values and let the large ones be placeholders."""
    mode = FakeTensorMode(allow_non_fake_inputs=True)
    for prefix, module in network.named_modules():
        for name, parameter in list(module._parameters.items()):
            if parameter is None:
                continue
            full = f"{prefix}.{name}" if prefix else name
            if parameter.numel() <= IN_FILE:
                value = rounded(weights[full])
            else:
                with mode:
                    value = torch.empty(parameter.shape)
            module._parameters[name] = nn.Parameter(value, requires_grad=False)


@dataclass(frozen=True)
class Placeholder:
    weight: str
    """Its name in the layout."""
    axes: tuple[int, ...]
    """Order in which its axes are stored."""


@dataclass(frozen=True)
class Stored:
    """A file of a pack."""

    file: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Made:
    """A finished graph: its ONNX file and the weights that it refers to."""

    graph: Stored
    weights: Stored
    half: Stored | None = None
    """Another ONNX file over the same weights, which computes in fp16."""

    @property
    def files(self) -> list[Stored]:
        return [f for f in (self.graph, self.weights, self.half) if f is not None]


class WeightsFile:
    """Tensors one after the other, hashed while they are written."""

    def __init__(self, file: BinaryIO, progress: Callable[[int], None]) -> None:
        self.file, self.progress = file, progress
        self.digest, self.size = hashlib.sha256(), 0

    def append(self, array: np.ndarray) -> int:
        """Returns where it begins."""
        if gap := -self.size % ALIGNMENT:
            self._write(bytes(gap))
        start = self.size
        self._write(memoryview(np.ascontiguousarray(array)).cast("B"))
        return start

    def _write(self, data: bytes | memoryview) -> None:
        self.file.write(data)
        self.digest.update(data)
        self.size += len(data)
        self.progress(len(data))


def write(
    graph: Graph, network: nn.Module, weights: Mapping[str, Tensor], folder: Path, progress: Callable[[int], None]
) -> tuple[Stored, Stored]:
    """Write `<name>.onnx` and `<name>.weights`. Returns what they are; the second holds what the first refers to.

    `network`: the furnished layout that the graph is a part of. `progress` is told every number of bytes written.
    """
    model, placeholders = _translate(graph, network)
    unfinished, data = folder / f"{graph.name}.weights.part", folder / f"{graph.name}.weights"
    with unfinished.open("wb") as file:
        out = WeightsFile(file, progress)
        for name, placeholder in placeholders.items():
            value = model.graph.initializers[name]
            tensor = weights[placeholder.weight]
            if not torch.isfinite(tensor).all():
                raise ValueError(f"{placeholder.weight} holds numbers that aren't finite")
            close = tensor.detach().half()
            fits = bool(torch.isfinite(close).all())
            stored = (close if fits else tensor.detach().float()).permute(placeholder.axes).contiguous().numpy()
            start = out.append(stored)
            kind = ir.DataType.FLOAT16 if fits else ir.DataType.FLOAT
            external = ir.ExternalTensor(
                data.name, start, stored.nbytes, kind, shape=ir.Shape(stored.shape), name=name, base_dir=str(folder)
            )
            _fill(model.graph, value, external)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, data)
    return _save(model, folder / f"{graph.name}.onnx"), Stored(data.name, out.digest.hexdigest(), out.size)


def write_half(name: str, folder: Path) -> Stored:
    """Write `<name>.half.onnx` beside a finished `<name>.onnx`: the same network in fp16, over the same weights."""
    model = ir.load(folder / f"{name}.onnx")
    half.of(model)
    return _save(model, folder / f"{name}.half.onnx")


def _translate(graph: Graph, network: nn.Module) -> tuple[ir.Model, dict[str, Placeholder]]:
    names = {id(p): name for name, p in network.named_parameters()}
    parameters = dict(graph.module.named_parameters())
    program = onnx_export.translate(graph, optimize=False, whole_attention=True)
    placeholders = {}
    for name, value in program.model.graph.initializers.items():
        parameter = parameters.get(name)
        if isinstance(parameter, FakeTensor):
            placeholders[name] = Placeholder(names[id(parameter)], tuple(range(parameter.dim())))
            value.shape, value.dtype = ir.Shape(parameter.shape), ir.DataType.FLOAT
            value.const_value = None  # there is nothing to fold yet
    program.optimize()
    _fold_transposes(program.model.graph, placeholders)
    return program.model, {name: p for name, p in placeholders.items() if name in program.model.graph.initializers}


def _fold_transposes(graph: ir.Graph, placeholders: dict[str, Placeholder]) -> None:
    """Store a weight the way its only reader turns it."""
    for node in list(graph):
        if node.op_type != "Transpose" or node.inputs[0] is None:
            continue
        weight = node.inputs[0]
        if weight.name not in placeholders or len(weight.uses()) != 1:
            continue
        axes = tuple(node.attributes["perm"].as_ints())
        before = placeholders[weight.name]
        placeholders[weight.name] = Placeholder(before.weight, tuple(before.axes[a] for a in axes))
        weight.shape = ir.Shape([weight.shape[a] for a in axes])
        ir.convenience.replace_all_uses_with(node.outputs[0], weight)
        graph.remove(node, safe=True)


def _fill(graph: ir.Graph, value: ir.Value, tensor: ir.ExternalTensor) -> None:
    """Let an initializer be the tensor; where that is in fp16, by way of a Cast, which ONNX Runtime folds at load."""
    if tensor.dtype == ir.DataType.FLOAT:
        value.const_value = tensor
        return
    name = value.name
    del graph.initializers[name]
    tensor.name = f"{name}__half"
    half = ir.Value(name=tensor.name, shape=tensor.shape, type=ir.TensorType(ir.DataType.FLOAT16), const_value=tensor)
    graph.register_initializer(half)
    cast = ir.node("Cast", [half], {"to": int(ir.DataType.FLOAT)}, name=f"{name}__cast")
    cast.outputs[0].shape, cast.outputs[0].type = value.shape, ir.TensorType(ir.DataType.FLOAT)
    ir.convenience.replace_all_uses_with(value, cast.outputs[0])
    value.name = None
    cast.outputs[0].name = name
    graph.insert_before(graph[0], cast)


def _save(model: ir.Model, path: Path) -> Stored:
    proto = ir.to_proto(model)
    onnx_export.strip(proto)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_bytes(proto.SerializeToString())
    onnx.checker.check_model(str(unfinished))
    os.replace(unfinished, path)
    return stored(path)


def refer(path: Path, weights: str, instead: str) -> Stored:
    """Let an ONNX file refer to another file of the very same weights."""
    model = onnx.load(path, load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location" and entry.value == weights:
                entry.value = instead
    unfinished = path.with_name(path.name + ".part")
    onnx.save(model, unfinished)
    os.replace(unfinished, path)
    return stored(path)


def stored(path: Path) -> Stored:
    with path.open("rb") as file:
        return Stored(path.name, hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)
