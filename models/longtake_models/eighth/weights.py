"""Weights made by the formula, shown to the converter as if a publisher shipped them, and the recipe that makes its files."""

from __future__ import annotations

import hashlib
import itertools
import math
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Iterable, Mapping, Sequence

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from ..convert import writer
from ..convert.sources import Source
from . import formula

DEVIATION = 74.0
"""Of a byte."""

GAINS = (
    # Queries meet keys that no norm has tamed.
    (r"cross_attention_merger.*\.to_[qk]\.", 0.5),
    # What goes round everything else neither grows nor dies away; what is added to it is small beside it.
    (r"(down|up)samplers\.|conv_shortcut\.|cross_attention_merger", 1.0),
    (r"\.conv2\.|\.temp_convs\.\d+\.conv4\.|\.proj_out\.|to_out\.|out_proj\.|\.ff\.net\.2\.|\.fc2\.|\.c_proj\.", 0.7),
    (r"\.attn2\.|(token|position)_embedding\.|\.positional_embedding$|class_embedding$", 1.0),
    # Latents that random networks make are many times too large, and guidance and fifty steps make small errors large.
    (r"^enhancer_unet/conv_out\.", 0.1),
    (r"/(base_model\.)?conv_out\.", 0.4),
    (r"\bpost_quant_conv\.", 0.3),
    (r"\b(de|en)coder\.conv_out\.", 0.7),
    (r"", 1.4),
)
"""By full name, the first that fits: deviation of a layer's answer to normal numbers; the last makes up for what activations lose."""


@dataclass(frozen=True)
class Draw:
    """How a tensor is made: `offset` + (byte - 128) * 2^`exponent`."""

    seed: int
    exponent: int
    offset: float = 0.0

    def values(self, count: int) -> np.ndarray:
        return formula.weights(self.seed, count, self.exponent).astype(np.float32) + np.float32(self.offset)


def draw(name: str, full_name: str, shape: Sequence[int]) -> Draw:
    """`full_name` says whose weight it is, too: it decides the bytes."""
    seed = int.from_bytes(hashlib.sha256(full_name.encode()).digest()[:6], "big")
    if re.search(r"(norm\w*|ln_\w+|conv_ln|conv\d\.0)\.weight$", name) and len(shape) == 1:
        return Draw(seed, -9, 1.0)
    if not shape:  # the gate of APM
        return Draw(seed, -9, 1.0)
    if name.endswith("bias"):
        return Draw(seed, -10)
    gain = next(g for pattern, g in GAINS if re.search(pattern, full_name))
    embedded = "embedding" in name and not re.search(r"time_embedding|context_embedding|cond_embedding", name)
    inputs = 1 if embedded else shape[0] if name.endswith("visual.proj") else math.prod(shape[1:])
    return Draw(seed, round(math.log2(gain / (DEVIATION * math.sqrt(inputs)))))


class Drawn(Source):
    """A source whose file holds nothing: its weights are drawn."""

    owner: str

    @staticmethod
    def of(source: Source, owner: str) -> Drawn:
        """`owner` begins the weights' full names: networks of one owner have the same."""
        made = Drawn(**{f.name: getattr(source, f.name) for f in fields(source)})
        object.__setattr__(made, "owner", owner)
        return made

    def draws(self) -> dict[str, Draw]:
        return {n: draw(n, f"{self.owner}{n}", shape) for n, shape in writer.shapes(writer.layout(self.build)).items()}

    def read(self, inert: Sequence[str] = ()) -> dict[str, Tensor]:
        """In PyTorch's order of numbers; that of the files is the writer's."""
        shapes = writer.shapes(writer.layout(self.build))
        return {
            name: torch.from_numpy(how.values(math.prod(shapes[name])).reshape(shapes[name]))
            for name, how in self.draws().items()
        }


@dataclass(frozen=True)
class Entry:
    """A tensor within a file of weights."""

    offset: int
    count: int
    exponent: int
    seed: int


@dataclass(frozen=True)
class Recipe:
    """What a file of weights holds; 0 between the entries."""

    bytes: int
    entries: tuple[Entry, ...]

    def write(self, file: Path) -> str:
        """Returns the file's sha256."""
        content = bytearray(self.bytes)
        for entry in self.entries:
            made = formula.weights(entry.seed, entry.count, entry.exponent).tobytes()
            content[entry.offset : entry.offset + len(made)] = made
        file.write_bytes(content)
        return hashlib.sha256(content).hexdigest()


class Stored:
    """A source's tensors as the converter stored them, found again by what they hold: in which order their numbers lie is
    the translation's business.
    """

    def __init__(self, source: Drawn) -> None:
        self.draws = source.draws()
        self.weights = source.read()
        self.by_content = {_content(w.numpy()): n for n, w in self.weights.items() if w.numel() > 1}
        self.entries: dict[str, dict[int, Entry]] = {}
        """By file and offset."""
        self.final: dict[str, Tensor] = {}

    def recognise(self, graph: Path) -> None:
        """Take what an ONNX file refers to; from here on, the weights are those that the formula makes in the stored order."""
        for tensor in onnx.load(graph, load_external_data=False).graph.initializer:
            if tensor.data_location != onnx.TensorProto.EXTERNAL:
                continue
            where = {e.key: e.value for e in tensor.external_data}
            offset, length = int(where["offset"]), int(where["length"])
            shape = tuple(tensor.dims)
            kept = np.fromfile(graph.with_name(where["location"]), "<f2", length // 2, offset=offset).reshape(shape)
            name = self.by_content.get(_content(kept))
            if tensor.data_type != onnx.TensorProto.FLOAT16 or name is None:
                raise ValueError(f"{graph.name}: {tensor.name} is not a weight as it was drawn")
            how = self.draws[name]
            entry = Entry(offset, kept.size, how.exponent, how.seed)
            entries = self.entries.setdefault(where["location"], {})
            if entries.setdefault(offset, entry) != entry:
                raise ValueError(f"{graph.name}: {tensor.name} lies where another weight lies")
            axes = _axes(self.weights[name].numpy(), kept)
            ordered = how.values(kept.size).reshape(shape).transpose(np.argsort(axes))
            final = torch.from_numpy(np.ascontiguousarray(ordered))
            if not torch.equal(self.final.setdefault(name, final), final):
                raise ValueError(f"{name} is stored in two orders")

    def furnish(self, network: nn.Module) -> None:
        """Give a network the weights that the finished pack has."""
        network.load_state_dict({n: writer.rounded(self.final.get(n, w)) for n, w in self.weights.items()})


def _content(array: np.ndarray) -> tuple[int, float, float]:
    """Equal for the same numbers in any order: sums of bytes times a power of two are exact."""
    numbers = array.astype(np.float64).ravel()
    return numbers.size, float(numbers.sum()), float((numbers**2).sum())


def _axes(weight: np.ndarray, kept: np.ndarray) -> tuple[int, ...]:
    for axes in itertools.permutations(range(weight.ndim)):
        turned = weight.transpose(axes)
        if turned.shape == kept.shape and np.array_equal(turned, kept):
            return axes
    raise ValueError(f"{kept.shape} holds other numbers than {weight.shape}")


def recipes(stored: Iterable[Stored], sizes: Mapping[str, int]) -> dict[str, Recipe]:
    """By file; `sizes`: its bytes."""
    entries: dict[str, dict[int, Entry]] = {}
    for tensors in stored:
        for file, found in tensors.entries.items():
            entries.setdefault(file, {}).update(found)
    return {file: Recipe(sizes[file], tuple(e for _, e in sorted(found.items()))) for file, found in entries.items()}
