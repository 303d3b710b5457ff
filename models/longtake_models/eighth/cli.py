"""`python -m longtake_models eighth --out FOLDER`: writes the pack and its golden numbers; minutes."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import torch

from . import golden, pack


def run(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as place:
        made = Path(place) / "pack"
        networks, vocabulary = pack.write(made, say)
        if arguments.check:
            pack.check(made, networks, say)
        golden.write(networks, vocabulary, made / "golden", say)
        size = pack.publish(made, arguments.out)
        say(f"{arguments.out}: {size / 1e6:.1f} MB, and the weights that {pack.RECIPE} makes")
        if arguments.weights:
            for file in made.glob("*.weights"):
                shutil.copyfile(file, arguments.out / file.name)


def say(line: str) -> None:
    print(line, flush=True)
