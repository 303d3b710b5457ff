"""Stage `distill`: few steps without guidance, learnt from the same model with many steps and guidance.

The network is told how far its prediction is going to be followed (`UNetConfig.intervals`). Its target is what a frozen
copy, guided, covers on average in that interval by two Euler steps of half the length: guidance distillation (Meng et
al., arXiv 2210.03142) and step distillation (Salimans & Ho, arXiv 2202.00512) at once. Every few steps it trains as
before, with interval 0, so that the same weights remain a model that can be guided.
"""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import numpy as np
import torch
from torch import Tensor

from ..config import CONFIGS, FastConfig
from ..networks.video_ldm import VideoLDM
from .autoencoder import load_autoencoder
from .base import FrameTask, make_optimizer, take_weights
from .cam_apm import KEPT, ContinuationTask, Generator, draw_films
from .harness import Plan, Stage, setup_threads
from .latents import LatentSet, cache_folder, pad_states

PLAIN_EVERY, FIRST_EVERY, FRAMES_EVERY = 6, 3, 4
NEW = ("interval_embedding",)
FRAMES_BATCH = 32

Guided = Callable[[Tensor, Tensor], Tensor]
"""(x, sigma (B,)) -> guided velocity."""


def sample_interval(count: int, rng: np.random.Generator, fast: FastConfig) -> tuple[Tensor, Tensor]:
    """Start and end (B,) of one step of a schedule with as many equal steps as fast mode allows; early steps, which decide most, more often."""
    steps = rng.integers(fast.least_steps, fast.most_steps + 1, count)
    index = np.minimum((rng.random(count) ** 1.4 * steps).astype(int), steps - 1)
    now = 1.0 - index / steps
    return torch.tensor(now, dtype=torch.float32), torch.tensor(now - 1.0 / steps, dtype=torch.float32)


def spread(values: Tensor) -> Tensor:
    return values.view(-1, 1, 1, 1, 1)


@torch.no_grad()
def average_velocity(guided: Guided, x: Tensor, now: Tensor, after: Tensor, substeps: int = 2) -> Tensor:
    """What the teacher covers from `now` to `after`, per unit of time."""
    start, sigma, width = x, now, (now - after) / substeps
    for _ in range(substeps):
        x = x - spread(width) * guided(x, sigma)
        sigma = sigma - width
    return (start - x) / spread(now - after)


class DistillTask:
    def __init__(self, network: Generator, teacher: Generator, plain: ContinuationTask, fast: FastConfig, seed: int = 8):
        self.network, self.teacher, self.plain, self.fast, self.seed = network, teacher, plain, fast, seed
        self.empty = pad_states([plain.empty]).to(plain.device)

    def _guide(self, predict: Callable[[Tensor, Tensor, Tensor], Tensor], texts: Tensor) -> Guided:
        """`predict(x, timestep, which texts)`, once without the text and once with it."""
        nothing = self.empty.expand_as(texts)

        def guided(x: Tensor, sigma: Tensor) -> Tensor:
            without = predict(x, 1000.0 * sigma, nothing).float()
            return without + self.fast.guidance_scale * (predict(x, 1000.0 * sigma, texts).float() - without)

        return guided

    def _noised(self, x0: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        now, after = (v.to(x0.device) for v in sample_interval(len(x0), rng, self.fast))
        return (1 - spread(now)) * x0 + spread(now) * torch.randn_like(x0), now, after

    def _loss(self, prediction: Tensor, target: Tensor, weights: Tensor) -> tuple[Tensor, float]:
        error = (prediction.float() - target).square()
        return (error * weights).mean(), float(error.detach().mean())

    def __call__(self, step: int) -> tuple[Tensor, dict[str, float]]:
        if step % PLAIN_EVERY == PLAIN_EVERY - 1:
            return self.plain(step)
        rng = np.random.default_rng([self.seed, step])
        if step % FRAMES_EVERY == 0:
            return self._alone(*self._draw_frames(rng), rng, "frame")
        if step % FIRST_EVERY == 0:
            x0, states = self.plain._draw_twins(rng)
            return self._alone(x0, pad_states(states).to(x0.device), rng, "first")
        return self._continue(rng)

    def _draw_frames(self, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        data = self.plain.frames.data
        rows = rng.integers(0, len(data), FRAMES_BATCH)
        x0 = torch.from_numpy(np.stack([data.latents(r) for r in rows])).float()[:, None].to(self.plain.device)
        return x0, pad_states([data.states(r) for r in rows]).to(self.plain.device)

    def _alone(self, x0: Tensor, texts: Tensor, rng: np.random.Generator, name: str) -> tuple[Tensor, dict[str, float]]:
        """Single frames and first chunks: the base model by itself."""
        x, now, after = self._noised(x0, rng)
        with torch.autocast(x0.device.type, torch.bfloat16):
            target = average_velocity(self._guide(self.teacher.base_model, texts), x, now, after)
            prediction = self.network.base_model(x, 1000.0 * now, texts, interval=1000.0 * (now - after))
        loss, plain = self._loss(prediction, target, self.plain.weights)
        return loss, {f"{name} distilled": plain}

    def _continue(self, rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        x0, first, states = self.plain._draw(rng, continuing=True)
        texts = pad_states(states).to(x0.device)
        x, now, after = self._noised(x0, rng)
        teacher, student = self.teacher, self.network
        with torch.autocast(x0.device.type, torch.bfloat16):
            with torch.no_grad():
                anchor, frames = self.plain.condition(x0, first, texts)
                with_text = teacher.anchor_contexts(texts, anchor)
                without_text = teacher.anchor_contexts(self.empty.expand_as(texts), torch.zeros_like(anchor))
                embedding = teacher.unet.embed_frames(frames)

                def predict(x: Tensor, timestep: Tensor, which: Tensor) -> Tensor:
                    contexts = with_text if which is texts else without_text
                    features = teacher.unet(x[:, :KEPT], timestep, which, embedding)
                    return teacher.base_model(x, timestep, contexts, features)

                target = average_velocity(self._guide(predict, texts), x, now, after)
            interval = 1000.0 * (now - after)
            contexts = student.anchor_contexts(texts, anchor)
            features = student.unet(x[:, :KEPT], 1000.0 * now, texts, student.unet.embed_frames(frames), interval)
            prediction = student.base_model(x, 1000.0 * now, contexts, features, interval=interval)
        weights = self.plain.weights * self.plain.frame_weights.view(1, -1, 1, 1, 1)
        loss, plain = self._loss(prediction, target, weights)
        return loss, {"next distilled": plain}


def train(work: Path, plan: Plan, batch: int = 2, start: Path | None = None, optimizer: str = "muon") -> None:
    setup_threads(plan.threads)
    torch.manual_seed(8)
    config = CONFIGS["storybook"]
    source = start or work / "cam-apm" / "checkpoint.pt"
    network = Generator(VideoLDM(config))
    take_weights(network, source)
    teacher = Generator(VideoLDM(config))
    teacher.load_state_dict(network.state_dict())
    teacher.eval().requires_grad_(False).to(plan.device)
    network.to(plan.device)
    cache = cache_folder(work)
    frames = FrameTask(network.base_model, LatentSet(cache, "frames"), FRAMES_BATCH, plan.device, seed=9)
    decoder = load_autoencoder(work, device=plan.device)
    plain = ContinuationTask(network, decoder, cache, frames, batch, plan.device, seed=10)
    stage = Stage(
        "distill", network, work / "distill", plan, DistillTask(network, teacher, plain, config.diffusion.fast), batch,
        draw_films(work, fast_steps=config.diffusion.fast.steps),
        optimizer=make_optimizer(network, plan, optimizer, new=NEW, calm=0.4),
        about={"config": "storybook", "batch": batch, "distilled": True},
    )
    stage.resume()
    stage.run()
