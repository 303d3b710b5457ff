"""The original's samplers against formulas written down once more, the way diffusers and ModelScope's own code have them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from longtake_models import sampling
from longtake_models.export.golden import ClosedFormDpmSde
from longtake_models.original import ORIGINAL

FIRST = ORIGINAL.first


class DiffusersMultistep:
    """diffusers' DPMSolverMultistepScheduler with dpmsolver++, order 2, midpoint, linspace, `final_sigmas_type` zero: its
    table of sigmas with 0 appended, its alpha_t, sigma_t of these, and its list of the last two model outputs."""

    def __init__(self, steps: int) -> None:
        betas = np.linspace(FIRST.beta_start**0.5, FIRST.beta_end**0.5, FIRST.train_timesteps) ** 2
        cumulative = np.cumprod(1 - betas)
        self.timesteps = np.linspace(0, FIRST.train_timesteps - 1, steps + 1).round()[::-1][:-1].astype(np.int64)
        table = ((1 - cumulative) / cumulative) ** 0.5
        self.sigmas = np.concatenate([np.interp(self.timesteps, np.arange(len(table)), table), [0.0]])
        self.model_outputs: list[np.ndarray | None] = [None, None]

    @staticmethod
    def _alpha_sigma(sigma: float) -> tuple[float, float]:
        alpha_t = 1 / (sigma**2 + 1) ** 0.5
        return alpha_t, sigma * alpha_t

    def step(self, i: int, output: np.ndarray, sample: np.ndarray, prediction: str) -> np.ndarray:
        alpha_t, sigma_t = self._alpha_sigma(self.sigmas[i])
        if prediction == "epsilon":
            converted = (sample - sigma_t * output) / alpha_t
        else:
            converted = alpha_t * sample - sigma_t * output
        self.model_outputs = [self.model_outputs[1], converted]
        first_order = i == 0 or i == len(self.timesteps) - 1
        return self._first(i, sample) if first_order else self._second(i, sample)

    def _lambda(self, sigma: float) -> float:
        alpha_t, sigma_t = self._alpha_sigma(sigma)
        return math.log(alpha_t) - (math.log(sigma_t) if sigma_t else -math.inf)

    def _first(self, i: int, sample: np.ndarray) -> np.ndarray:
        alpha_t, sigma_t = self._alpha_sigma(self.sigmas[i + 1])
        _, sigma_s = self._alpha_sigma(self.sigmas[i])
        h = self._lambda(self.sigmas[i + 1]) - self._lambda(self.sigmas[i])
        return (sigma_t / sigma_s) * sample - (alpha_t * (math.exp(-h) - 1.0)) * self.model_outputs[-1]

    def _second(self, i: int, sample: np.ndarray) -> np.ndarray:
        alpha_t, sigma_t = self._alpha_sigma(self.sigmas[i + 1])
        _, sigma_s0 = self._alpha_sigma(self.sigmas[i])
        lambda_t, lambda_s0, lambda_s1 = (self._lambda(self.sigmas[k]) for k in (i + 1, i, i - 1))
        m0, m1 = self.model_outputs[-1], self.model_outputs[-2]
        h, h_0 = lambda_t - lambda_s0, lambda_s0 - lambda_s1
        d0, d1 = m0, (1.0 / (h_0 / h)) * (m0 - m1)
        factor = alpha_t * (math.exp(-h) - 1.0)
        return (sigma_t / sigma_s0) * sample - factor * d0 - 0.5 * factor * d1


def answer(x: Tensor, timestep: float) -> Tensor:
    """A network of sorts: what it says depends on both."""
    return torch.tanh(0.3 * x + timestep / 700) + 0.2 * torch.roll(x, 1, -1)


@pytest.mark.parametrize("prediction", ["epsilon", "v"])
@pytest.mark.parametrize("steps", [50, 20, 7, 2, 1])
def test_stage_1_steps_as_diffusers_does(prediction: str, steps: int) -> None:
    noise = torch.randn(2, 3, 8, generator=torch.Generator().manual_seed(steps), dtype=torch.float64)
    told: list[float] = []

    def predict(x: Tensor, timestep: float) -> Tensor:
        told.append(timestep)
        return answer(x, timestep)

    ours = sampling.sample(predict, noise, replace(FIRST, prediction=prediction), steps)
    scheduler = DiffusersMultistep(steps)
    assert told == scheduler.timesteps.tolist()
    x = noise.numpy()
    for i, t in enumerate(scheduler.timesteps):
        x = scheduler.step(i, answer(torch.from_numpy(x), float(t)).numpy(), x, prediction)
    np.testing.assert_allclose(ours.numpy(), x, rtol=1e-9, atol=1e-9)


def test_stage_1_has_the_timesteps_of_the_original() -> None:
    timesteps = [step.timestep for step in sampling.multistep_steps(FIRST, 50)]
    assert timesteps[:3] == [999, 979, 959] and timesteps[-2:] == [40, 20] and len(timesteps) == 50


def test_the_second_order_matters() -> None:
    """Were the step before forgotten, the result would be another one."""
    noise = torch.randn(2, 8, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    course, x = sampling.multistep_steps(FIRST, 20), noise
    for i, now in enumerate(course):
        clean = sampling.clean_latents(x, answer(x, now.timestep), now.signal, now.deviation, "epsilon")
        x = sampling.multistep_step(x, clean, None, course, i)
    assert (x - sampling.sample(answer, noise, FIRST, 20)).abs().max() > 0.01


@pytest.mark.parametrize(("steps", "levels"), [(30, 600), (8, 400)])
def test_refinement_steps_as_its_closed_form(steps: int, levels: int) -> None:
    generator = torch.Generator().manual_seed(levels)
    source, noise, *draws = torch.randn(2 + steps, 1, 3, 8, generator=generator, dtype=torch.float64)
    course = sampling.refinement_course(replace(ORIGINAL.enhancer, noise_levels=levels), steps)
    ours = sampling.refine_window(answer, source, noise, lambda i: draws[i], course)
    solver = ClosedFormDpmSde(steps, levels)
    x, previous = solver.begin(source.numpy(), noise.numpy()), None
    for i in range(steps):
        # Its x is the clean latents plus noise: over the root of 1 + s^2 it is what the network sees.
        shown = x * solver.signal(i)
        t = int(solver.timesteps[i])
        v = answer(torch.from_numpy(shown), float(t)).numpy()
        clean = course.signals[t] * shown - course.deviations[t] * v
        x, previous = solver.step(i, x, clean, clean if previous is None else previous, draws[i].numpy()), clean
    np.testing.assert_allclose(ours.numpy(), x, rtol=1e-9, atol=1e-9)


def test_refinement_has_the_timesteps_of_the_original() -> None:
    course = sampling.refinement_course(ORIGINAL.enhancer, 30)
    assert course.timesteps[:4] == [599, 580, 560, 541] and course.timesteps[-3:] == [76, 57, 38]
    np.testing.assert_allclose(course.levels[:3], [4.1648, 3.8570, 3.5755], rtol=2e-5)
    np.testing.assert_allclose(course.levels[-3:], [0.2556, 0.1882, 0.1229], rtol=3e-4)
    assert (course.signals[599], course.deviations[599]) == pytest.approx((0.23347, 0.97236), abs=1e-5)


def test_guidance_gives_the_spread_back() -> None:
    without, with_text = torch.randn(2, 4, 9, generator=torch.Generator().manual_seed(3))
    plain = without + 7.5 * (with_text - without)
    torch.testing.assert_close(sampling.guided(without, with_text, 7.5), plain)
    rescaled = sampling.guided(without, with_text, 7.5, 0.2)
    torch.testing.assert_close(rescaled, plain * (0.2 * with_text.std() / plain.std() + 0.8))
    torch.testing.assert_close(sampling.guided(without, with_text, 7.5, 1.0).std(), with_text.std())
