"""The conversion: look at everything first, then one network after the other; what is finished stays finished."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Callable, Sequence

from torch import nn

from ..original import OriginalConfig
from . import manifest, tokenizer, writer
from .sources import HALF, Source
from .writer import Made, Stored

JOURNAL = "conversion.json"
"""In the pack's folder: which graphs are finished, of which files, with which hashes."""
REVISION = 2
"""Raised whenever the same weights become other files; what an older converter finished is done again then."""
STRUCTURE = 16 << 20
"""Bytes to spare for each graph's ONNX files."""


class NoSpace(OSError):
    """The disk is too small for the pack."""


class Conversion:
    def __init__(
        self,
        config: OriginalConfig,
        sources: Sequence[Source],
        out: Path,
        inert: Sequence[str] = (),
        say: Callable[[str], None] = print,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.config, self.sources, self.out, self.inert = config, sources, out, inert
        self.say, self.clock = say, clock
        self.made: dict[str, Made] = {}
        self.origins: dict[str, dict] = {}

    def run(self, vocabulary: tokenizer.ClipTokenizer) -> None:
        """Raises what `convert` does."""
        self.convert()
        manifest.write(self.config, self._graphs(), self.made, vocabulary, self.origins, self.out)
        used = {s.file for made in self.made.values() for s in made.files}
        total = sum((self.out / name).stat().st_size for name in used)
        self.say(f"{self.out} is a pack of {total / 1e9:.2f} GB")

    def convert(self) -> None:
        """All graphs and their weights. Raises CheckpointError if a file doesn't fit, NoSpace if the pack doesn't; nothing is
        written then.
        """
        for source in self.sources:
            self.say(f"looking at {source.file.name}: {source.title}")
            source.read(self.inert)
        self._recall()
        self._check_space()
        # Whoever looks meanwhile finds no pack rather than half of one.
        (self.out / manifest.FILE).unlink(missing_ok=True)
        for source in self.sources:
            self._convert(source)

    def _graphs(self) -> list:
        return [g for s in self.sources for g in s.graphs(writer.layout(s.build))]

    def _recall(self) -> None:
        """Take from the journal what is finished, of the same files, and still as it was."""
        path = self.out / JOURNAL
        journal = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        if journal.get("revision") != REVISION:
            return
        hashes: dict[str, Stored | None] = {}
        for source in self.sources:
            origin = _origin(source.file)
            for name in source.parts:
                entry = journal["graphs"].get(name)
                if entry is None or entry["origin"] != origin:
                    continue
                made = Made(*(entry[part] and Stored(**entry[part]) for part in ("graph", "weights", "half")))
                for stored in made.files:
                    if stored.file not in hashes:
                        file = self.out / stored.file
                        hashes[stored.file] = writer.stored(file) if file.is_file() else None
                if all(hashes[stored.file] == stored for stored in made.files):
                    self.made[name], self.origins[name] = made, origin
        # A twin whose files are another graph's goes with that one: they are going to be written anew.
        owners = set(self.made)
        self.made = {n: m for n, m in self.made.items() if {s.file.split(".")[0] for s in m.files} <= owners}
        for name in self.made:
            self.say(f"{name}: finished before")

    def _check_space(self) -> None:
        needed = sum(size + STRUCTURE for s in self.sources for name, size in sizes(s).items() if name not in self.made)
        self.out.mkdir(parents=True, exist_ok=True)
        for unfinished in self.out.glob("*.part"):
            unfinished.unlink()
        free = shutil.disk_usage(self.out).free
        self.say(f"needs {needed / 1e9:.2f} GB of disk; {free / 1e9:.2f} GB are free in {self.out}")
        if free < needed:
            raise NoSpace(f"{self.out} has {free / 1e9:.2f} GB free; the conversion needs {needed / 1e9:.2f} GB")

    def _convert(self, source: Source) -> None:
        if all(name in self.made for name in source.parts):
            return
        network = writer.layout(source.build)
        expected = sizes(source, network)
        writer.furnish(network, source.read(self.inert))
        for graph in source.graphs(network):
            if graph.name not in self.made:
                progress = Progress(graph.name, expected[graph.name], self.say, self.clock)
                # Opened anew each time, so that what was mapped for the graph before is given back.
                made = Made(*writer.write(graph, network, source.read(self.inert), self.out, progress))
                if graph.name in HALF:
                    made = replace(made, half=writer.write_half(graph.name, self.out))
                self.made[graph.name] = self._without_twins(made)
                self.origins[graph.name] = _origin(source.file)
                self._remember()
                progress.finish()

    def _without_twins(self, made: Made) -> Made:
        """Networks that several publishers ship, such as the text encoder, are stored once."""
        for other in self.made.values():
            if other.weights.sha256 == made.weights.sha256 and other.weights.file != made.weights.file:
                before, after = made.weights.file, other.weights.file
                graph, half = (s and writer.refer(self.out / s.file, before, after) for s in (made.graph, made.half))
                (self.out / before).unlink()
                made = Made(graph, other.weights, half)
            if other.graph.sha256 == made.graph.sha256 and other.graph.file != made.graph.file:
                for own in (made.graph, made.half):
                    if own:
                        (self.out / own.file).unlink()
                made = Made(other.graph, made.weights, other.half)
        return made

    def _remember(self) -> None:
        graphs = {name: {"origin": self.origins[name], **asdict(made)} for name, made in self.made.items()}
        fresh = self.out / (JOURNAL + ".part")
        fresh.write_text(json.dumps({"revision": REVISION, "graphs": graphs}, indent=2) + "\n", encoding="utf-8")
        os.replace(fresh, self.out / JOURNAL)


class Progress:
    """Says now and then how far a network is, how fast it goes and how long it will still take."""

    EVERY = 2.0
    """Seconds."""

    def __init__(self, name: str, expected: int, say: Callable[[str], None], clock: Callable[[], float]) -> None:
        self.name, self.expected, self.say, self.clock = name, expected, say, clock
        self.done, self.started, self.said = 0, 0.0, 0.0
        say(f"{name}: translating, then {expected / 1e9:.2f} GB of weights")

    def __call__(self, count: int) -> None:
        now = self.clock()
        if not self.done:
            self.started = self.said = now
        self.done += count
        if now - self.said < self.EVERY:
            return
        self.said = now
        rate = self.done / max(now - self.started, 1e-9)
        left = max(self.expected - self.done, 0) / rate
        self.say(f"{self.name}: {min(100 * self.done // self.expected, 100)} %, {rate / 1e6:.0f} MB/s, {left:.0f} s left")

    def finish(self) -> None:
        self.say(f"{self.name}: finished")


def sizes(source: Source, network: nn.Module | None = None) -> dict[str, int]:
    """Bytes of weights by graph."""
    parameters = dict((network or writer.layout(source.build)).named_parameters())
    return {
        name: sum(writer.stored_bytes(p) for n, p in parameters.items() if re.match("|".join(patterns), n))
        for name, patterns in source.parts.items()
    }


def _origin(file: Path) -> dict:
    about = file.stat()
    return {"file": file.name, "bytes": about.st_size, "modified": about.st_mtime_ns}
