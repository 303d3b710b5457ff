"""Strict loading: what a file holds must be exactly what the network needs, name by name and shape by shape."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Mapping

from torch import Tensor

from .checkpoint import CheckpointError

Shape = tuple[int, ...]

MOST_LISTED = 40
"""Names of a kind; more are grouped by what they have in common."""


@dataclass
class Mismatch:
    """All that is wrong between a network and a file."""

    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    misshapen: list[str] = field(default_factory=list)
    not_numbers: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra or self.misshapen or self.not_numbers)

    def describe(self) -> str:
        kinds = {
            "missing": self.missing,
            "extra": self.extra,
            "wrong shape": self.misshapen,
            "not floating-point": self.not_numbers,
        }
        return "\n".join(
            f"  {len(names)} {kind}:\n" + "\n".join(f"    {line}" for line in listed(names))
            for kind, names in kinds.items()
            if names
        )


def listed(names: list[str]) -> list[str]:
    """The names; if there are very many, one line for all that differ only in their numbers."""
    if len(names) <= MOST_LISTED:
        return sorted(names)
    groups: dict[str, int] = {}
    for name in names:
        key = re.sub(r"(?<=\.)\d+(?=\.|$)", "*", name)
        groups[key] = groups.get(key, 0) + 1
    return [f"{key} ({count})" if count > 1 else key for key, count in sorted(groups.items())]


def require(label: str, expected: Mapping[str, Shape], found: Mapping[str, Tensor]) -> None:
    """Raises CheckpointError that lists every missing, extra and misshapen tensor. `label` says whose weights they are."""
    wrong = Mismatch(
        missing=[n for n in expected if n not in found],
        extra=[n for n in found if n not in expected],
        misshapen=[
            f"{n}: {list(found[n].shape)} instead of {list(shape)}"
            for n, shape in expected.items()
            if n in found and tuple(found[n].shape) != tuple(shape)
        ],
        not_numbers=[f"{n}: {found[n].dtype}" for n in expected if n in found and not found[n].is_floating_point()],
    )
    if wrong:
        raise CheckpointError(f"{label}: the weights don't fit the network\n{wrong.describe()}")
