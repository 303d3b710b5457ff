"""`train judge`: trains the held-out judge on renders alone, measures it, and writes models/storybook-judge/.

The judge tells what a picture shows and never trains the generator. Training pictures are blurred, shifted,
recoloured and made noisy, because it has to read the softer pictures of a generator as well as crisp renders.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from .clips import sample_frame, sample_prompts, sample_take
from .judge_network import ACTION_FRAMES, FRAME_HEADS, ActionJudge, FrameJudge
from .vocabulary import SIZE, VOCABULARY

OUT = Path(__file__).resolve().parents[2] / "storybook-judge"
HELD_OUT_SEED = 9001
PROMPT_SEED = 9002
PROMPTS = 64

Batch = tuple[np.ndarray, dict[str, np.ndarray]]


def frame_batch(rng: np.random.Generator, count: int) -> Batch:
    """frames (count,64,64,3) uint8 and label -> (count,)."""
    samples = [sample_frame(rng) for _ in range(count)]
    return np.stack([s[0] for s in samples]), {n: np.array([s[2][n] for s in samples]) for n in FRAME_HEADS}


def action_batch(rng: np.random.Generator, count: int) -> Batch:
    """clips (count,8,64,64,3) uint8 of one action each."""
    clips = [sample_take(rng, ACTION_FRAMES) for _ in range(count)]
    return np.stack([c.frames for c in clips]), {"action": np.array([c.scene.action for c in clips])}


def to_input(pictures: np.ndarray) -> Tensor:
    """uint8 (...,H,W,3) -> float (...,3,H,W) in [-1,1]."""
    return torch.from_numpy(np.moveaxis(pictures, -1, -3).astype(np.float32) / 127.5 - 1)


def roughen(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Blur, shift, recolour, add noise: the same for all frames of a clip. (N,3,H,W) or (N,F,3,H,W)."""
    draw = lambda *shape: torch.rand(shape, generator=generator)  # noqa: E731
    shape = pictures.shape
    flat = pictures.reshape(-1, *shape[-3:])
    choice = float(draw(1))
    if choice < 0.5:
        sigma = 0.3 + 1.2 * float(draw(1))
        tap = torch.exp(-torch.arange(-3, 4).float() ** 2 / (2 * sigma**2))
        kernel = torch.outer(tap / tap.sum(), tap / tap.sum()).expand(3, 1, 7, 7)
        flat = functional.conv2d(functional.pad(flat, (3, 3, 3, 3), mode="replicate"), kernel, groups=3)
    elif choice < 0.65:
        half = functional.avg_pool2d(flat, 2)
        flat = functional.interpolate(half, scale_factor=2, mode="bilinear", align_corners=False)
    dy, dx = (int(v) for v in torch.randint(-3, 4, (2,), generator=generator))
    flat = functional.pad(flat, (3, 3, 3, 3), mode="replicate")[..., 3 + dy : 3 + dy + SIZE, 3 + dx : 3 + dx + SIZE]
    pictures = flat.reshape(shape)
    per = (shape[0],) + (1,) * (len(shape) - 4)
    pictures = pictures * (0.85 + 0.3 * draw(*per, 3, 1, 1)) + 0.2 * (draw(*per, 3, 1, 1) - 0.5)
    return pictures + 0.16 * draw(*per, 1, 1, 1) * torch.randn(shape, generator=generator)


def _train(
    network: nn.Module,
    names: tuple[str, ...],
    source: Callable[[np.random.Generator, int], Batch],
    minutes: float,
    batch: int,
    pool_size: int,
    seed: int,
) -> int:
    """Trains for the given minutes on a pool whose pictures are steadily replaced by fresh renders."""
    rng, generator = np.random.default_rng([seed, 1]), torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.02)
    pictures, labels = source(rng, pool_size)
    fresh_count = batch // 4
    network.train()
    # Processor time, not wall time: a busy machine makes training longer, not worse.
    start, step, slot = time.process_time(), 0, 0
    budget = 60 * minutes * torch.get_num_threads()
    while (done := (time.process_time() - start) / budget) < 1:
        optimizer.param_groups[0]["lr"] = 2e-3 * min(1.0, (step + 1) / 50) * (0.02 + 0.98 * math.cos(done * math.pi / 2) ** 2)
        fresh, fresh_labels = source(rng, fresh_count)
        places = np.arange(slot, slot + fresh_count) % pool_size
        pictures[places] = fresh
        for name in names:
            labels[name][places] = fresh_labels[name]
        slot += fresh_count
        picks = np.concatenate([places, rng.integers(0, pool_size, batch - fresh_count)])
        logits = network(roughen(to_input(pictures[picks]), generator))
        outputs = logits if isinstance(logits, tuple) else (logits,)
        losses = [
            functional.cross_entropy(output, torch.from_numpy(labels[name][picks]), label_smoothing=0.03)
            for name, output in zip(names, outputs)
        ]
        optimizer.zero_grad(set_to_none=True)
        torch.stack(losses).sum().backward()
        optimizer.step()
        step += 1
        if step % 50 == 0:
            shown = " ".join(f"{name} {loss.item():.3f}" for name, loss in zip(names, losses))
            print(f"judge step {step} {100 * done:.0f}% {shown}", flush=True)
    network.eval()
    return step


@torch.no_grad()
def _accuracy(network: nn.Module, names: tuple[str, ...], batch: Batch, rough_seed: int | None) -> dict[str, float]:
    right = dict.fromkeys(names, 0)
    pictures, labels = batch
    generator = torch.Generator().manual_seed(rough_seed or 0)
    for start in range(0, len(pictures), 64):
        part = to_input(pictures[start : start + 64])
        logits = network(part if rough_seed is None else roughen(part, generator))
        for name, output in zip(names, logits if isinstance(logits, tuple) else (logits,)):
            right[name] += int((output.argmax(1).numpy() == labels[name][start : start + 64]).sum())
    return {name: round(count / len(pictures), 4) for name, count in right.items()}


def _export(network: nn.Module, example: Tensor, source: str, names: tuple[str, ...], path: Path) -> None:
    """One ONNX file with a free batch axis N."""
    program = torch.onnx.export(
        network,
        (example,),
        input_names=[source],
        output_names=list(names),
        dynamic_shapes=({0: torch.export.Dim("N", min=1, max=4096)},),
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    program.save(str(path))


def write_prompts(path: Path, seed: int = PROMPT_SEED, count: int = PROMPTS) -> None:
    """Held-out prompts, each with the label names that its film should show."""
    prompts = sample_prompts(seed, count)
    path.write_text(json.dumps({"seed": seed, "prompts": prompts}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main_judge(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="train judge", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="training time for both classifiers together, in minutes of processor time a thread")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--held-out", type=int, default=3000, help="frames to measure on (a quarter as many clips)")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(argv)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)

    frames, actions = FrameJudge(), ActionJudge()
    steps = [
        _train(frames, FRAME_HEADS, frame_batch, options.minutes * 0.7, 96, 12000, options.seed),
        _train(actions, ("action",), action_batch, options.minutes * 0.3, 48, 1200, options.seed + 1),
    ]
    rng = np.random.default_rng(HELD_OUT_SEED)
    held_frames, held_clips = frame_batch(rng, options.held_out), action_batch(rng, max(1, options.held_out // 4))
    accuracy, rough = (
        {**_accuracy(frames, FRAME_HEADS, held_frames, seed), **_accuracy(actions, ("action",), held_clips, seed)}
        for seed in (None, 5)
    )
    example = torch.zeros(2, 3, SIZE, SIZE)
    _export(frames, example, "frames", FRAME_HEADS, options.out / "judge.onnx")
    _export(actions, example[:, None].repeat(1, ACTION_FRAMES, 1, 1, 1), "clips", ("action",), options.out / "action.onnx")
    shares = {name: np.bincount(held_frames[1][name]).max() / options.held_out for name in FRAME_HEADS}
    shares["action"] = np.bincount(held_clips[1]["action"]).max() / len(held_clips[0])
    graphs = {
        "judge.onnx": {"input": "frames", "shape": ["N", 3, SIZE, SIZE], "outputs": list(FRAME_HEADS)},
        "action.onnx": {"input": "clips", "shape": ["N", ACTION_FRAMES, 3, SIZE, SIZE], "outputs": ["action"]},
    }
    for file, graph in graphs.items():
        graph["sha256"] = hashlib.sha256((options.out / file).read_bytes()).hexdigest()
    report = {
        "format": 1,
        "range": [-1, 1],
        "graphs": graphs,
        "labels": VOCABULARY,
        "heldOut": {"seed": HELD_OUT_SEED, "frames": options.held_out, "clips": len(held_clips[0])},
        "accuracy": accuracy,
        "accuracyRoughened": rough,
        "chance": {name: round(1 / len(values), 4) for name, values in VOCABULARY.items()},
        "majority": {name: round(float(share), 4) for name, share in shares.items()},
        "training": {"data": "renders only", "steps": steps, "minutes": options.minutes},
    }
    (options.out / "judge.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    write_prompts(options.out / "prompts.json")
    print(json.dumps({"accuracy": accuracy, "roughened": rough}))
    return 0
