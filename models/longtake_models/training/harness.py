"""The loop every stage shares: it resumes, keeps an average of the weights, saves often, says where it stands.

A stage is a module to train, a function that gives the loss of one step, and (optionally) a function that draws a
sample sheet. Its whole state is `<folder>/checkpoint.pt`, replaced atomically, so that a killed stage loses at most
`save_seconds` of work and goes on at the right step when the same command is given again.
"""

from __future__ import annotations

import math
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Plan:
    """How long and how fast. The budget counts over all resumed runs of the stage: whichever of `minutes` and `steps` is given."""

    minutes: float | None = None
    steps: int | None = None
    learning_rate: float = 1e-3
    warmup_steps: int = 100
    decay_fraction: float = 0.4
    """Last part of the budget, over which the learning rate falls linearly to nothing."""
    weight_decay: float = 0.0
    betas: tuple[float, float] = (0.9, 0.99)
    clip_norm: float = 1.0
    ema_gamma: float = 12.0
    """Power-function average, beta_t = (1 - 1/t)^(gamma+1): its window is a fixed share of the run so far."""
    ema_every: int = 2
    save_seconds: float = 180.0
    sheet_seconds: float = 240.0
    log_seconds: float = 15.0
    threads: int = 0
    device: str = "cpu"

    def __post_init__(self) -> None:
        if (self.minutes is None) == (self.steps is None):
            raise ValueError("give either minutes or steps")


def learning_rate(plan: Plan, step: int, done: float) -> float:
    """Linear warm-up by steps, then level, then linear decay over the last `decay_fraction` of the budget (done in 0..1)."""
    warm = min(1.0, (step + 1) / max(1, plan.warmup_steps))
    cool = min(1.0, max(0.0, 1.0 - done) / max(plan.decay_fraction, 1e-6))
    return plan.learning_rate * warm * cool


class WeightAverage:
    """Exponential moving average with a power-function window (Karras et al. 2023, §3.1): needs no warm-up of its own."""

    def __init__(self, module: nn.Module, gamma: float):
        self.gamma = gamma
        self.restart(module)

    def restart(self, module: nn.Module) -> None:
        """Forget the past: the average is what the module holds now."""
        self.shadow = {k: v.detach().clone() for k, v in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module: nn.Module, step: int, every: int) -> None:
        state = module.state_dict()
        keep = (1.0 - 1.0 / (step + 1)) ** (self.gamma + 1.0)
        keep = keep**every
        floats = [k for k, v in state.items() if v.is_floating_point()]
        torch._foreach_lerp_([self.shadow[k] for k in floats], [state[k] for k in floats], 1.0 - keep)
        for k, v in state.items():
            if not v.is_floating_point():
                self.shadow[k].copy_(v)


class swapped:
    """With this, `module` holds the averaged weights inside the block and its own again afterwards."""

    def __init__(self, module: nn.Module, average: WeightAverage):
        self.module, self.average = module, average

    def __enter__(self) -> nn.Module:
        self.own = {k: v.detach().clone() for k, v in self.module.state_dict().items()}
        self.module.load_state_dict(self.average.shadow)
        self.module.eval()
        return self.module

    def __exit__(self, *_) -> None:
        self.module.load_state_dict(self.own)
        self.module.train()


def save_atomically(value: object, path: Path) -> None:
    """A reader sees the old file or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(path.suffix + ".tmp")
    torch.save(value, temporary)
    os.replace(temporary, path)


def setup_threads(threads: int) -> None:
    """0 = all cores."""
    torch.set_num_threads(threads or os.cpu_count() or 1)


class Stage:
    """One training stage in its folder.

    `loss(step) -> (scalar to differentiate, {name: float} to show)`; `samples_per_step` only feeds the progress line.
    """

    def __init__(
        self,
        name: str,
        module: nn.Module,
        folder: Path,
        plan: Plan,
        loss: Callable[[int], tuple[Tensor, dict[str, float]]],
        samples_per_step: int,
        sheet: Callable[[nn.Module, Path], str] | None = None,
        optimizer: torch.optim.Optimizer | None = None,
        about: dict | None = None,
    ):
        self.name, self.module, self.folder, self.plan = name, module, folder, plan
        self.loss, self.samples_per_step, self.sheet = loss, samples_per_step, sheet
        self.about = about or {}
        self.optimizer = optimizer or torch.optim.AdamW(
            [p for p in module.parameters() if p.requires_grad],
            lr=plan.learning_rate, betas=plan.betas, weight_decay=plan.weight_decay, fused=True,
        )
        for group in self.optimizer.param_groups:
            group.setdefault("scale", 1.0)  # a group's learning rate is the plan's times its scale
        self.average = WeightAverage(module, plan.ema_gamma)
        self.step, self.seconds, self.losses = 0, 0.0, {}
        self._stop = False

    @property
    def path(self) -> Path:
        return self.folder / "checkpoint.pt"

    def done(self) -> float:
        """Share of the budget used, 0..1."""
        if self.plan.steps is not None:
            return self.step / max(1, self.plan.steps)
        return self.seconds / max(1e-6, self.plan.minutes * 60.0)

    def save(self) -> None:
        save_atomically(
            {
                "stage": self.name,
                "step": self.step,
                "seconds": self.seconds,
                "samples": self.step * self.samples_per_step,
                "losses": self.losses,
                "about": self.about,
                "weights": self.module.state_dict(),
                "ema": self.average.shadow,
                "optimizer": self.optimizer.state_dict(),
            },
            self.path,
        )

    def resume(self) -> bool:
        """Take up the checkpoint in the folder, if there is one."""
        if not self.path.exists():
            return False
        state = torch.load(self.path, map_location="cpu", weights_only=True)
        self.module.load_state_dict(state["weights"])
        for k, v in state["ema"].items():
            self.average.shadow[k].copy_(v)
        try:
            self.optimizer.load_state_dict(state["optimizer"])
        except ValueError:  # other layers train now (--freeze-base, --optimizer): the weights go on, the momentum does not
            print(f"{self.name}: other parameters train than before, the optimizer starts anew", flush=True)
        self.step, self.seconds, self.losses = state["step"], state["seconds"], state["losses"]
        print(f"{self.name}: resumed at step {self.step} after {self.seconds / 60:.1f} min", flush=True)
        return True

    def _request_stop(self, *_) -> None:
        self._stop = True

    def _draw(self) -> None:
        if self.sheet is None:
            return
        with swapped(self.module, self.average) as module, torch.no_grad():
            note = self.sheet(module, self.folder / f"sheet-{self.step:07d}.png")
        print(f"{self.name}: sheet at step {self.step} {note or ''}", flush=True)

    def _progress(self, rate: float, lr: float) -> None:
        if self.plan.steps is not None:
            left = (self.plan.steps - self.step) * self.samples_per_step / max(rate, 1e-9)
        else:
            left = self.plan.minutes * 60.0 - self.seconds
        shown = "  ".join(f"{k} {v:.4f}" for k, v in self.losses.items())
        print(
            f"{time.strftime('%H:%M:%S')} {self.name} step {self.step}  {shown}  lr {lr:.2e}"
            f"  {rate:.1f} samples/s  {max(0.0, left) / 60:.1f} min left",
            flush=True,
        )

    def run(self) -> None:
        """Train until the budget is used or SIGTERM/SIGINT arrives; either way the state is saved."""
        previous = {}
        for number in (signal.SIGTERM, signal.SIGINT):
            previous[number] = signal.signal(number, self._request_stop)
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._loop()
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _loop(self) -> None:
        plan = self.plan
        self.module.train()
        parameters = [p for g in self.optimizer.param_groups for p in g["params"]]
        now = time.monotonic()
        last_save = last_sheet = last_log = now
        logged_step = self.step
        while not self._stop and self.done() < 1.0:
            begun = time.monotonic()
            lr = learning_rate(plan, self.step, self.done())
            for group in self.optimizer.param_groups:
                group["lr"] = lr * group["scale"]
            loss, shown = self.loss(self.step)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(parameters, plan.clip_norm)
            if math.isfinite(float(norm)):
                self.optimizer.step()
            else:
                print(f"{self.name}: step {self.step} skipped, gradient is not finite", flush=True)
            self.step += 1
            if self.step % plan.ema_every == 0:
                self.average.update(self.module, self.step, plan.ema_every)
            for key, value in shown.items():
                old = self.losses.get(key, value)
                self.losses[key] = old + 0.02 * (value - old) if math.isfinite(value) else old
            now = time.monotonic()
            self.seconds += now - begun
            if now - last_log > plan.log_seconds:
                self._progress((self.step - logged_step) * self.samples_per_step / (now - last_log), lr)
                last_log, logged_step = now, self.step
            if now - last_save > plan.save_seconds:
                self.save()
                last_save = time.monotonic()
            if now - last_sheet > plan.sheet_seconds:
                self._draw()
                last_sheet = time.monotonic()
        self.save()
        if not self._stop:
            self._draw()
        print(f"{self.name}: {'stopped' if self._stop else 'done'} at step {self.step} "
              f"after {self.seconds / 60:.1f} min", flush=True)
