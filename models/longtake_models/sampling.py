"""The reference sampler: straightforward PyTorch that says what the engine must compute. Speed is no concern here.

Formulas: reference-spec §1.1 (stage 1), §1.2 (DDIM, guidance, autoregressive loop), §6.3 and §6.4 (refinement) and the
flow convention of `DiffusionConfig`. Noise always comes from the caller.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Callable, Iterator

import torch
from torch import Tensor

from .config import DiffusionConfig
from .networks.video_ldm import VideoLDM
from .original import Vid2VidConfig


def flow_sigmas(steps: int, shift: float = 1.0) -> list[float]:
    """sigma_0 = 1 ... sigma_steps = 0."""
    return [shift * u / (1.0 + (shift - 1.0) * u) for u in (1.0 - i / steps for i in range(steps + 1))]


def flow_step(x: Tensor, velocity: Tensor, sigma: float, sigma_next: float) -> Tensor:
    return x + (sigma_next - sigma) * velocity


@dataclass(frozen=True)
class DdimStep:
    timestep: int
    alpha: float
    """Cumulative product of 1 - beta at the timestep."""
    alpha_next: float
    """The same at the timestep that follows (a smaller one)."""


def alpha_products(config: DiffusionConfig) -> list[float]:
    """Cumulative products of 1 - beta, by timestep."""
    roots = torch.linspace(config.beta_start**0.5, config.beta_end**0.5, config.train_timesteps, dtype=torch.float64)
    return torch.cumprod(1.0 - roots**2, dim=0).tolist()


def ddim_steps(config: DiffusionConfig, steps: int) -> list[DdimStep]:
    """Scaled-linear betas, leading spacing; below 0 the first cumulative product stands (`set_alpha_to_one` false)."""
    alphas = alpha_products(config)
    stride = config.train_timesteps // steps
    result = []
    for i in reversed(range(steps)):
        t = i * stride + config.steps_offset
        result.append(DdimStep(t, alphas[t], alphas[t - stride] if t >= stride else alphas[0]))
    return result


def ddim_step(x: Tensor, output: Tensor, step: DdimStep, eta: float, noise: Tensor | None, prediction: str) -> Tensor:
    a, b = step.alpha, step.alpha_next
    if prediction == "epsilon":
        epsilon = output
        x0 = (x - (1 - a) ** 0.5 * epsilon) / a**0.5
    elif prediction == "v":
        x0 = a**0.5 * x - (1 - a) ** 0.5 * output
        epsilon = a**0.5 * output + (1 - a) ** 0.5 * x
    else:
        raise ValueError(f"DDIM cannot sample a model that predicts {prediction!r}")
    sigma = eta * ((1 - b) / (1 - a) * (1 - a / b)) ** 0.5
    x = b**0.5 * x0 + max(1 - b - sigma**2, 0.0) ** 0.5 * epsilon
    return x if sigma == 0.0 else x + sigma * noise


@dataclass(frozen=True)
class MultistepStep:
    timestep: int
    signal: float
    """alpha: x = alpha * clean + sigma * noise."""
    deviation: float
    """sigma"""

    @property
    def log_ratio(self) -> float:
        """lambda: half the log-SNR."""
        return math.log(self.signal / self.deviation)


def multistep_steps(config: DiffusionConfig, steps: int) -> list[MultistepStep]:
    """Linspace spacing: timesteps evenly spread from the last of the training down, without the 0 at the end."""
    alphas = alpha_products(config)
    spread = torch.linspace(0, config.train_timesteps - 1, steps + 1, dtype=torch.float64).round().flip(0)[:-1]
    return [MultistepStep(t, alphas[t] ** 0.5, (1 - alphas[t]) ** 0.5) for t in (int(t) for t in spread)]


def multistep_step(x: Tensor, clean: Tensor, before: Tensor | None, course: list[MultistepStep], index: int) -> Tensor:
    """DPM-Solver++(2M) (arXiv 2211.01095, algorithm 2), midpoint: x at step `index`, what it says the clean latents are, and
    what the step before said. The first step and the last, which ends without noise, are of first order.
    """
    if index == len(course) - 1:
        return clean
    now, after = course[index], course[index + 1]
    h = after.log_ratio - now.log_ratio
    towards = after.signal * (1 - math.exp(-h))
    result = after.deviation / now.deviation * x + towards * clean
    if before is not None:
        ratio = (now.log_ratio - course[index - 1].log_ratio) / h
        result = result + 0.5 * towards / ratio * (clean - before)
    return result


def clean_latents(x: Tensor, output: Tensor, signal: float, deviation: float, prediction: str) -> Tensor:
    if prediction == "epsilon":
        return (x - deviation * output) / signal
    if prediction == "v":
        return signal * x - deviation * output
    raise ValueError(f"nothing says what {prediction!r} is to clean latents")


def hold(x: Tensor, known: Tensor | None, noise: Tensor, signal: float, deviation: float) -> Tensor:
    """x (1,F,c,h,w), whose first frames become what the clean latents `known` (1,K,c,h,w) are at this noise level."""
    if known is None:
        return x
    frames = known.shape[1]
    return torch.cat([signal * known + deviation * noise[:, :frames], x[:, frames:]], dim=1)


def sample(
    predict: Callable[[Tensor, float], Tensor],
    noise: Tensor,
    config: DiffusionConfig,
    steps: int,
    step_noise: Callable[[int], Tensor] | None = None,
    known: Tensor | None = None,
) -> Tensor:
    """`predict(x, timestep)` -> guided model output. `step_noise(i)` is asked only where eta > 0.

    `known`: clean latents that the first frames are held to while `overlap_hold` lasts.
    """
    x = noise
    held = math.ceil(config.overlap_hold * steps)
    if config.prediction == "flow":
        sigmas = flow_sigmas(steps, config.shift)
        for i, (now, after) in enumerate(zip(sigmas[:-1], sigmas[1:])):
            x = hold(x, known if i < held else None, noise, 1.0 - now, now)
            x = flow_step(x, predict(x, 1000.0 * now), now, after)
        return x
    if config.sampler == "dpm-solver++":
        course, before = multistep_steps(config, steps), None
        for i, now in enumerate(course):
            x = hold(x, known if i < held else None, noise, now.signal, now.deviation)
            clean = clean_latents(x, predict(x, float(now.timestep)), now.signal, now.deviation, config.prediction)
            x, before = multistep_step(x, clean, before, course, i), clean
        return x
    for i, step in enumerate(ddim_steps(config, steps)):
        x = hold(x, known if i < held else None, noise, step.alpha**0.5, (1 - step.alpha) ** 0.5)
        extra = step_noise(i) if config.eta > 0 and step_noise else None
        x = ddim_step(x, predict(x, float(step.timestep)), step, config.eta, extra, config.prediction)
    return x


def sample_fast(
    predict: Callable[[Tensor, float, float], Tensor], noise: Tensor, config: DiffusionConfig, steps: int, known: Tensor | None = None
) -> Tensor:
    """Few steps of a distilled network: `predict(x, timestep, interval)` -> guided average velocity over the interval."""
    x = noise
    sigmas = flow_sigmas(steps, config.shift)
    held = math.ceil(config.overlap_hold * steps)
    for i, (now, after) in enumerate(zip(sigmas[:-1], sigmas[1:])):
        x = hold(x, known if i < held else None, noise, 1.0 - now, now)
        x = flow_step(x, predict(x, 1000.0 * now, 1000.0 * (now - after)), now, after)
    return x


@dataclass
class Conditioning:
    """What a chunk after the first one is held to. Pixels in [-1,1], never rounded to 8 bits."""

    anchor: Tensor
    """(1,3,H,W): frame 0 of the film."""
    frames: Tensor
    """(1,K,3,H,W): last K frames of the chunk before."""
    latents: Tensor
    """(1,K,c,h,w): the same, normalised latents."""


@torch.no_grad()
def generate_chunk(
    model: VideoLDM,
    text: Tensor,
    unconditional: Tensor,
    noise: Tensor,
    conditioning: Conditioning | None,
    steps: int,
    guidance: float,
    step_noise: Callable[[int], Tensor] | None = None,
) -> Tensor:
    """text, unconditional (1,L,D), noise (1,F,c,h,w) -> normalised latents (1,F,c,h,w).

    The first chunk of a film (no conditioning) reads the text alone and runs without CAM.
    """
    guided = guidance != 1.0
    texts = torch.cat([unconditional, text]) if guided else text
    rows = texts.shape[0]
    if conditioning is None:
        contexts, embedding = model.plain_contexts(texts), None
    else:
        # The unconditional half sees a mid-grey picture but the same CAM frames.
        anchors = [torch.zeros_like(conditioning.anchor), conditioning.anchor] if guided else [conditioning.anchor]
        contexts = model.anchor_contexts(texts, torch.cat(anchors))
        embedding = model.unet.embed_frames(conditioning.frames).repeat(rows, 1, 1, 1, 1)
    kept = model.config.cam.frames

    def predict(x: Tensor, timestep: float) -> Tensor:
        latents, t = x.repeat(rows, 1, 1, 1, 1), torch.full((rows,), timestep, device=x.device)
        features = None if embedding is None else model.unet(latents[:, :kept], t, texts, embedding)
        output = model.base_model(latents, t, contexts, features)
        if not guided:
            return output
        without, with_text = output[:1], output[1:]
        return without + guidance * (with_text - without)

    known = None if conditioning is None else conditioning.latents
    return sample(predict, noise, model.config.diffusion, steps, step_noise, known)


@torch.no_grad()
def generate_first(
    unet: Callable[[Tensor, Tensor, Tensor], Tensor],
    text: Tensor,
    unconditional: Tensor,
    noise: Tensor,
    config: DiffusionConfig,
    steps: int,
    guidance: float,
) -> Tensor:
    """The original's stage 1, a network of its own that reads text alone: `unet(latents, timestep, text)`.

    text, unconditional (1,L,D), noise (1,F,c,h,w) -> normalised latents (1,F,c,h,w).
    """

    def predict(x: Tensor, timestep: float) -> Tensor:
        t = torch.full((1,), timestep, device=x.device)
        return guided(unet(x, t, unconditional), unet(x, t, text), guidance)

    return sample(predict, noise, config, steps)


def guided(without: Tensor, with_text: Tensor, scale: float, rescale: float = 0.0) -> Tensor:
    """Classifier-free guidance; `rescale`: share in which the result gets the spread of `with_text`, over all numbers."""
    result = without + scale * (with_text - without)
    return result * (rescale * with_text.std() / (result.std() + 1e-12) + 1 - rescale) if rescale else result


@torch.no_grad()
def generate_chunk_fast(model: VideoLDM, text: Tensor, noise: Tensor, conditioning: Conditioning | None, steps: int) -> Tensor:
    """`generate_chunk` by `sample_fast`: one pass a step, since guidance is folded into the network's prediction."""
    if conditioning is None:
        contexts, embedding = model.plain_contexts(text), None
    else:
        contexts = model.anchor_contexts(text, conditioning.anchor)
        embedding = model.unet.embed_frames(conditioning.frames)
    kept = model.config.cam.frames

    def predict(x: Tensor, timestep: float, interval: float) -> Tensor:
        t, i = torch.full((1,), timestep, device=x.device), torch.full((1,), interval, device=x.device)
        features = None if embedding is None else model.unet(x[:, :kept], t, text, embedding, i)
        return model.base_model(x, t, contexts, features, interval=i)

    return sample_fast(predict, noise, model.config.diffusion, steps, None if conditioning is None else conditioning.latents)


@torch.no_grad()
def decode(model: VideoLDM, latents: Tensor) -> Tensor:
    """Normalised latents (1,F,c,h,w) -> pixels (1,F,3,H,W), clamped to [-1,1]."""
    return model.vae.decode_normalised(latents.flatten(0, 1)).clamp(-1.0, 1.0).unflatten(0, latents.shape[:2])


def generate_film(
    model: VideoLDM,
    texts: Callable[[int], Tensor],
    unconditional: Tensor,
    noise: Callable[[int], Tensor],
    chunks: int,
    steps: int,
    guidance: float,
    step_noise: Callable[[int, int], Tensor] | None = None,
    first: tuple[Tensor, Tensor] | None = None,
) -> Iterator[tuple[Tensor, Tensor]]:
    """A careful film. `texts(i)` and `noise(i)` belong to chunk i, `step_noise(i, step)` to a sampler that adds noise.

    `first`: as for `chain`. Yields as `chain`.
    """

    def chunk(i: int, conditioning: Conditioning | None) -> Tensor:
        extra = None if step_noise is None else (lambda step: step_noise(i, step))
        return generate_chunk(model, texts(i), unconditional, noise(i), conditioning, steps, guidance, extra)

    return chain(model, chunk, chunks, first)


def generate_film_fast(
    model: VideoLDM, texts: Callable[[int], Tensor], noise: Callable[[int], Tensor], chunks: int, steps: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """A fast film. Yields as `chain`."""
    return chain(model, lambda i, conditioning: generate_chunk_fast(model, texts(i), noise(i), conditioning, steps), chunks)


def chain(
    model: VideoLDM,
    chunk: Callable[[int, Conditioning | None], Tensor],
    chunks: int,
    first: tuple[Tensor, Tensor] | None = None,
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yields per chunk its latents (1,F,c,h,w) and all its decoded frames (1,F,3,H,W).

    `first`: those of the first chunk, where other networks made it. After the first chunk only the frames from K on are new: the first K show once more what the chunk before ended with.
    """
    conditioning: Conditioning | None = None
    kept = model.config.cam.frames
    for i in range(chunks):
        if i == 0 and first is not None:
            latents, frames = first
        else:
            latents = chunk(i, conditioning)
            frames = decode(model, latents)
        yield latents, frames
        anchor = frames[:, 0] if conditioning is None else conditioning.anchor
        conditioning = Conditioning(anchor, frames[:, -kept:], latents[:, -kept:])


def refine(predict: Callable[[Tensor, float], Tensor], source: Tensor, noise: Tensor, strength: float, steps: int) -> Tensor:
    """SDEdit (arXiv 2108.01073) along the flow: source (B,F,c,h,w), noised to `strength`, in Euler steps to 0.

    predict(x, sigma) -> the flow at noise level sigma in 0..1.
    """
    x = source + strength * (noise - source)
    for step in range(steps):
        x = x - strength / steps * predict(x, strength * (steps - step) / steps)
    return x


@dataclass(frozen=True)
class RefinementCourse:
    """The noise levels of the original's refinement (reference-spec §6.3): variance-preserving, zero-terminal."""

    signals: list[float]
    """alpha, by timestep of the training."""
    deviations: list[float]
    """sigma, likewise."""
    start: int
    """Timestep whose noise the source is given."""
    timesteps: list[int]
    """What the network is told, by step."""
    levels: list[float]
    """sigma / alpha before each step."""


def refinement_course(config: Vid2VidConfig, steps: int) -> RefinementCourse:
    last = config.train_timesteps - 1
    a, b = math.atan(math.exp(config.log_snr_limit)), math.atan(math.exp(-config.log_snr_limit))
    clean_shift, noisy_shift = (2 * math.log(divisor) for divisor in config.log_snr_shift)
    sigmas = []
    for k in range(config.train_timesteps):
        u = 1 - k / last
        log_snr = -2 * math.log(math.tan(a + u * (b - a)))
        shifted = u * (log_snr - clean_shift) + (1 - u) * (log_snr - noisy_shift)
        sigmas.append((1 / (1 + math.exp(shifted))) ** 0.5)
    low, high = sigmas[0], sigmas[-1]
    deviations = [low + (sigma - low) * (1 - low) / (high - low) for sigma in sigmas]
    signals = [max(1 - sigma**2, 0.0) ** 0.5 for sigma in deviations]
    start = config.noise_levels - 1
    # `trailing`: steps + 1 points from the start down, of which the last is left out.
    times = [start - i * config.noise_levels / (steps + 1) for i in range(steps)]

    def level(time: float) -> float:
        below = math.floor(time)
        low, high = (math.log(deviations[k] / signals[k]) for k in (below, below + 1))
        return math.exp(low + (time - below) * (high - low))

    return RefinementCourse(signals, deviations, start, [round(t) for t in times], [level(t) for t in times])


def refine_window(
    predict: Callable[[Tensor, float], Tensor],
    source: Tensor,
    noise: Tensor,
    step_noise: Callable[[int], Tensor],
    course: RefinementCourse,
) -> Tensor:
    """The original's refinement of one window: SDEdit, then DPM-Solver++(2M) SDE, midpoint, eta 1 (reference-spec §6.4).

    predict(x, timestep) -> v, with guidance. `step_noise(i)` is asked for every step but the last.
    """
    levels = course.levels
    # The noised source is taken for noise of unit deviation, as the original does: scaled, not divided by alpha.
    x = levels[0] * (course.signals[course.start] * source + course.deviations[course.start] * noise)
    before = None
    for i, (t, level) in enumerate(zip(course.timesteps, levels)):
        shown = x / (1 + level**2) ** 0.5
        clean = clean_latents(shown, predict(shown, float(t)), course.signals[t], course.deviations[t], "v")
        if i == len(levels) - 1:
            return clean
        h = math.log(level / levels[i + 1])
        weight = 1 - math.exp(-2 * h)
        x = levels[i + 1] / level * math.exp(-h) * x + weight * clean + levels[i + 1] * weight**0.5 * step_noise(i)
        if before is not None:
            x = x + 0.5 * weight * h / math.log(levels[i - 1] / level) * (clean - before)
        before = clean
    raise ValueError("no steps")
