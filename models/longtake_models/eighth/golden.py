"""Golden numbers of the pack, by PyTorch in fp32: tokens, networks, samplers, a first clip, chunks that go on, refined films.

What is large and arbitrary is noise by `formula.noise`, of which only the seed is told.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Callable, Iterator, Mapping

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import DiffusionConfig
from ..convert.tokenizer import ClipTokenizer
from ..export import golden as storybook
from ..export.graphs import Graph
from ..export.onnx_export import TOLERANCE, run
from ..networks.autoencoder import AutoencoderKL
from ..sampling import generate_film, generate_first, guided, refine_window, refinement_course
from . import formula
from .config import EIGHTH
from .formula import Purpose
from .pack import Network

PROMPTS = (
    "a cat running on the street",
    "",
    "  Wide shot of a FIELD,\n\tanimals grazing; sunset!  ",
    "it's they're we've I'm you'll he'd don't",
    "24 frames at 8fps, 1920x1080, no. 7",
    "Ein Äffchen isst Crème brûlée — übermütig",
    "Ae\u0301rosol and A\u030angstro\u0308m, decomposed",
    "снег падает 雪が降る눈이 온다",
    "a 🐱 and a 👩‍🚀 on the 🌕!!!",
    "…«quoted» (brackets) [x] {y} #tag @user a_b c-d/e\\f <|endoftext|>",
    "in the water and on the ground " * 8,
)
"""The last but one names a special token as plain text."""
NEGATIVE = "blurry, a dog"
EVERY = {"contexts": 7, "feature_0": 5, "feature_1": 5, "feature_2": 5, "embedding": 5}
"""Of these outputs one number in so many is kept."""


def write(
    networks: Mapping[str, Network], vocabulary: ClipTokenizer, folder: Path, say: Callable[[str], None] = print
) -> None:
    """Fill `folder`."""
    writer = storybook.Writer(folder)
    said = {
        "tokens": tokens(vocabulary),
        "graphs": list(graph_cases(networks, writer)),
        "samplers": sampler_cases(writer),
    }
    films = Films(networks, vocabulary)
    for name, case in films.cases(writer):
        said[name] = case
        say(f"golden: {name}")
    (folder / "golden.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def tokens(vocabulary: ClipTokenizer) -> list[dict]:
    tokenizer = Tokenizer.from_str(vocabulary.json)
    return [{"prompt": prompt, "ids": tokenizer.encode(prompt).ids} for prompt in (*PROMPTS, full(tokenizer))]


def full(tokenizer: Tokenizer) -> str:
    """A prompt of as many tokens as the encoder reads."""
    words = ["cat"]
    while len(tokenizer.encode(" ".join(words)).ids) < EIGHTH.text.tokens:
        words.append("on")
    return " ".join(words)


def padded(tokenizer: Tokenizer, prompt: str, padding: int) -> Tensor:
    ids = tokenizer.encode(prompt).ids
    if len(ids) > EIGHTH.text.tokens:
        raise ValueError(f"{prompt!r} has {len(ids)} tokens")
    return torch.tensor([ids + [padding] * (EIGHTH.text.tokens - len(ids))])


def draw(purpose: Purpose, index: int, step: int, *shape: int) -> Tensor:
    return torch.from_numpy(formula.noise(formula.noise_seed(purpose, index, step), *shape))


def graph_cases(networks: Mapping[str, Network], writer: storybook.Writer) -> Iterator[dict]:
    """One case a graph, batch 1, of pictures 2. Numbers are noise, told by seed, or said."""
    graphs = [graph for network in networks.values() for graph in network.graphs]
    for index, graph in enumerate(graphs):
        inputs, values = {}, {}
        for number, (name, shape) in enumerate(graph.inputs.items()):
            sizes = [(2 if s == "N" else 1) if isinstance(s, str) else s for s in shape]
            if name in ("timestep", "cam_scale", "ids"):
                values[name] = example(name, sizes)
                inputs[name] = {"shape": sizes, "values": values[name].flatten().tolist()}
            else:
                seed = formula.noise_seed(Purpose.CASE, index, number)
                values[name] = torch.from_numpy(formula.noise(seed, *sizes))
                inputs[name] = {"shape": sizes, "seed": seed}
        outputs = {}
        for name, value in run(graph, values).items():
            every = EVERY.get(name, 1)
            file = writer.save(f"{graph.name}/{name}", value.flatten()[::every])
            outputs[name] = {"shape": list(value.shape), "every": every, "file": file}
        yield {"graph": graph.name, "tolerance": TOLERANCE, "inputs": inputs, "outputs": outputs}


def example(name: str, sizes: list[int]) -> Tensor:
    if name == "ids":
        return (torch.arange(int(np.prod(sizes))) * 131 % EIGHTH.text.vocabulary).reshape(sizes)
    return torch.full(sizes, 541.0 if name == "timestep" else 1.0)


class ClosedFormMultistep:
    """DPM-Solver++(2M), midpoint, in double precision and written for x / alpha, where it is Adams-Bashforth's extrapolation
    of the clean latents over log-sigma; `sampling` and the engine work with x itself."""

    def __init__(self, steps: int, config: DiffusionConfig) -> None:
        n = config.train_timesteps
        roots = np.sqrt(config.beta_start) + np.arange(n) / (n - 1) * (np.sqrt(config.beta_end) - np.sqrt(config.beta_start))
        alpha_bar = np.exp(np.cumsum(np.log1p(-(roots**2))))
        self.timesteps = np.rint((n - 1) * (1 - np.arange(steps) / steps)).astype(int)
        self.alpha_bar = alpha_bar[self.timesteps]
        self.levels = np.append(np.sqrt(1 / self.alpha_bar - 1), 0.0)

    def run(self, x: np.ndarray, outputs: tuple[np.ndarray, np.ndarray], prediction: str, count: int) -> np.ndarray:
        """x after `count` steps; at step i the network says `outputs[i % 2]`."""
        y, before = x / np.sqrt(self.alpha_bar[0]), None
        for i in range(count):
            a, now, after = self.alpha_bar[i], self.levels[i], self.levels[i + 1]
            output = outputs[i % 2]
            x = y * np.sqrt(a)
            clean = y - now * output if prediction == "epsilon" else np.sqrt(a) * x - np.sqrt(1 - a) * output
            aim = clean
            if before is not None and after > 0:
                aim = clean + 0.5 * np.log(after / now) / np.log(now / self.levels[i - 1]) * (clean - before)
            y, before = aim + after / now * (y - aim), clean
        return y if count == len(self.timesteps) else y * np.sqrt(self.alpha_bar[count])


def sampler_cases(writer: storybook.Writer) -> list[dict]:
    """Runs of stage 1's sampler from its first step on: `expected` is x after step `index`; at even steps the network says
    `model_output`, at odd ones `odd_output`."""
    values = [formula.noise(formula.noise_seed(Purpose.CASE, 999, i), 2, 3, 4).astype(np.float64) for i in range(3)]
    names = ("x", "model_output", "odd_output")
    files = {name: writer.save(f"samplers/{name}", value) for name, value in zip(names, values)}
    cases = []
    for prediction in ("epsilon", "v"):
        for steps, index in ((50, 0), (50, 1), (50, 2), (50, 27), (50, 48), (50, 49), (20, 3), (1, 0)):
            solver = ClosedFormMultistep(steps, EIGHTH.first)
            x, *outputs = values
            expected = solver.run(x, (outputs[0], outputs[1]), prediction, index + 1)
            name = writer.save(f"samplers/dpm-solver++-{prediction}-{steps}-{index}", expected)
            about = {"sampler": "dpm-solver++", "prediction": prediction, "steps": steps, "index": index}
            cases.append({**about, "timestep": int(solver.timesteps[index]), **files, "expected": name})
    return cases


class Films:
    """The stages of the original one after the other, as the engine runs them."""

    def __init__(self, networks: Mapping[str, Network], vocabulary: ClipTokenizer) -> None:
        self.streaming = networks["streaming/"].module
        self.first_unet, self.first_vae = networks["first_unet/"].module, networks["first_vae/"].module
        self.first_text = networks["streaming/text_encoder."].module
        self.refiner, self.large_vae = networks["enhancer_unet/"].module, networks["enhancer_vae/"].module
        self.refiner_text = networks["enhancer_text/"].module
        self.tokenizer, self.padding = Tokenizer.from_str(vocabulary.json), vocabulary.padding
        model = EIGHTH.model
        self.frame = (model.autoencoder.latent_channels, model.latent_height, model.latent_width)

    def encode(self, encoder: nn.Module, prompt: str, padding: int | None = None) -> Tensor:
        """(1,L,D)"""
        return encoder(padded(self.tokenizer, prompt, self.padding if padding is None else padding))

    def clip_noise(self, purpose: Purpose, chunk: int, step: int = 0) -> Tensor:
        return draw(purpose, chunk, step, 1, EIGHTH.model.video.frames, *self.frame)

    @torch.no_grad()
    def cases(self, writer: storybook.Writer) -> Iterator[tuple[str, dict]]:
        asked = {"prompt": PROMPTS[0], "negativePrompt": NEGATIVE, "tolerance": TOLERANCE}
        first = self.first()
        about = {**asked, "steps": EIGHTH.first.steps, "guidance": EIGHTH.first.guidance_scale}
        yield "first", about | saved(writer, "first", latents=first[0], last_frame=first[1][:, -1])
        chunks = list(self.continuation(first))
        diffusion = EIGHTH.model.diffusion
        about = {**asked, "steps": diffusion.steps, "guidance": diffusion.guidance_scale}
        for i, (latents, frames) in enumerate(chunks[1:], 1):
            about |= saved(writer, "chunks", **{f"latents_{i}": latents, f"last_frame_{i}": frames[:, -1]})
        yield "chunks", about
        window = EIGHTH.enhancer.video.frames
        latents = 1.5 * draw(Purpose.CASE, 1000, 0, window, *self.frame)
        frames = decode(self.streaming.vae, latents)
        about = asked | {"film": {"seed": formula.noise_seed(Purpose.CASE, 1000), "scale": 1.5, "decoder": "vae_decoder"}}
        yield "enhanced", about | self.refined(frames, writer, "enhanced")
        new = window - EIGHTH.model.video.frames
        kept = EIGHTH.model.cam.frames
        film = torch.cat([chunks[0][1][0], chunks[1][1][0, kept : kept + new]])
        about = asked | {"film": "the frames of `first`, then the new ones of the first of `chunks`"}
        yield "enhanced_film", about | self.refined(film, writer, "enhanced_film")

    def first(self) -> tuple[Tensor, Tensor]:
        """Latents and frames of the clip that a film begins with."""
        text, negative = (self.encode(self.first_text, p) for p in (PROMPTS[0], NEGATIVE))
        noise = self.clip_noise(Purpose.INITIAL, 0)
        config = EIGHTH.first
        latents = generate_first(self.first_unet, text, negative, noise, config, config.steps, config.guidance_scale)
        return latents, decode(self.first_vae, latents[0])[None]

    def continuation(self, first: tuple[Tensor, Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
        text, negative = (self.encode(self.streaming.text_encoder, p) for p in (PROMPTS[0], NEGATIVE))
        config = EIGHTH.model.diffusion
        return generate_film(
            self.streaming,
            lambda chunk: text,
            negative,
            lambda chunk: self.clip_noise(Purpose.INITIAL, chunk),
            3,
            config.steps,
            config.guidance_scale,
            lambda chunk, step: self.clip_noise(Purpose.STEP, chunk, step),
            first,
        )

    def refined(self, frames: Tensor, writer: storybook.Writer, name: str) -> dict:
        """What becomes of the frames (F,3,H,W) of one window, which begins a film."""
        about = EIGHTH.enhancer
        text, negative = (self.encode(self.refiner_text, p, 0) for p in (PROMPTS[0], NEGATIVE))
        canvas, height, width = on_canvas(frames, about.video.width, about.video.height)
        mean, log_variance = self.large_vae.encode(canvas)
        deviation = (0.5 * log_variance).exp() * about.autoencoder.scaling_factor
        shape = mean.shape[1:]

        def noise(purpose: Purpose, step: int = 0) -> Tensor:
            return torch.stack([draw(purpose, frame, step, *shape) for frame in range(len(frames))])

        source = self.large_vae.normalise(mean) + deviation * noise(Purpose.REFINEMENT_SOURCE)

        def predict(x: Tensor, timestep: float) -> Tensor:
            t = torch.full((1,), timestep)
            without, with_text = (self.refiner(x, t, words) for words in (negative, text))
            return guided(without, with_text, about.guidance_scale, about.guidance_rescale)

        course = refinement_course(about, about.steps)
        start = noise(Purpose.REFINEMENT_INITIAL)[None]
        refined = refine_window(predict, source[None], start, lambda i: noise(Purpose.REFINEMENT_STEP, i)[None], course)
        shown = decode(self.large_vae, refined[0, -1:])
        top, left = (about.video.height - height) // 2, (about.video.width - width) // 2
        shown = shown[:, :, top : top + height, left : left + width]
        how = {"steps": about.steps, "guidance": about.guidance_scale, "guidanceRescale": about.guidance_rescale}
        last = {"film_frame": frames[-1:], "source": source[-1], "last_latents": refined[0, -1], "last_frame": shown}
        return how | saved(writer, name, **last)


def decode(vae: AutoencoderKL, latents: Tensor) -> Tensor:
    """(F,c,h,w) -> (F,3,H,W), clamped."""
    return vae.decode_normalised(latents).clamp(-1.0, 1.0)


def on_canvas(frames: Tensor, width: int, height: int) -> tuple[Tensor, int, int]:
    """(F,3,h,w) as large as they fit, by PIL's bicubic kernel, in the middle of black (-1); and the pictures' height and width."""
    _, _, h, w = frames.shape
    large_width, large_height = min(width, w * height // h), min(height, h * width // w)
    planes = [
        np.asarray(Image.fromarray(plane).resize((large_width, large_height), Image.Resampling.BICUBIC))
        for plane in frames.flatten(0, 1).numpy()
    ]
    large = torch.from_numpy(np.stack(planes)).unflatten(0, frames.shape[:2])
    left, top = (width - large_width) // 2, (height - large_height) // 2
    around = (left, width - large_width - left, top, height - large_height - top)
    return F.pad(large, around, value=-1.0), large_height, large_width


def saved(writer: storybook.Writer, folder: str, **tensors: Tensor) -> dict[str, str]:
    return {name: writer.save(f"{folder}/{name}", value) for name, value in tensors.items()}
