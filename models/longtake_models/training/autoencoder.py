"""Stage `autoencoder`: frames (N,3,64,64) in [-1,1] <-> latents (N,16,8,8)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import CONFIGS
from ..networks.autoencoder import AutoencoderKL
from . import sheets
from .harness import Plan, Stage, setup_threads
from .muon import MuonAdamW, split_groups
from .library import DETAIL, FRAMES_PER_SHARD, FrameLibrary, render_in_background

SHARDS = 40  # 81,920 frames
LARGE_SHARDS = 6
LARGE = "large-autoencoder"
"""Folder of the autoencoder of large pictures, which the enhancer works with."""


def to_pixels(frames: np.ndarray | Tensor) -> Tensor:
    """(N,H,W,3) uint8 -> (N,3,H,W) float in [-1,1]."""
    frames = torch.as_tensor(frames)
    return frames.movedim(-1, -3).float().div_(127.5).sub_(1.0)


def differences(x: Tensor) -> tuple[Tensor, Tensor]:
    """Horizontal and vertical finite differences of (N,C,H,W)."""
    return x[..., :, 1:] - x[..., :, :-1], x[..., 1:, :] - x[..., :-1, :]


def attention_map(height: int, width: int, centre: float) -> Tensor:
    """(1,1,H,W) weights with mean 1: the camera follows the actor, so the middle of the picture matters most."""
    y = torch.linspace(-1, 1, height).view(1, 1, -1, 1)
    x = torch.linspace(-1, 1, width).view(1, 1, 1, -1)
    weights = 1.0 + centre * torch.exp(-(x**2 + y**2) / 0.25)
    return weights / weights.mean()


def reconstruction_loss(output: Tensor, target: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """(L1, edges): weighted absolute errors of pixels, and of their differences at full and half resolution.

    The edge terms are what keeps outlines sharp: a blurred outline costs little in L1 and much in differences.
    """
    error = output - target
    level = (error.abs() * weights).mean()
    dx, dy = differences(error)
    edges = (dx.abs() * weights[..., :, 1:]).mean() + (dy.abs() * weights[..., 1:, :]).mean()
    half = F.avg_pool2d(error, 2)
    dx, dy = differences(half)
    return level, edges + dx.abs().mean() + dy.abs().mean()


class AutoencoderTask:
    """Draws batches and gives the loss. With `decoder_only` the encoder stays as it is (and so do all cached latents)."""

    def __init__(
        self,
        network: AutoencoderKL,
        library: FrameLibrary,
        batch: int,
        device: str,
        kl_weight: float = 1e-4,
        edge_weight: float = 0.5,
        centre: float = 2.0,
        latent_noise: float = 0.0,
        decoder_only: bool = False,
        seed: int = 0,
    ):
        self.network, self.library, self.batch, self.device = network, library, batch, device
        self.kl_weight, self.edge_weight, self.latent_noise = kl_weight, edge_weight, latent_noise
        self.decoder_only = decoder_only
        self.weights = attention_map(*library.frames.shape[1:3], centre).to(device)
        self.seed = seed

    def __call__(self, step: int) -> tuple[Tensor, dict[str, float]]:
        if step % 200 == 0:
            self.library.refresh()
        rng = np.random.default_rng([self.seed, step])
        count = self.library.shards * FRAMES_PER_SHARD
        rows = np.sort(rng.integers(0, count, self.batch))
        x = to_pixels(self.library.frames[rows]).to(self.device)
        with torch.autocast(x.device.type, torch.bfloat16):
            with torch.set_grad_enabled(not self.decoder_only):
                mean, log_variance = self.network.encode(x)
            mean, log_variance = mean.float(), log_variance.float()
            if self.decoder_only:
                # The diffusion model's latents are a little off; the decoder learns to draw clean pictures from such.
                std = self.network.latent_std.view(1, -1, 1, 1)
                amount = self.latent_noise * torch.rand(len(x), 1, 1, 1, device=x.device)
                latents = mean + std * amount * torch.randn_like(mean)
            else:
                latents = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
            output = self.network.decode(latents).float()
        level, edges = reconstruction_loss(output, x, self.weights)
        kl = 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance).mean()
        loss = level + self.edge_weight * edges
        if not self.decoder_only:
            loss = loss + self.kl_weight * kl
        return loss, {"l1": float(level), "edges": float(edges), "kl": float(kl)}


def freeze_encoder(network: AutoencoderKL) -> None:
    for module in (network.encoder, network.quant_conv):
        module.requires_grad_(False)


def draw_sheet(frames: np.ndarray):
    """A sheet function: 32 held-out originals above their reconstructions."""
    pixels = to_pixels(frames)

    def sheet(network: nn.Module, path: Path) -> str:
        device = next(network.parameters()).device
        with torch.autocast(device.type, torch.bfloat16):
            mean, _ = network.encode(pixels.to(device))
            output = network.decode(mean.float()).float().cpu()
        original, made = sheets.to_bytes(pixels), sheets.to_bytes(output)
        rows = []
        for start in range(0, min(32, len(pixels)), 8):
            rows += [original[start : start + 8], made[start : start + 8]]
        sheets.grid(rows, path, zoom=2)
        error = (output.clamp(-1, 1) - pixels).abs().mean()
        return f"held-out L1 {error:.4f}"

    return sheet


def held_out_frames(count: int, detail: int = 1, seed: int = 987_654_321) -> np.ndarray:
    """Frames of a seed that no shard uses."""
    from longtake_models.world import sample_frame

    rng = np.random.default_rng(seed)
    return np.stack([sample_frame(rng, detail)[0] for _ in range(count)])


def load_autoencoder(
    work: Path, config_name: str = "storybook", device: str = "cpu", stages: tuple[str, ...] = ("decoder", "autoencoder")
) -> AutoencoderKL:
    """The averaged weights of the first of `stages` that there is: the refined decoder before the plain one."""
    network = AutoencoderKL(CONFIGS[config_name].autoencoder)
    for stage in stages:
        path = work / stage / "checkpoint.pt"
        if path.exists():
            network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["ema"])
            return network.eval().requires_grad_(False).to(device)
    raise FileNotFoundError(f"no trained autoencoder under {work}: run `train {stages[-1]}` first")


@torch.no_grad()
def encode_frames(network: AutoencoderKL, frames: np.ndarray, batch: int = 64) -> Tensor:
    """(N,H,W,3) uint8 -> raw latent means (N,c,h,w) float32."""
    device = next(network.parameters()).device
    out = []
    for start in range(0, len(frames), batch):
        with torch.autocast(device.type, torch.bfloat16):
            mean, _ = network.encode(to_pixels(frames[start : start + batch]).to(device))
        out.append(mean.float().cpu())
    return torch.cat(out)


def train(work: Path, plan: Plan, batch: int = 16, decoder_only: bool = False, shards: int = SHARDS, **task) -> None:
    """Train encoder and decoder, or (afterwards) the decoder alone from its own folder."""
    start = load_autoencoder(work) if decoder_only else None
    name = "decoder" if decoder_only else "autoencoder"
    _run(work, plan, batch, name, "frames", shards, start, held_out_frames(256), decoder_only=decoder_only, **task)


def train_large(work: Path, plan: Plan, batch: int = 4) -> None:
    """From the small pictures' autoencoder, all of it, on large ones."""
    _run(work, plan, batch, LARGE, "large-frames", LARGE_SHARDS, load_autoencoder(work), held_out_frames(64, DETAIL))


def _run(
    work: Path, plan: Plan, batch: int, name: str, kind: str, shards: int, start: AutoencoderKL | None, shown: np.ndarray, **task
) -> None:
    setup_threads(plan.threads)
    torch.manual_seed(0)
    world = work / "world"
    renderer = render_in_background(world, kind, shards)
    library = FrameLibrary(world, shards, kind)
    network = AutoencoderKL(CONFIGS["storybook"].autoencoder).to(plan.device)
    if start:
        network.load_state_dict(start.state_dict())
    decoder_only = task.get("decoder_only", False)
    if decoder_only:
        freeze_encoder(network)
    stage = Stage(
        name,
        network,
        work / name,
        plan,
        AutoencoderTask(network, library, batch, plan.device, **task),
        batch,
        draw_sheet(shown),
        optimizer=MuonAdamW(split_groups(network.named_parameters(), adam_scale=0.05), lr=plan.learning_rate),
        about={"config": "storybook", "batch": batch},
    )
    if not stage.resume() and start:
        stage.average.restart(network)
    stage.run()
    if not decoder_only and stage.done() >= 1.0:
        fix_statistics(stage, library)
    if renderer.is_alive():
        renderer.terminate()


def fix_statistics(stage: Stage, library: FrameLibrary) -> None:
    """Measure mean and deviation of the latents once, at the end, and store them in the checkpoint."""
    from .harness import swapped

    with swapped(stage.module, stage.average) as network:
        sample = library.frames[: library.shards * FRAMES_PER_SHARD : max(1, library.shards // 2)]
        raw = encode_frames(network, sample)
        network.set_statistics(raw)
        # A channel that the KL term has silenced must stay silent: scaled to unit variance it would be noise to diffuse.
        mean, std = network.latent_mean.clone(), network.latent_std.clamp(min=0.1)
    for state in (stage.average.shadow, stage.module.state_dict()):
        state["latent_mean"].copy_(mean)
        state["latent_std"].copy_(std)
    stage.save()
    print(f"latents: mean {mean.mean():.3f} (|max| {mean.abs().max():.3f}), std {std.min():.3f}..{std.max():.3f}", flush=True)
