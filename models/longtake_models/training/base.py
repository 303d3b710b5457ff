"""Stages `base-frames` and `base-clips`: the main UNet, first on single frames, then on clips of 16.

With one frame all temporal layers are skipped, which makes a step sixteen times cheaper: appearance is learnt there.
The temporal layers start as identities, so the clip stage begins with a model that already draws.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ..config import CONFIGS, ModelConfig
from ..networks.unet3d import UNet3D
from ..world import BEAT
from . import flow, sheets, text
from .autoencoder import load_autoencoder
from .harness import Plan, Stage, setup_threads
from .latents import LatentSet, cache_folder, pad_states
from .library import CLIP_FRAMES
from .muon import MuonAdamW, split_groups

TEXT_DROPOUT = 0.1
SHEET_SEED = 7777
TEMPORAL = ("temp_convs", "temp_attentions", "transformer_in")
"""Parts of the names of layers that single frames skip."""


def new_base(config: ModelConfig) -> UNet3D:
    """A fresh main UNet. MiniLM's states are small (deviation 0.24), so what reads them starts larger."""
    network = UNet3D(config.unet, config.cam, config.apm)
    with torch.no_grad():
        for attention in network.text_attentions():
            attention.to_k.weight.mul_(4.0)
            attention.to_v.weight.mul_(4.0)
    return network


def position_weights(height: int, width: int, centre: float = 1.0) -> Tensor:
    """(h,w), mean 1: the middle, where the actor is, is the hard part of every picture."""
    y = torch.linspace(-1, 1, height).view(-1, 1)
    x = torch.linspace(-1, 1, width).view(1, -1)
    weights = 1.0 + centre * torch.exp(-(x**2 + y**2) / 0.3)
    return weights / weights.mean()


def drop_captions(states: list[np.ndarray], empty: np.ndarray, rng: np.random.Generator) -> Tensor:
    """(B,L,D), a tenth of them the empty caption: that is what guidance compares with."""
    return pad_states([empty if rng.random() < TEXT_DROPOUT else s for s in states])


class FrameTask:
    def __init__(self, network: UNet3D, data: LatentSet, batch: int, device: str, seed: int = 1):
        self.network, self.data, self.batch, self.device, self.seed = network, data, batch, device, seed
        self.empty = text.encoder().ragged([""])[0]
        self.weights = position_weights(8, 8).to(device)

    def __call__(self, step: int) -> tuple[Tensor, dict[str, float]]:
        if step % 100 == 0:
            self.data.refresh()
        rng = np.random.default_rng([self.seed, step])
        rows = rng.integers(0, len(self.data), self.batch)
        x0 = torch.from_numpy(np.stack([self.data.latents(r) for r in rows])).float()[:, None].to(self.device)
        states = drop_captions([self.data.states(r) for r in rows], self.empty, rng).to(self.device)
        return flow_loss(self.network, x0, states, self.weights)


def flow_loss(
    network: UNet3D, x0: Tensor, states: Tensor, weights: Tensor, twins: bool = False
) -> tuple[Tensor, dict[str, float]]:
    """x0 (B,F,c,h,w), states (B,L,D) -> weighted squared error of v.

    `twins`: rows 2k and 2k+1 get the same noise and time, much of it, so that what differs in the error of the two is what
    their captions say and not what the noise was.
    """
    alike = 2 if twins else 1
    shift = flow.TWIN_SHIFT if twins else flow.CLIP_SHIFT if x0.shape[1] > 1 else 1.0
    t = flow.sample_times(len(x0) // alike, shift=shift).repeat_interleave(alike).to(x0.device)
    noise = torch.randn_like(x0[::alike]).repeat_interleave(alike, dim=0)
    x, v = flow.add_noise(x0, noise, t)
    with torch.autocast(x0.device.type, torch.bfloat16):
        prediction = network(x, 1000.0 * t, states)
    error = (prediction.float() - v).square()
    plain = error.detach().mean()
    return (error * weights).mean(), {"mse": float(plain)}


class ClipTask:
    """Clips of 16 without a transition, mixed with batches of single frames every fourth step."""

    def __init__(self, network: UNet3D, clips: LatentSet, frames: FrameTask, batch: int, device: str, seed: int = 2):
        self.network, self.clips, self.frames, self.batch, self.device = network, clips, frames, batch, device
        self.seed, self.weights, self.empty = seed, frames.weights, frames.empty

    def __call__(self, step: int) -> tuple[Tensor, dict[str, float]]:
        if step % 5 == 4:
            loss, shown = self.frames(step)
            return loss, {"frame mse": shown["mse"]}
        if step % 50 == 0:
            self.clips.refresh()
        rng = np.random.default_rng([self.seed, step])
        latents, states = [], []
        while len(latents) < self.batch:
            row = int(rng.integers(0, len(self.clips)))
            if self.clips.switch(row) >= 0:
                continue
            start = BEAT * int(rng.integers(0, (CLIP_FRAMES - 16) // BEAT + 1))
            latents.append(self.clips.latents(row)[start : start + 16])
            states.append(self.clips.states(row))
        x0 = torch.from_numpy(np.stack(latents)).float().to(self.device)
        loss, shown = flow_loss(self.network, x0, drop_captions(states, self.empty, rng).to(self.device), self.weights)
        return loss, {"clip mse": shown["mse"]}


def guided(network: UNet3D, states: Tensor, empty: Tensor, guidance: float):
    """A `predict` for flow.euler with classifier-free guidance; states (B,L,D), empty (1,L,D)."""
    both = torch.cat([empty.expand(len(states), -1, -1), states])

    def predict(x: Tensor, sigma: float) -> Tensor:
        t = torch.full((2 * len(x),), 1000.0 * sigma, device=x.device)
        with torch.autocast(x.device.type, torch.bfloat16):
            v = network(torch.cat([x, x]), t, both).float()
        without, with_text = v.chunk(2)
        return without + guidance * (with_text - without)

    return predict


def draw_frames(work: Path, count: int = 48, frames: int = 1, steps: int = 16, guidance: float = 4.0):
    """A sheet function: held-out prompts, and what the judge (if there is one) sees in the pictures."""
    from longtake_models.world import sample_prompts

    wanted = sample_prompts(SHEET_SEED, count)
    prompts = [w["prompt"] for w in wanted]
    states = torch.from_numpy(text.encoder().encode(prompts))
    empty = torch.from_numpy(text.encoder().encode([""]))
    decoder = load_autoencoder(work)
    noise = torch.randn(count, frames, 16, 8, 8, generator=torch.Generator().manual_seed(SHEET_SEED))

    def sheet(network: nn.Module, path: Path) -> str:
        device = next(network.parameters()).device
        parts = []
        for start in range(0, count, 8 if frames > 1 else 48):
            rows = slice(start, start + (8 if frames > 1 else 48))
            predict = guided(network, states[rows].to(device), empty.to(device), guidance)
            parts.append(flow.euler(predict, noise[rows].to(device), steps).cpu())
        pixels = decoder.decode_normalised(torch.cat(parts).flatten(0, 1)).clamp(-1, 1)
        pictures = sheets.to_bytes(pixels)
        if frames == 1:
            sheets.captioned(pictures, prompts, path)
        else:
            films = pictures.reshape(count, frames, *pictures.shape[1:])
            sheets.grid([f[:: max(1, frames // 8)] for f in films], path, prompts, zoom=1)
        return read_out(pixels.view(count, frames, *pixels.shape[1:]).numpy(), wanted)

    return sheet


def read_out(films: np.ndarray, wanted: list[dict[str, str]]) -> str:
    """Share of frames in which the judge sees what was asked for; films (N,F,3,64,64)."""
    try:
        from longtake_models.world.judging import Judge

        judge = Judge()
    except Exception as problem:  # no judge trained yet: a read-out, not a need
        return f"(no judge: {type(problem).__name__})"
    seen = judge.frames(films.reshape(-1, *films.shape[2:]))
    parts = []
    for name in ("actor", "place", "time", "weather"):
        found = seen[name].reshape(films.shape[:2])
        hits = [
            np.mean(found[i] == judge.labels[name].index(w[name])) for i, w in enumerate(wanted) if w.get(name) is not None
        ]
        if hits:
            parts.append(f"{name} {100 * np.mean(hits):.0f} %")
    return "judge: " + ", ".join(parts)


def average_of(work: Path, stage: str) -> dict[str, Tensor]:
    """Averaged weights of a stage's newest checkpoint."""
    return torch.load(work / stage / "checkpoint.pt", map_location="cpu", weights_only=True)["ema"]


def take_weights(network: nn.Module, checkpoint: Path) -> None:
    """Take over the averaged weights of a checkpoint, as far as names and shapes agree; says what stays as it is.

    The checkpoint may hold the network under another root, as the base model lies in the whole model's.
    """
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)["ema"]
    own = network.state_dict()
    for root in ("", "base_model."):
        found = {k: state[root + k] for k, v in own.items() if root + k in state and state[root + k].shape == v.shape}
        if len(found) > len(own) // 2:
            network.load_state_dict(found, strict=False)
            kept = sorted({k.rsplit(".", 2)[0] for k in own if k not in found})
            print(f"start: {len(found)} of {len(own)} tensors from {checkpoint.name}; new: {kept}", flush=True)
            return
    raise ValueError(f"{checkpoint}: its weights are not of this network")


def make_optimizer(network: nn.Module, plan: Plan, name: str, new: tuple[str, ...] = (), calm: float = 0.25) -> torch.optim.Optimizer:
    """Muon (matrices) + AdamW (the rest), or AdamW alone.

    `new`: parts of parameter names; if given, everything else was trained before and gets `calm` times the rate, so
    that the new layers can learn fast without washing out what is there.
    """
    not_muon = ("conv_in", "conv_out", "time_emb", "positions", "alpha", "class_embedding")
    muon = name == "muon"
    groups = []
    for fresh in (True, False):
        chosen = [(n, p) for n, p in network.named_parameters() if fresh == (not new or any(part in n for part in new))]
        for group in split_groups(chosen, adam_scale=0.05 if muon else 1.0, not_muon=not_muon):
            if group["params"]:
                groups.append({**group, "muon": muon and group["muon"], "scale": (1.0 if fresh else calm) * (group["scale"] if muon else 1.0)})
    return MuonAdamW(groups, lr=plan.learning_rate, betas=plan.betas)


def train_frames(work: Path, plan: Plan, batch: int = 64, optimizer: str = "muon", folder: str = "base-frames", start: Path | None = None) -> None:
    setup_threads(plan.threads)
    torch.manual_seed(1)
    config = CONFIGS["storybook"]
    network = new_base(config).to(plan.device)
    task = FrameTask(network, LatentSet(cache_folder(work), "frames"), batch, plan.device)
    stage = Stage(
        "base-frames", network, work / folder, plan, task, batch, draw_frames(work),
        optimizer=make_optimizer(network, plan, optimizer), about={"config": config.name, "batch": batch},
    )
    if not stage.resume() and start:
        take_weights(network, start)
        stage.average.restart(network)
    stage.run()


def train_clips(work: Path, plan: Plan, batch: int = 4, optimizer: str = "muon") -> None:
    setup_threads(plan.threads)
    torch.manual_seed(2)
    config = CONFIGS["storybook"]
    network = new_base(config).to(plan.device)
    cache = cache_folder(work)
    frames = FrameTask(network, LatentSet(cache, "frames"), 64, plan.device, seed=3)
    task = ClipTask(network, LatentSet(cache, "clips"), frames, batch, plan.device)
    stage = Stage(
        "base-clips", network, work / "base-clips", plan, task, batch, draw_frames(work, count=8, frames=16, steps=12),
        optimizer=make_optimizer(network, plan, optimizer, new=TEMPORAL), about={"config": config.name, "batch": batch},
    )
    if not stage.resume():
        weights = average_of(work, "base-frames")
        network.load_state_dict(weights)
        stage.average.restart(network)
    stage.run()
