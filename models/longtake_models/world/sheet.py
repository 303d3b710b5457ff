"""`world`: a contact sheet of captioned clips, one for every actor, to be looked at with one's own eyes."""

from __future__ import annotations

import argparse
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from . import captions
from .actors import ACTORS
from .clips import BEAT, Clip, film, on_the_beat, sample_change, sample_scene
from .vocabulary import SIZE

OUT = Path(__file__).resolve().parents[2] / "storybook" / "world.png"
COLUMNS, SHOWN, TEXT_HEIGHT, GAP = 4, 4, 36, 6


def _strip(clip: Clip) -> Image.Image:
    """Four frames of a clip side by side above its caption."""
    frames = clip.frames[np.linspace(0, len(clip.frames) - 1, SHOWN).round().astype(int)]
    strip = Image.new("RGB", (SHOWN * SIZE, SIZE + TEXT_HEIGHT), "white")
    strip.paste(Image.fromarray(np.concatenate(list(frames), axis=1)))
    lines = textwrap.wrap(clip.caption, 46)[:3]
    ImageDraw.Draw(strip).multiline_text((1, SIZE), "\n".join(lines), "black", ImageFont.load_default(10), spacing=1)
    return strip


def contact_sheet(seed: int) -> Image.Image:
    """Every actor once; each fourth clip changes on the way, and its caption tells the change."""
    rng = np.random.default_rng(seed)
    strips = []
    for actor in range(len(ACTORS)):
        scene = replace(sample_scene(rng), actor=actor)
        new, field = sample_change(rng, scene) if actor % 4 == 3 else (scene, "")
        caption = captions.describe_change(scene, new, field, rng) if field else captions.describe(scene, rng)
        strips.append(_strip(film(scene, new, BEAT if field else None, 3 * BEAT, caption, on_the_beat(rng))))
    width, height = strips[0].width + GAP, strips[0].height + GAP
    rows = -(-len(strips) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * width + GAP, rows * height + GAP), "white")
    for index, strip in enumerate(strips):
        sheet.paste(strip, (GAP + index % COLUMNS * width, GAP + index // COLUMNS * height))
    return sheet


def main_world(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="world", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(argv)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    # 256 colours keep the sheet small enough for a repository; nothing is trained on it.
    contact_sheet(options.seed).quantize(256, dither=Image.Dither.NONE).save(options.out, optimize=True)
    print(options.out)
    return 0
