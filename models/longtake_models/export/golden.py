"""Golden tensors: what the engine's own tests compare themselves with (graphs, sampler steps, two whole chunks)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Iterator

import numpy as np
import torch
from torch import Tensor

from ..config import DiffusionConfig
from ..networks.enhancer import Enhancer, enlarge
from ..networks.video_ldm import VideoLDM
from ..sampling import generate_film, generate_film_fast, refine
from .graphs import Graph
from .onnx_export import TOLERANCE, TOLERANCE_INT8, run

PROMPT = "a red car drives through a snowy city at night"
SEED = 20240314
STEPS, GUIDANCE = 4, 4.0


class Writer:
    """Saves arrays below `folder` and remembers them by their relative name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, name: str, value: Tensor | np.ndarray) -> str:
        array = value.detach().numpy() if isinstance(value, Tensor) else value
        path = self.folder / f"{name}.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, np.ascontiguousarray(array, dtype=np.float32))
        return f"{name}.npy"


def tolerance(int8_channels: int) -> float:
    """Relative error up to which an answer is PyTorch's."""
    return TOLERANCE_INT8 if int8_channels else TOLERANCE


def graph_cases(graphs: list[Graph], text: Tensor, writer: Writer, generator: torch.Generator) -> list[dict]:
    """One case per graph, B = 1 (two frames for the decoder), chained as in a film so that files are shared."""
    by_name = {graph.name: graph for graph in graphs}
    shared: dict[str, tuple[str, Tensor]] = {"text": (writer.save("chunks/text", text), text)}
    cases = []
    for name, graph in by_name.items():
        # The encoder came later; the others' cases stay as they were.
        draws = torch.Generator().manual_seed(SEED) if name == "vae_encoder" else generator
        example = graph.example(2 if name == "vae_decoder" else 1, draws)
        inputs, values = {}, {}
        for key, value in example.items():
            if key in shared and key not in ("latents", "timestep", "frames"):
                inputs[key], values[key] = shared[key]
            else:
                inputs[key], values[key] = writer.save(f"{name}/{key}", value), value
        outputs = {}
        for key, value in run(graph, values).items():
            outputs[key] = writer.save(f"{name}/{key}", value)
            shared[key] = (outputs[key], value)
        cases.append({"graph": name, "tolerance": tolerance(graph.int8_channels), "inputs": inputs, "outputs": outputs})
    return cases


def closed_form_ddim(
    x: np.ndarray, output: np.ndarray, noise: np.ndarray, prediction: str, eta: float, steps: int, index: int, config: DiffusionConfig
) -> tuple[np.ndarray, dict[str, float]]:
    """One DDIM step in double precision, written from the paper's equation 12 and not from `sampling`."""
    n = config.train_timesteps
    roots = np.sqrt(config.beta_start) + np.arange(n) / (n - 1) * (np.sqrt(config.beta_end) - np.sqrt(config.beta_start))
    alpha_bar = np.exp(np.cumsum(np.log1p(-(roots**2))))
    timesteps = (np.arange(steps) * (n // steps))[::-1] + config.steps_offset
    t = int(timesteps[index])
    previous = t - n // steps
    a, b = alpha_bar[t], alpha_bar[max(previous, 0)]
    signal, level = np.sqrt(a), np.sqrt(1 - a)
    if prediction == "epsilon":
        epsilon, x0 = output, (x - level * output) / signal
    else:
        # v = signal * epsilon - level * x0 and x = signal * x0 + level * epsilon: a rotation.
        x0, epsilon = signal * x - level * output, level * x + signal * output
    sigma = eta * np.sqrt((1 - b) / (1 - a)) * np.sqrt(1 - a / b)
    expected = np.sqrt(b) * x0 + np.sqrt(1 - b - sigma**2) * epsilon + sigma * noise
    return expected, {"timestep": t, "alphaBar": float(a), "alphaBarNext": float(b), "sigma": float(sigma)}


def closed_form_flow(
    x: np.ndarray, velocity: np.ndarray, steps: int, index: int, shift: float
) -> tuple[np.ndarray, dict[str, float]]:
    """One Euler step in double precision; sigma by the odds form: odds(sigma) = shift * odds(u)."""

    def sigma(i: int) -> float:
        if i == 0:
            return 1.0
        odds = shift * (steps - i) / i
        return odds / (1.0 + odds)

    now, after = sigma(index), sigma(index + 1)
    facts = {"timestep": 1000 * now, "interval": 1000 * (now - after), "sigma": now, "sigmaNext": after}
    return x - (now - after) * velocity, facts


def sampler_cases(writer: Writer, generator: torch.Generator) -> list[dict]:
    config = DiffusionConfig()
    x, output, noise = (torch.randn(2, 3, 4, generator=generator).double().numpy() for _ in range(3))
    files = {
        "x": writer.save("samplers/x", x),
        "model_output": writer.save("samplers/model_output", output),
        "noise": writer.save("samplers/noise", noise),
    }
    cases = []
    for prediction in ("epsilon", "v"):
        for eta in (0.0, 1.0):
            for steps, index in ((50, 0), (50, 27), (50, 49), (20, 3)):
                expected, facts = closed_form_ddim(x, output, noise, prediction, eta, steps, index, config)
                name = writer.save(f"samplers/ddim-{prediction}-{eta:g}-{steps}-{index}", expected)
                about = {"sampler": "ddim", "prediction": prediction, "eta": eta, "steps": steps, "index": index}
                cases.append({**about, **files, "expected": name, **facts})
    for shift in (1.0, 3.0):
        for steps, index in ((16, 0), (16, 9), (16, 15), (4, 1)):
            expected, facts = closed_form_flow(x, output, steps, index, shift)
            name = writer.save(f"samplers/euler-{shift:g}-{steps}-{index}", expected)
            about = {"sampler": "euler", "prediction": "flow", "shift": shift, "steps": steps, "index": index}
            cases.append({**about, "x": files["x"], "model_output": files["model_output"], "expected": name, **facts})
    return cases


class ClosedFormDpmSde:
    """SDE-DPM-Solver++(2M), midpoint, eta 1, in double precision and written for the variance-preserving x of its paper
    (arXiv 2211.01095, algorithm 2), while the engine works with x = clean + s * noise; schedule of reference-spec §6.3."""

    def __init__(self, steps: int, levels: int) -> None:
        k = np.arange(1000)
        u = 1 - k / 999
        a, b = np.arctan(np.exp(7.5)), np.arctan(np.exp(-7.5))
        log_snr = -2 * np.log(np.tan(a + u * (b - a)))
        shifted = u * (log_snr - 2 * np.log(2)) + (1 - u) * (log_snr - 2 * np.log(4))
        sigma = np.sqrt(1 / (1 + np.exp(shifted)))
        sigma = sigma[0] + (sigma - sigma[0]) * (1 - sigma[0]) / (sigma[-1] - sigma[0])
        times = levels - 1 - np.arange(steps) * levels / (steps + 1)
        with np.errstate(divide="ignore"):
            self.lambdas = -np.interp(times, k[:-1], np.log(sigma[:-1] / np.sqrt(1 - sigma[:-1] ** 2)))
        self.timesteps = np.rint(times).astype(int)
        self.start_signal, self.start_noise = np.sqrt(1 - sigma[levels - 1] ** 2), sigma[levels - 1]

    def signal(self, index: int) -> float:
        return float(1 / np.sqrt(1 + np.exp(-2 * self.lambdas[index])))

    def begin(self, source: np.ndarray, noise: np.ndarray) -> np.ndarray:
        return np.exp(-self.lambdas[0]) * (self.start_signal * source + self.start_noise * noise)

    def step(self, index: int, x: np.ndarray, clean: np.ndarray, previous: np.ndarray, noise: np.ndarray) -> np.ndarray:
        if index == len(self.lambdas) - 1:
            return clean
        h = self.lambdas[index + 1] - self.lambdas[index]
        now, after = self.signal(index), self.signal(index + 1)
        deviation, deviation_after = np.sqrt(1 - now**2), np.sqrt(1 - after**2)
        weight = 1 - np.exp(-2 * h)
        result = deviation_after / deviation * np.exp(-h) * (x * now) + after * weight * clean
        if index > 0:
            ratio = (self.lambdas[index] - self.lambdas[index - 1]) / h
            result = result + 0.5 * after * weight * (clean - previous) / ratio
        return (result + deviation_after * np.sqrt(weight) * noise) / after


def refinement_cases(writer: Writer, generator: torch.Generator) -> list[dict]:
    """How the original's enhancer begins and steps: `index` -1 is the beginning."""
    x, clean, previous, noise = (torch.randn(2, 3, 4, generator=generator).double().numpy() for _ in range(4))
    files = {
        name: writer.save(f"refinement/{name}", value)
        for name, value in (("x", x), ("clean", clean), ("previous", previous), ("noise", noise))
    }
    cases = []
    for steps, levels in ((30, 600), (8, 400)):
        solver = ClosedFormDpmSde(steps, levels)
        for index in (-1, 0, 1, steps // 2, steps - 2, steps - 1):
            expected = solver.begin(x, noise) if index < 0 else solver.step(index, x, clean, previous, noise)
            name = writer.save(f"refinement/{steps}-{levels}-{index}", expected)
            timestep = int(solver.timesteps[max(index, 0)])
            cases.append({"steps": steps, "noiseLevels": levels, "index": index, "timestep": timestep, **files, "expected": name})
    return cases


def chunk_cases(
    model: VideoLDM, text: Tensor, unconditional: Tensor, writer: Writer, generator: torch.Generator
) -> dict[str, dict]:
    """Two chunks of a film, of which the second one has CAM and an anchor: with guidance, and fast where there is that."""
    config = model.config
    shape = (1, config.video.frames, config.autoencoder.latent_channels, config.latent_height, config.latent_width)
    noises = [torch.randn(shape, generator=generator) for _ in range(2)]
    careful = {
        "prompt": PROMPT,
        "text": writer.save("chunks/text", text),
        "negativePrompt": "",
        "uncond": writer.save("chunks/uncond", unconditional),
        "steps": STEPS,
        "guidance": GUIDANCE,
        "tolerance": tolerance(config.int8_channels),
    }
    film = generate_film(model, lambda i: text, unconditional, lambda i: noises[i], 2, STEPS, GUIDANCE)
    cases = {"chunks": careful | film_tensors(film, noises, "chunks", writer)}
    fast = config.diffusion.fast
    if fast:
        film = generate_film_fast(model, lambda i: text, lambda i: noises[i], 2, fast.least_steps)
        about = {key: careful[key] for key in ("prompt", "text", "tolerance")}
        about |= {"steps": fast.least_steps, "guidance": fast.guidance_scale}
        cases["fast"] = about | film_tensors(film, noises, "fast", writer)
    return cases


def film_tensors(film: Iterator[tuple[Tensor, Tensor]], noises: list[Tensor], folder: str, writer: Writer) -> dict[str, str]:
    names = {}
    for i, (latents, frames) in enumerate(film):
        names[f"noise_{i}"] = writer.save(f"chunks/noise_{i}", noises[i])
        names[f"latents_{i}"] = writer.save(f"{folder}/latents_{i}", latents)
        names[f"last_frame_{i}"] = writer.save(f"{folder}/last_frame_{i}", frames[:, -1])
    return names


@torch.no_grad()
def enhanced_case(model: VideoLDM, enhancer: Enhancer, text: Tensor, writer: Writer, generator: torch.Generator) -> dict:
    """A film that is one window long: its latents, the noise that its frames get, and what becomes of it."""
    config, stage = model.config, model.config.enhancer
    shape = (stage.window, config.autoencoder.latent_channels, config.latent_height, config.latent_width)
    latents = 0.7 * torch.randn(shape, generator=generator)
    large = enlarge(model.vae.decode_normalised(latents).clamp(-1, 1), stage.scale)
    source = enhancer.encode(large)[None]
    noise = torch.randn(source.shape, generator=generator)
    refined = refine(
        lambda x, sigma: enhancer.unet(x, torch.tensor([1000 * sigma]), text, source), source, noise, stage.strength, stage.steps
    )
    frames = enhancer.vae.decode_normalised(refined[0, -1:]).clamp(-1, 1)
    return {
        "prompt": PROMPT,
        "text": writer.save("chunks/text", text),
        "tolerance": tolerance(config.int8_channels),
        "latents": writer.save("enhanced/film", latents),
        "source": writer.save("enhanced/source", source[0, -1]),
        "noise": writer.save("enhanced/noise", noise[0]),
        "last_latents": writer.save("enhanced/last_latents", refined[0, -1]),
        "last_frame": writer.save("enhanced/last_frame", frames),
    }


def write(
    model: VideoLDM, graphs: list[Graph], text: Tensor, unconditional: Tensor, folder: Path, enhancer: Enhancer | None = None
) -> dict:
    """Fill `folder` and return what golden.json says. text, unconditional: (1,L,D)."""
    if model.config.diffusion.prediction != "flow":
        # A sampler with noise would need its step noise among the golden tensors.
        model.config = replace(model.config, diffusion=replace(model.config.diffusion, eta=0.0))
    generator = torch.Generator().manual_seed(SEED)
    writer = Writer(folder)
    golden = {
        "graphs": graph_cases(graphs, text, writer, generator),
        "samplers": sampler_cases(writer, generator),
        "refinement": refinement_cases(writer, torch.Generator().manual_seed(SEED)),
        **chunk_cases(model, text, unconditional, writer, generator),
    }
    if enhancer:
        golden["enhanced"] = enhanced_case(model, enhancer, text, writer, torch.Generator().manual_seed(SEED))
    (folder / "golden.json").write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")
    return golden
