"""`python -m longtake_models convert --checkpoint FILE --base FOLDER [--enhancer FOLDER] --out FOLDER`."""

from __future__ import annotations

import argparse

import torch

from ..original import ORIGINAL
from . import sources, tokenizer
from .checkpoint import CheckpointError
from .job import Conversion, NoSpace


def run(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(1)  # copying and rounding: more threads only wait for the disk
    try:
        vocabulary = tokenizer.read(arguments.base / "tokenizer")
        files = sources.all_sources(ORIGINAL, arguments.checkpoint, arguments.base, arguments.enhancer)
        Conversion(ORIGINAL, files, arguments.out, arguments.inert, lambda line: print(line, flush=True)).run(vocabulary)
    except (CheckpointError, NoSpace) as e:
        raise SystemExit(f"convert: {e}") from None
