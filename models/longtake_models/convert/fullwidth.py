"""`python -m longtake_models fullwidth`: every network of the original at its full width, converted, against PyTorch.

The weights are random, of sizes that keep activations finite. A network at a time: the converter writes it, PyTorch computes
it in fp32, ONNX Runtime computes it from the converted files, and the files are deleted. Each of the three is a process of
its own, so that its memory is measured and given back, and never are two copies of a network in memory.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import re
import resource
import shutil
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from ..config import VideoConfig
from ..export import onnx_export
from ..export.graphs import Graph
from ..original import ORIGINAL, OriginalConfig
from . import sources, writer

SMALL = VideoConfig(width=256, height=144, fps=8, frames=24)
"""What the enhancer's networks see here instead of 1280 x 720: their 18 rows of latents go 18, 10, 6, 4 and back."""
SAME = {"first_text_encoder": "text_encoder", "enhancer_text_encoder": "text_encoder", "first_vae_decoder": "vae_decoder"}
"""Networks of the same sizes as another one."""


def check_config() -> OriginalConfig:
    return replace(ORIGINAL, enhancer=replace(ORIGINAL.enhancer, video=SMALL))


class RandomWeights(Mapping[str, Tensor]):
    """The weight of a name, made of nothing but the name, whenever it is asked for; remembers which were."""

    def __init__(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.shapes = shapes
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Tensor:
        shape = self.shapes[name]
        self.asked.add(name)
        noise = torch.randn(shape, generator=torch.Generator().manual_seed(zlib.crc32(name.encode())))
        if len(shape) > 1:
            return writer.rounded(noise.mul_(math.prod(shape[1:]) ** -0.5))
        if shape == ():  # APM's gates
            return writer.rounded(noise.mul_(0.1).add_(0.5))
        is_scale = name.endswith(".weight")  # of a norm
        return writer.rounded(noise.mul_(0.05).add_(1.0 if is_scale else 0.0))

    def __iter__(self) -> Iterator[str]:
        return iter(self.shapes)

    def __len__(self) -> int:
        return len(self.shapes)


@dataclass(frozen=True)
class Step:
    """What one process has to tell."""

    seconds: float
    peak: int
    """Bytes, of the whole process."""
    figures: dict


def names() -> list[str]:
    return [name for source in sources.without_files(ORIGINAL) for name in source.parts if name not in SAME]


def _find(name: str, config: OriginalConfig) -> tuple[Graph, nn.Module]:
    """The graph in its layout, which has no memory."""
    source = next(s for s in sources.without_files(config) if name in s.parts)
    network = writer.layout(source.build)
    return next(g for g in source.graphs(network) if g.name == name), network


def convert(name: str, folder: Path) -> dict:
    graph, network = _find(name, check_config())
    weights = RandomWeights(writer.shapes(network))
    writer.furnish(network, weights)
    made = [*writer.write(graph, network, weights, folder, lambda count: None)]
    if name in sources.HALF:
        made.append(writer.write_half(name, folder))
    (folder / "weights.json").write_text(json.dumps(sorted(weights.asked)))
    return {"bytes": [file.bytes for file in made]}


def compute(name: str, folder: Path) -> dict:
    """In PyTorch. Fills the parameters that the graph needs; the rest of the layout stays without memory.

    -> the largest number that any layer gives: fp16 ends at 65504.
    """
    graph, network = _find(name, check_config())
    weights = RandomWeights(writer.shapes(network))
    needed = set(json.loads((folder / "weights.json").read_text()))
    for prefix, module in network.named_modules():
        for own in list(module._parameters):
            if (full := f"{prefix}.{own}" if prefix else own) in needed:
                module._parameters[own] = nn.Parameter(weights[full], requires_grad=False)
    largest = 0.0

    def look(module: nn.Module, inputs: object, output: object) -> None:
        nonlocal largest
        if isinstance(output, Tensor):
            largest = max(largest, float(output.abs().max()))

    for module in network.modules():
        module.register_forward_hook(look)
    inputs = graph.example(1, torch.Generator().manual_seed(5))
    outputs = onnx_export.run(graph, inputs)
    for kind, tensors in (("in", inputs), ("out", outputs)):
        for key, tensor in tensors.items():
            np.save(folder / f"{kind}.{key}.npy", tensor.numpy())
    return {"largest": largest}


def run_converted(name: str, file: str, folder: Path) -> dict:
    """In ONNX Runtime. -> seconds of the pass, and the largest relative error of all outputs."""
    graph, _ = _find(name, check_config())
    session = onnx_export.session(folder / file)
    inputs = {key: np.load(folder / f"in.{key}.npy") for key in graph.inputs}
    started = time.monotonic()
    actual = session.run(list(graph.outputs), inputs)
    seconds = time.monotonic() - started
    expected = [np.load(folder / f"out.{key}.npy") for key in graph.outputs]
    if not all(np.isfinite(array).all() for array in actual):
        raise ValueError(f"{file} gives numbers that aren't finite")
    error = max(onnx_export.relative_error(e, a) for e, a in zip(expected, actual, strict=True))
    return {"pass": seconds, "error": error}


def _measured(step: Callable[..., dict], *arguments: object) -> Step:
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    started = time.monotonic()
    figures = step(*arguments)
    return Step(time.monotonic() - started, 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, figures)


def _alone(step: Callable[..., dict], *arguments: object) -> Step:
    """In a fresh process."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measured, step, *arguments).result()


def count(name: str) -> tuple[float, float]:
    """(parameters, floating-point operations of one pass of batch 1), at the size that the original works at."""
    graph, network = _find(name, ORIGINAL)
    with torch.device("meta"):
        inputs = {key: value.to("meta") for key, value in graph.example(1, torch.Generator().manual_seed(0)).items()}
    network.to("meta")
    with FlopCounterMode(display=False) as counter:
        onnx_export.run(graph, inputs)
    source = next(s for s in sources.without_files(ORIGINAL) if name in s.parts)
    parameters = {n: p for n, p in network.named_parameters() if re.match("|".join(source.parts[name]), n)}
    return sum(p.numel() for p in parameters.values()), counter.get_total_flops()


def run(arguments: argparse.Namespace) -> None:
    chosen = arguments.only or names()
    if unknown := set(chosen) - set(names()):
        raise SystemExit(f"fullwidth: no such network: {', '.join(sorted(unknown))}; there are {', '.join(names())}")
    if arguments.count:
        for name in chosen:
            parameters, operations = count(name)
            print(f"| {name} | {parameters / 1e6:.0f} M | {operations / 1e12:.2f} |", flush=True)
        return
    print("| network | weights, GB | converting: s, peak GB | PyTorch: s, peak GB, largest number "
          "| ONNX Runtime: s a pass, peak GB | relative error | fp16: relative error |", flush=True)  # fmt: skip
    failed = []
    for name in chosen:
        folder = arguments.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            made = _alone(convert, name, folder)
            reference = _alone(compute, name, folder)
            full = _alone(run_converted, name, f"{name}.onnx", folder)
            half = _alone(run_converted, name, f"{name}.half.onnx", folder) if name in sources.HALF else None
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        cells = [
            name,
            f"{made.figures['bytes'][1] / 1e9:.2f}",
            f"{made.seconds:.0f}, {made.peak / 1e9:.1f}",
            f"{reference.seconds:.0f}, {reference.peak / 1e9:.1f}, {reference.figures['largest']:.0f}",
            f"{full.figures['pass']:.1f}, {full.peak / 1e9:.1f}",
            f"{full.figures['error']:.1e}",
            f"{half.figures['error']:.1e}" if half else "",
        ]
        print(f"| {' | '.join(cells)} |", flush=True)
        if full.figures["error"] > onnx_export.TOLERANCE:
            failed.append(name)
    if failed:
        raise SystemExit(f"fullwidth: more than {onnx_export.TOLERANCE} from PyTorch: {', '.join(failed)}")
