"""Stage `cam-apm`: the whole model learns to go on from the last eight frames and to keep the look of the first one.

A sample is a window of 16 frames of a 24-frame clip, laid out as the engine will use it: CAM sees the decoded pixels
of frames 0..7 of the window, the target is frames 0..15, the anchor is the clip's first frame. In clips with a
transition the caption already asks for the new world while the conditioning still shows the old one. Some steps train
the first chunk of a film: no CAM, no anchor.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ..config import CONFIGS
from ..networks.video_ldm import VideoLDM
from ..world import BEAT
from . import flow, sheets, text
from .autoencoder import load_autoencoder
from .base import (
    SHEET_SEED,
    TEMPORAL,
    FrameTask,
    average_of,
    drop_captions,
    flow_loss,
    make_optimizer,
    position_weights,
    read_out,
    take_weights,
)
from .harness import Plan, Stage, setup_threads
from .latents import LatentSet, cache_folder, pad_states
from .library import CLIP_FRAMES
from .muon import MuonAdamW, split_groups

WINDOW, KEPT = 16, 8
FIRST_CHUNK_EVERY, FRAMES_EVERY = 2, 8
PLAIN_FIRST_EVERY = 8
"""So often a first chunk is of clips as they come; all others are of twins."""
ANCHOR_DROPOUT = 0.15
NEW = (*TEMPORAL, "pooled_context", "merger", "controlnet_cond_embedding", "unet.", "resampler", "image_encoder", "attn2.conv", "attn2.alpha")
CONDITION_NOISE = 0.25
"""Largest deviation of the noise on the conditioning's latents: at run time they are the model's own, imperfect ones."""
OWN_SHARE, OWN_TIMES = 0.35, (0.15, 0.6)
"""Share of windows whose conditioning frames are what the model itself makes of them, noised to a time in this range."""


class Generator(nn.Module):
    """What this stage trains: everything but the autoencoder. State names are those of VideoLDM."""

    def __init__(self, model: VideoLDM):
        super().__init__()
        self.resampler, self.image_encoder = model.resampler, model.image_encoder
        self.unet, self.base_model = model.unet, model.base_model
        self.anchor_contexts_of = (model.anchor_contexts,)  # a tuple, so that the model is not registered twice

    def anchor_contexts(self, states: Tensor, anchor: Tensor) -> Tensor:
        return self.anchor_contexts_of[0](states, anchor)

    def predict(self, x: Tensor, timestep: Tensor, states: Tensor, anchor: Tensor, frames: Tensor) -> Tensor:
        """x (B,16,c,h,w), timestep (B,), states (B,L,D), anchor (B,3,H,W), frames (B,8,3,H,W) -> v."""
        contexts = self.anchor_contexts(states, anchor)
        features = self.unet(x[:, :KEPT], timestep, states, self.unet.embed_frames(frames))
        return self.base_model(x, timestep, contexts, features)


def window_start(switch: int, rng: np.random.Generator, length: int = CLIP_FRAMES) -> int:
    """Where the window begins: on the beat, as the engine's chunks do. With a transition the new world begins with the
    first new frame, or with the first of the conditioning frames, as in the chunk after."""
    last = length - WINDOW
    starts = range(0, last + 1, BEAT) if switch < 0 else [s for s in (switch - KEPT, switch) if 0 <= s <= last]
    return int(starts[int(rng.integers(0, len(starts)))])


class ContinuationTask:
    def __init__(self, network: Generator, decoder, cache: Path, frames: FrameTask, batch: int, device: str, seed: int = 5,
                 only_continue: bool = False):
        self.only_continue = only_continue
        self.network, self.decoder, self.frames = network, decoder, frames
        self.clips, self.twins = LatentSet(cache, "clips"), LatentSet(cache, "twins")
        self.batch, self.device, self.seed = batch, device, seed
        self.empty, self.weights = frames.empty, position_weights(8, 8).to(device)
        # Frames 0..7 are thrown away by the engine; they count less.
        self.frame_weights = torch.cat([torch.full((KEPT,), 0.6), torch.full((WINDOW - KEPT,), 1.4)]).to(device)

    def _draw(self, rng: np.random.Generator, continuing: bool) -> tuple[Tensor, Tensor, list[np.ndarray]]:
        """windows (B,16,c,h,w), first frames of the clips (B,c,h,w), captions."""
        windows, anchors, states = [], [], []
        while len(windows) < self.batch:
            row = int(rng.integers(0, len(self.clips)))
            switch = self.clips.switch(row)
            if switch >= 0 and not continuing:
                continue
            latents = self.clips.latents(row)
            start = window_start(switch, rng, len(latents))
            windows.append(latents[start : start + WINDOW])
            anchors.append(latents[0])
            states.append(self.clips.states(row))
        to = lambda a: torch.from_numpy(np.stack(a)).float().to(self.device)  # noqa: E731
        return to(windows), to(anchors), states

    def _draw_twins(self, rng: np.random.Generator) -> tuple[Tensor, list[np.ndarray]]:
        """windows (B,16,c,h,w) and captions, rows 2k and 2k+1 of them twins."""
        pairs = rng.integers(0, len(self.twins) // 2, self.batch // 2)
        rows = [2 * pair + which for pair in pairs for which in (0, 1)]
        windows = torch.from_numpy(np.stack([self.twins.latents(row)[:WINDOW] for row in rows]))
        return windows.float().to(self.device), [self.twins.states(row) for row in rows]

    def __call__(self, step: int) -> tuple[Tensor, dict[str, float]]:
        if step % 50 == 0:
            self.clips.refresh()
            self.twins.refresh()
        rng = np.random.default_rng([self.seed, step])
        if self.only_continue:
            return self._continue(rng)
        if step % FRAMES_EVERY == FRAMES_EVERY - 1:
            loss, shown = self.frames(step)
            return loss, {"frame mse": shown["mse"]}
        if step % FIRST_CHUNK_EVERY == 0:
            twins = step % PLAIN_FIRST_EVERY != 0
            x0, states = self._draw_twins(rng) if twins else self._draw(rng, continuing=False)[::2]
            contexts = drop_captions(states, self.empty, rng).to(self.device)
            loss, shown = flow_loss(self.network.base_model, x0, contexts, self.weights, twins)
            return loss, {"twins mse" if twins else "first mse": shown["mse"]}
        return self._continue(rng)

    def _continue(self, rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        x0, first, states = self._draw(rng, continuing=True)
        dropped = torch.from_numpy(rng.random(self.batch) < 0.1)
        texts = pad_states([self.empty if d else s for d, s in zip(dropped, states)]).to(self.device)
        with torch.no_grad(), torch.autocast(x0.device.type, torch.bfloat16):
            anchor, frames = self.condition(x0, first, texts)
        gone = dropped | torch.from_numpy(rng.random(self.batch) < ANCHOR_DROPOUT)
        anchor = torch.where(gone.view(-1, 1, 1, 1).to(self.device), torch.zeros_like(anchor), anchor)
        t = flow.sample_times(self.batch, shift=flow.CLIP_SHIFT).to(self.device)
        x, v = flow.add_noise(x0, torch.randn_like(x0), t)
        with torch.autocast(x0.device.type, torch.bfloat16):
            prediction = self.network.predict(x, 1000.0 * t, texts, anchor, frames)
        error = (prediction.float() - v).square()
        plain = float(error.detach()[:, KEPT:].mean())
        weights = self.weights * self.frame_weights.view(1, -1, 1, 1, 1)
        return (error * weights).mean(), {"next mse": plain}


    def condition(self, x0: Tensor, first: Tensor, texts: Tensor) -> tuple[Tensor, Tensor]:
        """Anchor (B,3,H,W) and conditioning frames (B,8,3,H,W) of windows x0, as imperfect as a film's own."""
        noise = CONDITION_NOISE * torch.rand(len(x0), 1, 1, 1, 1, device=x0.device) ** 2
        given = torch.cat([x0[:, :KEPT], first[:, None]], dim=1)
        given = given + noise * torch.randn_like(given)
        given[:, :KEPT] = self._own(given[:, :KEPT], texts)
        pixels = self.decoder.decode_normalised(given.flatten(0, 1)).float().clamp(-1, 1)
        pixels = pixels.view(len(x0), KEPT + 1, *pixels.shape[1:])
        return pixels[:, KEPT], pixels[:, :KEPT]

    def _own(self, given: Tensor, texts: Tensor) -> Tensor:
        """Some windows' conditioning latents (B,8,c,h,w) through the base model: blurred and mistaken as its films are."""
        rows = [i for i in range(len(given)) if torch.rand(()) < OWN_SHARE]
        if not rows:
            return given
        low, high = OWN_TIMES
        t = low + (high - low) * torch.rand(len(rows)).to(given.device)
        x, _ = flow.add_noise(given[rows], torch.randn_like(given[rows]), t)
        v = self.network.base_model(x, 1000.0 * t, texts[rows]).float()
        out = given.clone()
        out[rows] = x - t.view(-1, 1, 1, 1, 1) * v
        return out


class Filmer:
    """Makes films as the engine does (without its noise source): a first chunk, then continuations.

    With `guidance` None it makes them the fast way: one pass a step, which is told the step's length.
    """

    def __init__(self, network: Generator, decoder, guidance: float | None = 4.0, steps: int = 16):
        self.network, self.decoder, self.guidance, self.steps = network, decoder, guidance, steps
        self.device = next(network.parameters()).device
        self.empty = torch.from_numpy(text.encoder().encode([""])).to(self.device)

    def _batch(self, without: Tensor, wanted: Tensor) -> Tensor:
        return wanted if self.guidance is None else torch.cat([without, wanted])

    def _chunk(self, texts: Tensor, pixels: Tensor | None, known: Tensor | None, noise: Tensor) -> Tensor:
        network, count = self.network, len(noise)
        both = self._batch(self.empty.expand(count, -1, -1), texts)
        if pixels is not None:
            contexts = network.anchor_contexts(both, self._batch(torch.zeros_like(pixels[:, 0]), pixels[:, 0]))
            embedding = network.unet.embed_frames(pixels[:, -KEPT:]).repeat(len(both) // count, 1, 1, 1, 1)

        def predict(x: Tensor, sigma: float) -> Tensor:
            x = x.repeat(len(both) // count, 1, 1, 1, 1)
            timestep = torch.full((len(x),), 1000.0 * sigma, device=x.device)
            interval = torch.full_like(timestep, 1000.0 / self.steps) if self.guidance is None else None
            if pixels is None:
                v = network.base_model(x, timestep, both, interval=interval).float()
            else:
                features = network.unet(x[:, :KEPT], timestep, both, embedding, interval)
                v = network.base_model(x, timestep, contexts, features, interval=interval).float()
            if self.guidance is None:
                return v
            without, wanted = v.chunk(2)
            return without + self.guidance * (wanted - without)

        return flow.euler(predict, noise, self.steps, known=known, held=CONFIGS["storybook"].diffusion.overlap_hold)

    @torch.no_grad()
    def film(self, states: Tensor, chunks: int, generator: torch.Generator) -> Tensor:
        """states (chunks,B,L,D), the prompt of each chunk -> pixels (B, 16 + 8 (chunks - 1), 3, H, W) in [-1,1]."""
        count = states.shape[1]
        pixels: Tensor | None = None
        known: Tensor | None = None
        with torch.autocast(self.device.type, torch.bfloat16):
            for chunk in range(chunks):
                noise = torch.randn(count, WINDOW, 16, 8, 8, generator=generator).to(self.device)
                latents = self._chunk(states[chunk].to(self.device), pixels, known, noise)
                known = latents[:, KEPT:]
                new = latents if pixels is None else latents[:, KEPT:]
                frames = self.decoder.decode_normalised(new.flatten(0, 1).float()).float().clamp(-1, 1)
                frames = frames.view(count, -1, *frames.shape[1:])
                pixels = frames if pixels is None else torch.cat([pixels, frames], dim=1)
        return pixels.cpu()


def draw_films(work: Path, count: int = 6, chunks: int = 3, fast_steps: int | None = None):
    """A sheet function: films of several chunks; the first three change their prompt after the first chunk.

    `fast_steps`: as many steps without guidance; none: guided.
    """
    from longtake_models.world import sample_prompts

    wanted = sample_prompts(SHEET_SEED, count)
    changes = ["now it starts to snow", "it becomes night", "now in the desert"]
    prompts = [w["prompt"] for w in wanted]
    changed = [f"{prompt}, {change}" for prompt, change in zip(prompts, changes)]  # as the engine asks for a change
    encode = text.encoder().encode
    states = torch.from_numpy(np.stack([
        encode(prompts if chunk < 1 else changed + prompts[len(changes) :]) for chunk in range(chunks)
    ]))
    decoder = load_autoencoder(work)

    def sheet(network: nn.Module, path: Path) -> str:
        filmer = Filmer(network, decoder, None, fast_steps) if fast_steps else Filmer(network, decoder)
        films = filmer.film(states, chunks, torch.Generator().manual_seed(SHEET_SEED))
        rows = [sheets.to_bytes(f[::3]) for f in films]
        titles = [f"{p}   >>> {changes[i]}" if i < len(changes) else p for i, p in enumerate(prompts)]
        sheets.grid(rows, path, titles, zoom=1)
        steady = films[len(changes) :].numpy()
        first, last = read_out(steady[:, :16], wanted[len(changes) :]), read_out(steady[:, -8:], wanted[len(changes) :])
        return f"first chunk {first}; last chunk {last}"

    return sheet


def new_generator(work: Path, config_name: str = "storybook") -> Generator:
    """Base weights of `base-clips`; CAM starts as a copy of the base model's encoder half."""
    network = Generator(VideoLDM(CONFIGS[config_name]))
    network.base_model.load_state_dict(average_of(work, "base-clips"))
    network.unet.copy_from(network.base_model)
    with torch.no_grad():
        # The anchor's share begins small: the mixed-in tokens are noise until they are trained, and the text's
        # deviation is a quarter of what a LayerNorm gives.
        for attention in network.base_model.text_attentions():
            attention.alpha.fill_(0.1)
            attention.conv_ln.weight.fill_(0.25)
    return network


def teach_embedding(network: Generator, work: Path, steps: int = 400, batch: int = 32, rate: float = 0.02) -> float:
    """Teach CAM's picture embedding what the pictures look like to the base model: conv_in of their clean latents.

    From its zero start, behind eight convolutions without norms and mergers that start at zero as well, it would need
    thousands of steps to say anything. Returns the share of the target's variance that is left unexplained.
    """
    from .autoencoder import to_pixels
    from .library import shard_path

    embedding = network.unet.controlnet_cond_embedding
    for module in embedding.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            nn.init.zeros_(module.bias)
    device = next(network.parameters()).device
    latents = LatentSet(cache_folder(work), "frames", most=4)
    with np.load(shard_path(work / "world", "frames", 0)) as first:
        pictures = [first["frames"]]
    for index in range(1, len(latents.shards)):
        with np.load(shard_path(work / "world", "frames", index)) as more:
            pictures.append(more["frames"])
    pixels = np.concatenate(pictures)
    groups = split_groups(embedding.named_parameters(), adam_scale=0.1, not_muon=("conv_in",))
    optimizer = MuonAdamW(groups, lr=rate)
    rng, left = np.random.default_rng(11), 1.0
    for step in range(steps):
        rows = rng.integers(0, len(pixels), batch)
        clean = torch.from_numpy(np.stack([latents.latents(r) for r in rows])).float().to(device)
        with torch.no_grad():
            target = network.base_model.conv_in(clean)
        with torch.autocast(device.type, torch.bfloat16):
            output = embedding(to_pixels(pixels[rows]).to(device))
        loss = (output.float() - target).square().mean()
        for group in optimizer.param_groups:
            group["lr"] = rate * (0.05 if not group["muon"] else 1.0) * min(1.0, 2.0 * (1 - step / steps))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        left += 0.05 * (float(loss.detach() / target.var()) - left)
        if step % 50 == 49:
            print(f"cam-apm: picture embedding, step {step + 1}: {100 * left:.1f} % unexplained", flush=True)
    return left


def freeze_base(network: Generator) -> None:
    """Leave only CAM and its mergers to train, as the original does: what the base model can do stays as it is."""
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(name.startswith("unet.") or "cross_attention_merger" in name)


def train(
    work: Path, plan: Plan, batch: int = 4, optimizer: str = "muon", frozen_base: bool = False, start: Path | None = None
) -> None:
    """`start`: a whole model's checkpoint to go on from."""
    setup_threads(plan.threads)
    torch.manual_seed(5)
    if start:
        network = Generator(VideoLDM(CONFIGS["storybook"]))
        take_weights(network, start)
    else:
        network = new_generator(work)
    network.to(plan.device)
    if frozen_base:
        freeze_base(network)
    cache = cache_folder(work)
    frames = FrameTask(network.base_model, LatentSet(cache, "frames"), 64, plan.device, seed=6)
    decoder = load_autoencoder(work, device=plan.device)
    task = ContinuationTask(network, decoder, cache, frames, batch, plan.device, only_continue=frozen_base)
    stage = Stage(
        "cam-apm", network, work / "cam-apm", plan, task, batch, draw_films(work),
        optimizer=make_optimizer(network, plan, optimizer, new=NEW), about={"config": "storybook", "batch": batch},
    )
    if not stage.resume():
        if not start:
            teach_embedding(network, work)
        stage.average.restart(network)
    stage.run()
