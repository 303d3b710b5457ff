"""Reads tensors, and nothing but tensors, from the files that publishers ship: .ckpt, .pth, .bin and .safetensors.

Nothing in a file is ever run. A pickle may name only what tensors and plain containers are made of; training frameworks'
own classes (hyperparameters, callbacks) are read as inert values; any other name is refused.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict
from pathlib import Path
from typing import Sequence

import safetensors
import safetensors.torch
import torch
from torch import Tensor
from torch.serialization import get_unsafe_globals_in_checkpoint, safe_globals

INERT = (
    "pytorch_lightning.",  # hyperparameters and the states of callbacks
    "lightning.",
    "lightning_fabric.",
    "omegaconf.",  # configurations, saved as hyperparameters
    "jsonargparse.",
    "argparse.Namespace",
    "pathlib.",
    "typing.Any",
    "numpy.core.multiarray.scalar",  # the best score so far
    "numpy._core.multiarray.scalar",
    "numpy.dtype",
    "collections.defaultdict",
    "t2v_enhanced.",  # StreamingT2V's own parameter objects
)
"""Names (or, with a dot at the end, packages) that training leaves in a checkpoint beside the weights. They are not
imported: whatever a pickle does with them gives an empty value."""


class CheckpointError(ValueError):
    """Names the file and what is wrong with it."""


class _EmptyDict:
    """Stands for a class of dictionaries."""

    def __new__(cls, *_: object) -> OrderedDict:  # type: ignore[misc]
        return OrderedDict()


class _Nothing:
    """Stands for any other class or function."""

    def __new__(cls, *_: object) -> _Nothing:
        return object.__new__(cls)

    def __init__(self, *_: object) -> None:
        pass

    def __setstate__(self, _: object) -> None:
        pass


def read(path: Path, inert: Sequence[str] = ()) -> dict[str, Tensor]:
    """All tensors of the file by name. They stay on disk until they are looked at, where the format allows it.

    `inert`: further names that may occur in a pickle and are read as empty values.

    Raises CheckpointError if the file is no checkpoint, is damaged, or names anything else.
    """
    if not path.is_file():
        raise CheckpointError(f"{path} is not a file")
    _check_beginning(path)
    content = _safetensors(path) if path.suffix == ".safetensors" else _pickle(path, inert)
    if isinstance(content, dict) and isinstance(content.get("state_dict"), dict):
        content = content["state_dict"]
    if not isinstance(content, dict) or not content:
        raise CheckpointError(f"{path.name} holds no tensors by name, but a {type(content).__name__}")
    other = [str(k) for k, v in content.items() if not isinstance(k, str) or not isinstance(v, Tensor)]
    if other:
        raise CheckpointError(f"{path.name} is no state dict; not tensors: {', '.join(other[:10])}")
    return dict(content)


def _check_beginning(path: Path) -> None:
    """What most often lies where a checkpoint should."""
    with path.open("rb") as file:
        start = file.read(512).lstrip()
    if not start:
        raise CheckpointError(f"{path.name} is empty")
    if start.startswith(b"version https://git-lfs"):
        raise CheckpointError(f"{path.name} is a Git LFS pointer, not the file itself: run `git lfs pull`")
    if start[:1] == b"<":
        raise CheckpointError(f"{path.name} is a web page, not a checkpoint: the download went wrong")


def _safetensors(path: Path) -> dict[str, Tensor]:
    try:
        return safetensors.torch.load_file(path)
    except (safetensors.SafetensorError, OSError, ValueError) as e:
        raise CheckpointError(f"{path.name} is damaged, incomplete or not in the safetensors format: {e}") from e


def _pickle(path: Path, inert: Sequence[str]) -> object:
    with path.open("rb") as file:
        zipped = file.read(4) == b"PK\x03\x04"
    try:
        # Files older than PyTorch 1.6 can't be mapped; PyTorch reads them whole, with tensors only.
        names = get_unsafe_globals_in_checkpoint(path) if zipped else []
        refused = sorted(n for n in names if not _is_inert(n, inert))
        if refused:
            raise CheckpointError(
                f"{path.name} is refused, and nothing of it was run: beside tensors and plain containers it holds "
                + ", ".join(refused)
            )
        stand_ins = [(_EmptyDict if n.lower().endswith("dict") else _Nothing, n) for n in names]
        with safe_globals(stand_ins), warnings.catch_warnings():  # type: ignore[arg-type]
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)
    except CheckpointError:
        raise
    except Exception as e:  # the readers raise anything, from KeyError to UnpicklingError, where bytes are not as they should be
        raise CheckpointError(f"{path.name} is refused, damaged, incomplete or no PyTorch checkpoint: {_first_sentence(e)}") from e


def _is_inert(name: str, more: Sequence[str]) -> bool:
    return any(name == known or (known.endswith(".") and name.startswith(known)) for known in (*INERT, *more))


def _first_sentence(e: Exception) -> str:
    """Without PyTorch's advice to load the file unsafely."""
    lines = [line.strip() for line in str(e).splitlines() if line.strip()]
    useful = [line for line in lines if "Unsupported" in line or "unsupported" in line] or lines[:1] or [type(e).__name__]
    return useful[0].split(" Please use")[0]
