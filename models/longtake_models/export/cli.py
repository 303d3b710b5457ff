"""`python -m longtake_models export [--checkpoint FILE] [--out FOLDER]`."""

from __future__ import annotations

import argparse
import datetime
import os
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..config import CONFIGS, STORYBOOK, ModelConfig
from ..networks.enhancer import Enhancer
from ..networks.video_ldm import VideoLDM
from . import golden, graphs, onnx_export, pack

MODELS = Path(__file__).resolve().parent.parent.parent


@torch.no_grad()
def untrained(config: ModelConfig, seed: int = 0) -> VideoLDM:
    """Seeded random weights, with nothing left at zero: every path shows in the outputs."""
    torch.manual_seed(seed)
    model = VideoLDM(config)
    for parameter in model.parameters():
        if parameter.abs().max() == 0:
            parameter.normal_(0.0, 0.02)
    return model


def load_checkpoint(config: ModelConfig, checkpoint: Path, autoencoder: dict[str, Tensor] | None) -> tuple[VideoLDM, str]:
    """The model that a checkpoint holds, and what was found there.

    Only a checkpoint that says `about: {"distilled": true}` gives a model with the fast mode. Before that its interval
    layers, where it has them at all, have learnt nothing and are left out.
    """
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    distilled = bool(state.get("about", {}).get("distilled"))
    model = VideoLDM(config if distilled else config.without_fast_mode())
    weights = state.get("ema", state)
    if not distilled:
        weights = {k: v for k, v in weights.items() if "interval_embedding." not in k}
    try:
        found = load_weights(model, weights, autoencoder)
    except (ValueError, RuntimeError) as e:
        raise ValueError(f"{checkpoint.name}: {e}") from e
    return model, found + (", distilled" if distilled else "")


def load_weights(model: VideoLDM, weights: dict[str, Tensor], autoencoder: dict[str, Tensor] | None) -> str:
    """Weights of the whole generator, or of the base model alone. Says which.

    A base model alone gives a pack whose first chunks are real; its CAM adds nothing yet.
    """
    if autoencoder is not None:
        weights = {**{k: v for k, v in weights.items() if not k.startswith("vae.")}}
        model.vae.load_state_dict(autoencoder)
    if any(k.startswith("base_model.") for k in weights):
        missing, unexpected = model.load_state_dict(weights, strict=False)
        missing = [k for k in missing if not (autoencoder is not None and k.startswith("vae."))]
        if missing or unexpected:
            raise ValueError(f"missing {missing[:3]}, unexpected {unexpected[:3]}")
        return "whole model"
    model.base_model.load_state_dict(weights)
    model.unet.copy_from(model.base_model)
    with torch.no_grad():
        for attention in model.base_model.text_attentions():
            attention.alpha.zero_()
    return "base model only"


def autoencoder_weights(work: Path) -> dict[str, Tensor] | None:
    """The averaged weights of the newest autoencoder: with the refined decoder where there is one."""
    for stage in ("decoder", "autoencoder"):
        path = work / stage / "checkpoint.pt"
        if path.exists():
            return torch.load(path, map_location="cpu", weights_only=True)["ema"]
    return None


def encode_texts(config: ModelConfig, trained: bool) -> tuple[Tensor, Tensor]:
    """The golden prompt and the empty one, each (1,L,D). Random stand-ins only for packs that are random anyway."""
    try:
        from ..training.text import encoder

        states = encoder().encode([golden.PROMPT, ""])
    except Exception:
        if trained:
            raise
        print("text encoder not found: golden texts are random", file=sys.stderr)
        states = np.random.default_rng(0).standard_normal((2, config.apm.text_tokens, config.unet.cross_attention_dim))
    return tuple(torch.from_numpy(states).float().split(1))  # type: ignore[return-value]


def load_enhancer(config: ModelConfig, work: Path) -> Enhancer | None:
    """The refinement stage, if it is trained: its network and the autoencoder of large pictures."""
    network, pictures = work / "enhancer" / "checkpoint.pt", work / "large-autoencoder" / "checkpoint.pt"
    if not network.exists():
        return None
    enhancer = Enhancer(config)
    enhancer.unet.load_state_dict(torch.load(network, map_location="cpu", weights_only=True)["ema"])
    enhancer.vae.load_state_dict(torch.load(pictures, map_location="cpu", weights_only=True)["ema"])
    return enhancer


def write_pack(
    model: VideoLDM,
    out: Path,
    texts: tuple[Tensor, Tensor],
    vocabulary: dict[str, list[str]],
    examples: list[str],
    provenance: dict,
    enhancer: Enhancer | None = None,
) -> dict[str, float]:
    """Write the pack beside `out` and move it into place file by file. Returns relative errors by graph."""
    model.eval().requires_grad_(False)
    onnx_export.round_weights(model)
    if enhancer:
        enhancer.eval().requires_grad_(False)
        onnx_export.round_weights(enhancer)
    fresh = out.with_name(out.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    parts, errors = graphs.build(model) + (graphs.build_enhancer(enhancer) if enhancer else []), {}
    for part in parts:
        started = time.monotonic()
        path = onnx_export.export(part, fresh)
        errors[part.name] = onnx_export.check(part, path)
        if onnx_export.quantize(part, path):
            errors[part.name] = onnx_export.check(part, path, onnx_export.TOLERANCE_INT8)
        size = path.stat().st_size / 1e6
        print(f"{part.name}: {size:.1f} MB, relative error {errors[part.name]:.1e}, {time.monotonic() - started:.0f} s", flush=True)
    golden.write(model, parts, *texts, fresh / "golden", enhancer)
    pack.write(pack.describe(model.config, parts, fresh, vocabulary, examples, provenance), fresh)
    out.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(out / "golden", ignore_errors=True)
    # The manifest last: whoever looks meanwhile finds hashes that do not match rather than a mixture that loads.
    for path in sorted(fresh.iterdir(), key=lambda p: p.name == "pack.json"):
        os.replace(path, out / path.name)
    fresh.rmdir()
    return errors


def run(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(1)  # little to compute; beside other work, two threads mostly wait for each other
    config = CONFIGS[getattr(arguments, "config", None) or STORYBOOK.name]
    work = Path(getattr(arguments, "work", None) or MODELS / ".work")
    today = datetime.date.today().isoformat()
    from ..world import VOCABULARY

    if arguments.checkpoint:
        model, found = load_checkpoint(config, Path(arguments.checkpoint), autoencoder_weights(work))
        provenance = {
            "trainedOn": "clips rendered by longtake_models.world (Noto Color Emoji and drawn scenery); no other pictures or video",
            "training": f"{found}; see MODEL_CARD.md",
            "weights": today,
        }
    else:
        model = untrained(config)
        provenance = {"trainedOn": "nothing", "training": "none: random weights, seed 0", "weights": today}
    texts = encode_texts(config, trained=bool(arguments.checkpoint))
    out = Path(arguments.out)
    write_pack(model, out, texts, dict(VOCABULARY), pack.EXAMPLES, provenance, load_enhancer(config, work))
    size = sum(f.stat().st_size for f in out.rglob("*") if f.is_file())
    print(f"{out.name}: {size / 1e6:.1f} MB in all")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="longtake_models export", description=__doc__)
    parser.add_argument("--checkpoint", help="checkpoint of distill (the pack then has the fast mode), cam-apm or the base model; none: random weights")
    parser.add_argument("--out", default=str(MODELS / "storybook"))
    parser.add_argument("--work", help="folder of the training stages; the autoencoder is taken from there")
    run(parser.parse_args(arguments))
    return 0


if __name__ == "__main__":
    sys.exit(main())
