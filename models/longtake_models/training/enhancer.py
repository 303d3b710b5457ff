"""Stage `enhancer`: from a film's latents, drawn larger and noised, to those of the same film rendered large.

The source of a window is what the base model's film looks like: its latents, some of them imperfect as the model's own are,
decoded, scaled up and encoded by the large pictures' autoencoder. The network sees it as few-step refinement will show it:
at the first step the noised source, at later ones in parts what it made of it (SDEdit, arXiv 2108.01073).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from .. import sampling
from ..config import CONFIGS, EnhancerConfig, ModelConfig
from ..networks.autoencoder import AutoencoderKL
from ..networks.enhancer import Refiner, enlarge
from ..networks.unet3d import UNet3D
from ..networks.video_ldm import VideoLDM
from ..world import BEAT
from . import flow, sheets, text
from .autoencoder import LARGE, load_autoencoder
from .base import make_optimizer, position_weights, take_weights
from .cam_apm import Generator
from .harness import Plan, Stage, setup_threads
from .latents import LatentSet, cache_folder, pad_states

CLIPS_EVERY = 2
FRAMES_BATCH, MOST_STEPS = 12, 3
STRENGTHS = (0.15, 0.4)
"""Shares of noise that refinement may start with: which is best is seen when it is trained."""
OWN_SHARE, OWN_TIMES = 0.6, (0.1, 0.6)
"""Share of sources that are what the base model makes of the true latents, noised to a time in this range."""
ROUGHNESS = 0.2
"""Largest deviation of the noise on other sources' latents."""
TEXT_DROPOUT = 0.1


def new_enhancer(config: ModelConfig, start: Path | None) -> Refiner:
    """The base model without what it needs to go on, where the two are alike; its positions repeat with the beat."""
    network = Refiner(config.enhancer.unet, None, config.apm)
    if start is None:
        return network
    state = torch.load(start, map_location="cpu", weights_only=True)["ema"]
    finer = len(config.enhancer.unet.block_out_channels) - len(config.unet.block_out_channels)
    own, taken = network.state_dict(), {}
    for name, value in own.items():
        known = state.get(f"base_model.{_in_base(name, finer)}")
        if known is not None and name.endswith(".positions") and known.shape[1:] == value.shape[1:]:
            frames = torch.arange(len(value))
            beyond = len(known) - BEAT + frames % BEAT
            known = known[torch.where(frames < len(known), frames, beyond)]
        if known is not None and known.shape == value.shape and not name.startswith("conv_out"):
            taken[name] = known
    network.load_state_dict(taken, strict=False)
    print(f"start: {len(taken)} of {len(own)} tensors from {start.name}", flush=True)
    return network


def _in_base(name: str, finer: int) -> str:
    """Where the base model has a tensor, if the enhancer has `finer` levels before the base's first."""
    root, _, rest = name.partition(".")
    if root != "down_blocks":
        return name
    level, _, rest = rest.partition(".")
    return f"{root}.{int(level) - finer}.{rest}"


class Sources:
    """What there is to refine, in the large pictures' latents."""

    def __init__(self, base: UNet3D, small: AutoencoderKL, large: AutoencoderKL, scale: int):
        self.base, self.small, self.large, self.scale = base, small, large, scale

    @torch.no_grad()
    def __call__(self, latents: Tensor, texts: Tensor) -> Tensor:
        """latents (B,F,c,h,w) of the small film, texts (B,L,D) -> (B,F,c,H,W)."""
        count, frames = latents.shape[:2]
        with torch.autocast(latents.device.type, torch.bfloat16):
            made = self._imperfect(latents, texts).flatten(0, 1)
            pixels = self.small.decode_normalised(made).float().clamp(-1, 1)
            pixels = enlarge(pixels, self.scale)
            raw, _ = self.large.encode(pixels)
        return self.large.normalise(raw.float()).view(count, frames, *raw.shape[1:])

    def _imperfect(self, latents: Tensor, texts: Tensor) -> Tensor:
        if torch.rand(()) >= OWN_SHARE:
            return latents + ROUGHNESS * torch.rand(()) ** 2 * torch.randn_like(latents)
        low, high = OWN_TIMES
        t = low + (high - low) * torch.rand(1).to(latents.device)
        out = []
        for part in latents.split(CONFIGS["storybook"].video.frames, dim=1):  # the base model's longest clip
            x, _ = flow.add_noise(part, torch.randn_like(part), t.expand(len(part)))
            out.append(x - t * self.base(x, 1000.0 * t.expand(len(part)), texts).float())
        return torch.cat(out, dim=1)


class EnhancerTask:
    def __init__(self, network: Refiner, sources: Sources, cache: Path, large_cache: Path, config: EnhancerConfig, device: str, seed: int = 21):
        self.network, self.sources, self.config, self.device, self.seed = network, sources, config, device, seed
        self.small = {kind: LatentSet(cache, kind) for kind in ("clips", "frames")}
        self.large = {kind: LatentSet(large_cache, f"large-{kind}") for kind in ("clips", "frames")}
        self._require_pairs()
        self.empty = text.encoder().ragged([""])[0]
        edge = next(iter(self.large.values())).latents(0).shape[-1]
        self.weights = position_weights(edge, edge).to(device)

    def __call__(self, step: int) -> tuple[Tensor, dict[str, float]]:
        if step % 50 == 0:
            self.large["clips"].refresh()
            self._require_pairs()
        rng = np.random.default_rng([self.seed, step])
        clips = step % CLIPS_EVERY == 0
        small, large, texts = self._draw(rng, "clips" if clips else "frames", 1 if clips else FRAMES_BATCH)
        source = self.sources(small, texts)
        x, sigma = self._noised(source, large, rng)
        with torch.autocast(x.device.type, torch.bfloat16):
            correction = self.network.correct(x, 1000.0 * sigma, texts, source).float()
        error = (source + correction - large).square()
        before = (source - large).square()
        name = "clip" if clips else "frame"
        return (error * self.weights).mean(), {f"{name} left": float(error.detach().mean() / before.mean())}

    def _require_pairs(self) -> None:
        """Small and large shards show the same only if the same world made them: older small ones may lie about."""
        for kind, large in self.large.items():
            for index, (one, other) in enumerate(zip(self.small[kind].shards, large.shards)):
                if not (np.array_equal(one["labels"], other["labels"]) and np.array_equal(one["states"], other["states"])):
                    raise ValueError(f"{kind} shard {index} does not show what the large one shows: render both anew")

    def _draw(self, rng: np.random.Generator, kind: str, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """The same `count` clips (or single frames) small and large (B,F,c,h,w), and their texts (B,L,D)."""
        rows = rng.integers(0, min(len(self.small[kind]), len(self.large[kind])), count)
        states = [self.empty if rng.random() < TEXT_DROPOUT else self.large[kind].states(row) for row in rows]
        take = lambda data: torch.from_numpy(np.stack([data.latents(row) for row in rows])).float().to(self.device)  # noqa: E731
        small, large = take(self.small[kind]), take(self.large[kind])
        if kind == "frames":
            small, large = small[:, None], large[:, None]
        return small, large, pad_states(states).to(self.device)

    def _noised(self, source: Tensor, large: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Latents as a step of refinement sees them, and their noise level (B,)."""
        steps = rng.integers(1, MOST_STEPS + 1, len(source))
        left = torch.tensor(1 - rng.integers(0, steps) / steps, dtype=torch.float32, device=source.device)
        strengths = torch.tensor(rng.uniform(*STRENGTHS, len(source)), dtype=torch.float32, device=source.device)
        share, strength = left.view(-1, 1, 1, 1, 1), strengths.view(-1, 1, 1, 1, 1)
        begun = (1 - strength) * source + strength * torch.randn_like(source)
        return (1 - share) * large + share * begun, strengths * left


@torch.no_grad()
def refine(network: nn.Module, source: Tensor, texts: Tensor, config: EnhancerConfig, noise: Tensor, steps: int) -> Tensor:
    """source (B,F,c,h,w) -> refined."""

    def predict(x: Tensor, sigma: float) -> Tensor:
        with torch.autocast(x.device.type, torch.bfloat16):
            return network(x, torch.full((len(x),), 1000.0 * sigma, device=x.device), texts, source).float()

    return sampling.refine(predict, source, noise, config.strength, steps)


def draw_refined(task: EnhancerTask, large: AutoencoderKL, count: int = 4):
    """A sheet function: sources, what is made of them, and the truth, of the clips that come last."""
    kind = task.large["clips"]
    rows = [len(kind) - 1 - i for i in range(count)]

    def sheet(network: nn.Module, path: Path) -> str:
        generator, lines, report = torch.Generator().manual_seed(3), [], []
        for row in rows:
            texts = pad_states([kind.states(row)]).to(task.device)
            truth = torch.from_numpy(kind.latents(row)).float()[None].to(task.device)
            small = torch.from_numpy(task.small["clips"].latents(row)).float()[None].to(task.device)
            source = task.sources(small, texts)
            noise = torch.randn(source.shape, generator=generator).to(task.device)
            made = refine(network, source, texts, task.config, noise, task.config.steps)
            report.append(((made - truth).square().mean(), (source - truth).square().mean()))
            for latents in (source, made, truth):
                lines.append(sheets.to_bytes(large.decode_normalised(latents[0, ::6])))
        sheets.grid(lines, path, zoom=1)
        after, before = (float(torch.stack(values).mean()) for values in zip(*report))
        return f"distance to the truth {after:.4f}, of the source {before:.4f}"

    return sheet


def train(work: Path, plan: Plan, start: Path | None = None, optimizer: str = "muon") -> None:
    """`start`: the whole model's checkpoint, whose base model this one begins as and whose films it refines."""
    setup_threads(plan.threads)
    torch.manual_seed(21)
    config = CONFIGS["storybook"]
    source = start or work / "distill" / "checkpoint.pt"
    generator = Generator(VideoLDM(config))
    take_weights(generator, source)
    base = generator.base_model.eval().requires_grad_(False).to(plan.device)
    small, large = load_autoencoder(work, device=plan.device), load_autoencoder(work, device=plan.device, stages=(LARGE,))
    network = new_enhancer(config, source).to(plan.device)
    task = EnhancerTask(
        network, Sources(base, small, large, config.enhancer.scale), cache_folder(work), cache_folder(work, LARGE), config.enhancer, plan.device
    )
    stage = Stage(
        "enhancer", network, work / "enhancer", plan, task, FRAMES_BATCH, draw_refined(task, large),
        optimizer=make_optimizer(network, plan, optimizer), about={"config": "storybook", "enhancer": True},
    )
    if not stage.resume():
        stage.average.restart(network)
    stage.run()
