"""Writes the pack: graphs, manifest, tokenizer and the recipe of its weights, by the converter itself."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Callable, Iterator, Mapping, Sequence

from torch import nn

from ..convert import manifest, sources, tokenizer, writer
from ..convert.job import Conversion
from ..convert.tokenizer import END, START, ClipTokenizer
from ..convert.writer import Made
from ..export import onnx_export, pack
from ..export.graphs import Graph
from .config import EIGHTH
from .weights import Drawn, Recipe, Stored, recipes

RECIPE = "weights.json"
IN_FILE = 512
"""Numbers up to which a parameter is in its ONNX file: these are committed, weights aren't."""
OWNERS = (
    "streaming/", "first_unet/", "streaming/text_encoder.", "first_vae/", "enhancer_unet/", "enhancer_text/", "enhancer_vae/",
)  # fmt: skip
"""By source. Stage 1 comes with StreamingT2V's own text encoder, as published."""
LICENCE = """\
The numbers in this pack are drawn by a formula: there is nothing of StreamingT2V's weights in it, and what it makes are
patterns. It is the project's own and proves that the engine computes what PyTorch computes.

tokenizer.json holds the first pairs of CLIP's byte-pair vocabulary (OpenAI, MIT License), as open_clip ships it.
"""
README = """\
# StreamingT2V at an eighth of its width

Every network of the published system at an eighth of its width and at its full depth, for pictures of 64 x 64 that are
refined to 80 x 80. Written by `python -m longtake_models eighth`. The `.weights` files are not kept here (200 MB): a formula
makes them, and the sha256 in `pack.json` says whether it made the right bytes.

* Bytes of a seed: the words of SplitMix64, little-endian; word i (from 0) is the mix of seed + (i + 1) * 0x9E3779B97F4A7C15.
* Weights: `weights.json` says of each file how long it is and where its tensors lie: `count` numbers in fp16 from byte `offset`
  on, number j being (byte j of `seed` - 128) * 2^`exponent`. Between tensors there is 0.
* Noise: number j is (the sum of bytes 4j to 4j + 3, less 510) / 148 in fp32, of the seed
  purpose * 2^48 + index * 2^24 + step. Purposes: 0 where a chunk starts from, 1 what a step adds to a chunk, 2 and 3 the same
  for a frame that is refined, 5 where in its distribution a frame's latents lie, 6 inputs of golden cases. The index is the
  chunk for 0 and 1, the film's frame for 2, 3 and 5.

`golden/` holds what PyTorch makes of it, in fp32; `golden.json` says which file is what. Of an output with `every`: n, only
numbers 0, n, 2n … are kept.
"""
EXAMPLES = ["a cat running on the street"]


@dataclass(frozen=True)
class Network:
    """A network with the weights that the pack has, and the graphs made of it."""

    module: nn.Module
    graphs: list[Graph]


def write(folder: Path, say: Callable[[str], None] = print) -> tuple[dict[str, Network], ClipTokenizer]:
    """Fill `folder` with the pack and its weights. Returns the networks by owner."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as shelf, small_networks():
        vocabulary = tokenizer.read(clip_vocabulary(Path(shelf)))
        drawn = drawn_sources(Path(shelf))
        conversion = Conversion(EIGHTH, drawn, folder, say=say)
        conversion.convert()
    (folder / "conversion.json").unlink()
    for half in folder.glob("*.half.onnx"):  # for graphics cards, which no test of this pack has
        half.unlink()
    tensors = {source.owner: stored_tensors(folder, source, conversion.made) for source in drawn}
    return finish(folder, drawn, tensors, conversion.made, vocabulary), vocabulary


def stored_tensors(folder: Path, source: Drawn, made: Mapping[str, Made]) -> Stored:
    stored = Stored(source)
    for file in sorted({made[name].graph.file for name in source.parts}):
        stored.recognise(folder / file)
    return stored


def finish(
    folder: Path, drawn: Sequence[Drawn], tensors: Mapping[str, Stored], made: Mapping[str, Made], vocabulary: ClipTokenizer
) -> dict[str, Network]:
    """Write the weights anew, in the order in which they are stored, and all that says what is in the pack."""
    networks = {}
    for source in drawn:
        module = source.build().eval().requires_grad_(False)
        tensors[source.owner].furnish(module)
        networks[source.owner] = Network(module, source.graphs(module))
    recipe = recipes(tensors.values(), {m.weights.file: m.weights.bytes for m in made.values()})
    hashes = {file: how.write(folder / file) for file, how in recipe.items()}
    made = {n: replace(m, weights=replace(m.weights, sha256=hashes[m.weights.file]), half=None) for n, m in made.items()}
    (folder / RECIPE).write_text(dumps(recipe), encoding="utf-8")
    (folder / "README.md").write_text(README, encoding="utf-8")
    (folder / "tokenizer.json").write_text(vocabulary.json, encoding="utf-8")
    (folder / manifest.NOTICE).write_text(LICENCE, encoding="utf-8")
    about = manifest.describe(EIGHTH, [g for n in networks.values() for g in n.graphs], made, vocabulary, {})
    about |= {
        "title": "StreamingT2V at an eighth of its width",
        "description": "All networks of the published system, narrow and with drawn weights: for tests.",
        "licence": f"the project's own; see {manifest.NOTICE}",
        "examples": EXAMPLES,
        "provenance": {"trainedOn": "nothing", "training": "none", "weights": f"by formula, see {RECIPE}"},
    }
    pack.write(about, folder)
    return networks


def check(folder: Path, networks: dict[str, Network], say: Callable[[str], None] = print) -> None:
    """Raises ValueError if ONNX Runtime doesn't compute what PyTorch does."""
    about = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
    for network in networks.values():
        for graph in network.graphs:
            error = onnx_export.check(graph, folder / about["graphs"][graph.name]["file"])
            say(f"{graph.name}: differs from PyTorch by {error:.1e}")


def publish(folder: Path, out: Path) -> int:
    """Let `out` hold what is committed: everything but the weights. Returns how many bytes that is."""
    if out.exists():
        if any(out.iterdir()) and not (out / RECIPE).exists():
            raise ValueError(f"{out} holds something else than this pack")
        shutil.rmtree(out)
    shutil.copytree(folder, out, ignore=shutil.ignore_patterns("*.weights"))
    return sum(file.stat().st_size for file in out.rglob("*") if file.is_file())


def drawn_sources(shelf: Path) -> list[Drawn]:
    """The converter's sources; `shelf`: a folder for the file that they all name and none reads."""
    nothing = shelf / "nothing"
    nothing.touch()
    named = [replace(source, file=nothing) for source in sources.without_files(EIGHTH)]
    return [Drawn.of(source, owner) for source, owner in zip(named, OWNERS, strict=True)]


@contextlib.contextmanager
def small_networks() -> Iterator[None]:
    """At an eighth of the width, most tensors are smaller than what the converter keeps outside."""
    before, writer.IN_FILE = writer.IN_FILE, IN_FILE
    try:
        yield
    finally:
        writer.IN_FILE = before


def clip_vocabulary(folder: Path) -> Path:
    """The files of a tokenizer as their publishers ship them, in `folder`: CLIP's, cut off after its first pairs."""
    merges = Path(__file__).with_name("merges.txt").read_text(encoding="utf-8")
    signs = byte_signs()
    pairs = ["".join(line.split()) for line in merges.splitlines()[1:]]
    tokens = [*signs, *(sign + "</w>" for sign in signs), *pairs, START, END]
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}), encoding="utf-8")
    (folder / "merges.txt").write_text(merges, encoding="utf-8")
    (folder / "special_tokens_map.json").write_text(json.dumps({"pad_token": END}), encoding="utf-8")
    return folder


def byte_signs() -> list[str]:
    """CLIP's order of the 256 bytes: those that are visible signs first; the others stand for themselves plus 256."""
    visible = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in visible]
    return [chr(byte) for byte in visible] + [chr(256 + i) for i in range(len(hidden))]


def dumps(recipe: dict[str, Recipe]) -> str:
    """One line for each tensor."""
    files = []
    for name, how in sorted(recipe.items()):
        entries = ",\n  ".join(json.dumps(asdict(entry)) for entry in how.entries)
        files.append(f'"{name}": {{"bytes": {how.bytes}, "entries": [\n  {entries}\n]}}')
    return "{\n" + ",\n".join(files) + "\n}\n"
