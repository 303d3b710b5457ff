"""The reference sampler: straightforward PyTorch that says what the engine must compute. Speed is no concern here.

Formulas: reference-spec §1.2 (DDIM, guidance, autoregressive loop) and the flow convention of `DiffusionConfig`.
Noise always comes from the caller.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Callable, Iterator

import torch
from torch import Tensor

from .config import DiffusionConfig
from .networks.video_ldm import VideoLDM


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


def ddim_steps(config: DiffusionConfig, steps: int) -> list[DdimStep]:
    """Scaled-linear betas, leading spacing; below 0 the first cumulative product stands (`set_alpha_to_one` false)."""
    total = config.train_timesteps
    betas = torch.linspace(config.beta_start**0.5, config.beta_end**0.5, total, dtype=torch.float64) ** 2
    alphas = torch.cumprod(1.0 - betas, dim=0).tolist()
    stride = total // steps
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
) -> Iterator[tuple[Tensor, Tensor]]:
    """A careful film. `texts(i)` and `noise(i)` belong to chunk i, `step_noise(i, step)` to a sampler that adds noise.

    Yields as `chain`.
    """

    def chunk(i: int, conditioning: Conditioning | None) -> Tensor:
        extra = None if step_noise is None else (lambda step: step_noise(i, step))
        return generate_chunk(model, texts(i), unconditional, noise(i), conditioning, steps, guidance, extra)

    return chain(model, chunk, chunks)


def generate_film_fast(
    model: VideoLDM, texts: Callable[[int], Tensor], noise: Callable[[int], Tensor], chunks: int, steps: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """A fast film. Yields as `chain`."""
    return chain(model, lambda i, conditioning: generate_chunk_fast(model, texts(i), noise(i), conditioning, steps), chunks)


def chain(
    model: VideoLDM, chunk: Callable[[int, Conditioning | None], Tensor], chunks: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yields per chunk its latents (1,F,c,h,w) and all its decoded frames (1,F,3,H,W).

    After the first chunk only the frames from K on are new: the first K show once more what the chunk before ended with.
    """
    conditioning: Conditioning | None = None
    kept = model.config.cam.frames
    for i in range(chunks):
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
