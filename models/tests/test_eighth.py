"""The pack at an eighth of the original's width: what is committed is what its formula and its script make."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from longtake_models.convert import sources, tokenizer, writer
from longtake_models.eighth import formula, golden, pack, weights
from longtake_models.eighth.config import EIGHTH
from longtake_models.eighth.formula import Purpose
from longtake_models.eighth.weights import Draw, Drawn, Entry, Recipe, Stored
from longtake_models.export import onnx_export
from longtake_models.export.graphs import Graph
from longtake_models.networks.clip_text import ClipText
from longtake_models.original import ORIGINAL, ClipTextConfig

COMMITTED = Path(__file__).resolve().parents[2] / "src" / "test" / "resources" / "packs" / "streamingt2v-eighth"
MANIFEST = json.loads((COMMITTED / "pack.json").read_text(encoding="utf-8"))
GOLDEN = json.loads((COMMITTED / "golden" / "golden.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed pack with the weights that its recipe makes."""
    folder = tmp_path_factory.mktemp("eighth")
    for file in COMMITTED.glob("*.onnx"):
        (folder / file.name).symlink_to(file)
    for name, about in recipe().items():
        about.write(folder / name)
    return folder


def recipe() -> dict[str, Recipe]:
    said = json.loads((COMMITTED / pack.RECIPE).read_text(encoding="utf-8"))
    return {name: Recipe(how["bytes"], tuple(Entry(**e) for e in how["entries"])) for name, how in said.items()}


def test_bytes_are_splitmix64() -> None:
    """The first numbers of seed 1234567 as its author's own code gives them (Steele, Lea, Flood, OOPSLA 2014)."""
    words = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]
    expected = b"".join(word.to_bytes(8, "little") for word in words)
    assert formula.stream(1234567, 40).tobytes() == expected
    assert formula.stream(1234567, 13).tobytes() == expected[:13]


def test_weights_are_exact_in_half_precision() -> None:
    for exponent in (formula.LEAST_EXPONENT, -9, 0, formula.MOST_EXPONENT):
        made = formula.weights(7, 4096, exponent)
        assert made.dtype == np.float16
        exact = (formula.stream(7, 4096).astype(np.float64) - 128) * 2.0**exponent
        assert np.array_equal(made.astype(np.float64), exact) and made.min() == -128 * 2.0**exponent
    with pytest.raises(ValueError, match="2\\^9"):
        formula.weights(7, 1, 9)


def test_noise_is_nearly_normal_and_has_its_purpose() -> None:
    values = formula.noise(formula.noise_seed(Purpose.STEP, 3, 7), 100, 1000)
    assert values.dtype == np.float32 and abs(values.mean()) < 0.01 and abs(values.std() - 1) < 0.01
    assert formula.noise_seed(Purpose.REFINEMENT_SOURCE, 2, 1) == 5 * 2**48 + 2 * 2**24 + 1
    others = [formula.noise(formula.noise_seed(p, i, s), 1000) for p in Purpose for i in (0, 1) for s in (0, 1)]
    correlations = np.corrcoef(others) - np.eye(len(others))
    assert np.abs(correlations).max() < 0.15


def test_recipe_makes_the_bytes_that_the_manifest_tells(complete: Path) -> None:
    told = {g["weights"]["file"]: g["weights"] for g in MANIFEST["graphs"].values()}
    assert told.keys() == recipe().keys()
    for name, about in told.items():
        content = (complete / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (about["bytes"], about["sha256"]), name
    files = {about["file"]: about["sha256"] for about in MANIFEST["graphs"].values()}
    files[MANIFEST["text"]["tokenizer"]["file"]] = MANIFEST["text"]["tokenizer"]["sha256"]
    for name, digest in files.items():
        assert hashlib.sha256((COMMITTED / name).read_bytes()).hexdigest() == digest, name


def test_script_draws_the_committed_weights_and_tokenizer(tmp_path: Path) -> None:
    """Every tensor by name, and nothing else; the graphs take minutes to translate and are not made again here."""
    with pack.small_networks():
        drawn = pack.drawn_sources(tmp_path)
        for source in drawn:
            beginnings = "|".join(pattern for patterns in source.parts.values() for pattern in patterns)
            shapes = writer.shapes(writer.layout(source.build))
            expected = {
                (int(np.prod(shapes[name])), how.exponent, how.seed)
                for name, how in source.draws().items()
                if re.match(beginnings, name) and np.prod(shapes[name]) > pack.IN_FILE
            }
            files = {MANIFEST["graphs"][name]["weights"]["file"] for name in source.parts}
            entries = [e for file in files for e in recipe()[file].entries]
            assert {(e.count, e.exponent, e.seed) for e in entries} == expected, source.title
            assert len(entries) == len(expected), "a weight is stored twice"
    vocabulary = tokenizer.read(pack.clip_vocabulary(tmp_path))
    assert vocabulary.json == (COMMITTED / "tokenizer.json").read_text(encoding="utf-8")
    assert golden.tokens(vocabulary) == GOLDEN["tokens"]
    assert len(GOLDEN["tokens"][-1]["ids"]) == 77 and GOLDEN["tokens"][1]["ids"] == [vocabulary.padding - 1, vocabulary.padding]


def test_committed_files_are_few_and_small() -> None:
    files = [p for p in COMMITTED.rglob("*") if p.is_file()]
    assert not [p for p in files if p.suffix == ".weights"]
    graphs = sum(p.stat().st_size for p in files if p.suffix == ".onnx")
    cases = sum(p.stat().st_size for p in files if "golden" in p.parts)
    assert graphs < 8e6 and cases < 4e6, (graphs, cases)
    named = {name for about in MANIFEST["graphs"].values() for name in [about["file"], about.get("half", about)["file"]]}
    assert {p.name for p in COMMITTED.glob("*.onnx")} == named


def test_sizes_are_an_eighth_of_the_originals() -> None:
    model, eighth = ORIGINAL.model, EIGHTH.model
    assert [c // 8 for c in model.unet.block_out_channels] == list(eighth.unet.block_out_channels)
    assert [c // 8 for c in model.autoencoder.decoder_channels] == list(eighth.autoencoder.decoder_channels)
    assert [c // 8 for c in model.cam.embedding_channels] == list(eighth.cam.embedding_channels)
    for narrow, wide in (
        (eighth.image_encoder, model.image_encoder), (EIGHTH.text, ORIGINAL.text),
    ):  # fmt: skip
        assert (narrow.layers, narrow.width, narrow.mlp, narrow.heads) == (wide.layers, wide.width // 8, wide.mlp // 8, wide.heads)
    assert (eighth.unet.layers_per_block, eighth.unet.cross_attention) == (model.unet.layers_per_block, model.unet.cross_attention)
    assert (eighth.apm.text_tokens, eighth.apm.image_tokens, eighth.cam.frames) == (77, 16, 8)
    assert EIGHTH.first == ORIGINAL.first and eighth.diffusion == model.diffusion
    assert MANIFEST["enhancer"]["video"] == {"width": 80, "height": 80}
    assert MANIFEST["enhancer"]["canvas"] == {"width": 128, "height": 80}
    assert MANIFEST["enhancer"]["latent"] == {"channels": 4, "height": 10, "width": 16, "scalingFactor": 0.18215}


def case_inputs(case: dict) -> dict[str, np.ndarray]:
    inputs = {}
    for name, how in case["inputs"].items():
        if "seed" in how:
            inputs[name] = formula.noise(how["seed"], *how["shape"])
        else:
            inputs[name] = np.array(how["values"], np.int64 if name == "ids" else np.float32).reshape(how["shape"])
    return inputs


@pytest.mark.parametrize("case", GOLDEN["graphs"], ids=lambda case: case["graph"])
def test_networks_answer_as_pytorch_and_hear_every_input(case: dict, complete: Path) -> None:
    about = MANIFEST["graphs"][case["graph"]]
    session = onnx_export.session(complete / about["file"])
    inputs = case_inputs(case)
    answers = dict(zip(about["outputs"], session.run(list(about["outputs"]), inputs), strict=True))
    for name, how in case["outputs"].items():
        expected = np.load(COMMITTED / "golden" / how["file"])
        assert list(answers[name].shape) == how["shape"]
        assert onnx_export.relative_error(expected, answers[name].ravel()[:: how["every"]]) < 1e-4, name
    last = list(about["outputs"])[-1]
    for name, value in inputs.items():
        changed = (value * 7 + 5) % 1500 if name == "ids" else value[..., ::-1] * 0.8 - 0.1
        answer = session.run([last], {**inputs, name: np.ascontiguousarray(changed.astype(value.dtype))})[0]
        assert onnx_export.relative_error(answers[last], answer) > 5e-3, f"{case['graph']} doesn't hear {name}"


def test_every_network_has_a_case() -> None:
    assert [case["graph"] for case in GOLDEN["graphs"]] == list(MANIFEST["graphs"])


def test_pictures_are_not_all_black_and_white() -> None:
    """Clamped numbers would hide what they were before."""
    for name in ("first", "chunks", "enhanced", "enhanced_film"):
        files = [file for key, file in GOLDEN[name].items() if key.startswith("last_frame")]
        assert files
        for file in files:
            pixels = np.load(COMMITTED / "golden" / file)
            assert (np.abs(pixels) < 1).mean() > 0.6 and pixels.std() > 0.1, file


def test_stage_1_decodes_the_committed_clip() -> None:
    """The last frame is that of the latents, by the autoencoder with the drawn weights."""
    latents = np.load(COMMITTED / "golden" / GOLDEN["first"]["latents"])
    assert latents.shape == (1, 16, 4, 8, 8) and np.isfinite(latents).all()
    second = [np.load(COMMITTED / "golden" / GOLDEN["chunks"][f"latents_{i}"]) for i in (1, 2)]
    assert all(s.shape == latents.shape for s in second)
    assert not np.allclose(*second)


def test_weights_are_recognised_in_any_order(tmp_path: Path) -> None:
    """A tiny text tower: some of its weights are stored turned, and PyTorch gets those that the file then holds."""
    small = ClipTextConfig(vocabulary=300, tokens=5, width=24, layers=1, heads=2, mlp=40)
    source = Drawn.of(
        sources.Source("tiny", tmp_path / "x", lambda: ClipText(small), lambda n: [sources.text_graph("tiny", n)], {"tiny": [""]}),
        "tiny/",
    )
    with pack.small_networks():
        network = writer.layout(source.build)
        writer.furnish(network, source.read())
        graph = source.graphs(network)[0]
        made, kept = writer.write(graph, network, source.read(), tmp_path, lambda count: None)[:2]
        stored = Stored(source)
        stored.recognise(tmp_path / made.file)
    how = weights.recipes([stored], {kept.file: kept.bytes})[kept.file]
    before = (tmp_path / kept.file).read_bytes()
    digest = how.write(tmp_path / kept.file)
    assert digest == hashlib.sha256((tmp_path / kept.file).read_bytes()).hexdigest()
    assert len(before) == how.bytes and before != (tmp_path / kept.file).read_bytes(), "nothing is turned: proves nothing"
    module = source.build().eval().requires_grad_(False)
    stored.furnish(module)
    check: Graph = source.graphs(module)[0]
    assert onnx_export.check(check, tmp_path / made.file) < 1e-5
    (tmp_path / kept.file).write_bytes(before[:-2] + b"\x01\x01")
    with pytest.raises(ValueError, match="is not a weight as it was drawn"):
        Stored(source).recognise(tmp_path / made.file)


def test_graphs_come_out_the_same_twice(tmp_path: Path) -> None:
    """Byte for byte, with what they refer to."""
    with pack.small_networks():
        streaming = pack.drawn_sources(tmp_path)[0]
        network, tensors = writer.layout(streaming.build), streaming.read()
        writer.furnish(network, tensors)
        for graph in streaming.graphs(network):
            if graph.name != "cam_embedding":
                continue
            contents = []
            for folder in (tmp_path / "once", tmp_path / "twice"):
                folder.mkdir(exist_ok=True)
                made = writer.write(graph, network, tensors, folder, lambda count: None)
                contents.append([(folder / stored.file).read_bytes() for stored in made[:2]])
            assert contents[0] == contents[1], graph.name


def test_stages_of_a_draw() -> None:
    assert Draw(3, -9, 1.0).values(5).tolist() == (1 + (formula.stream(3, 5).astype(float) - 128) / 512).tolist()
    norm = weights.draw("a.norm1.weight", "x/a.norm1.weight", (8,))
    gate, bias = weights.draw("attn2.alpha", "alpha", ()), weights.draw("a.bias", "x/a.bias", (2000,))
    assert (norm.offset, gate.offset, bias.offset) == (1.0, 1.0, 0.0)
    wide, narrow = (weights.draw("conv1.weight", "x", (8, n, 3, 3)) for n in (16, 64))
    assert narrow.exponent == wide.exponent - 1 and narrow.seed == wide.seed


def test_pictures_are_laid_on_the_canvas_as_pil_does() -> None:
    frames = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1
    canvas, height, width = golden.on_canvas(frames, 128, 80)
    assert canvas.shape == (2, 3, 80, 128) and (height, width) == (80, 80)
    assert (canvas[..., :24] == -1).all() and (canvas[..., 104:] == -1).all()
    smooth = torch.nn.functional.interpolate(frames, (80, 80), mode="bicubic", antialias=True, align_corners=False)
    torch.testing.assert_close(canvas[..., 24:104], smooth, rtol=0, atol=2e-5)


def test_writes_only_over_its_own_pack(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(ValueError, match="holds something else"):
        pack.publish(COMMITTED, tmp_path)
    assert (tmp_path / "diary.txt").exists()


def test_twins_share_their_files() -> None:
    """As published: stage 1's text encoder is StreamingT2V's. The enhancer's is another."""
    graphs = MANIFEST["graphs"]
    assert graphs["first_text_encoder"]["weights"] == graphs["text_encoder"]["weights"]
    assert graphs["enhancer_text_encoder"]["weights"] != graphs["text_encoder"]["weights"]
    tensors = onnx.load(COMMITTED / graphs["unet"]["file"], load_external_data=False).graph.initializer
    inside = sum(int(np.prod(t.dims)) for t in tensors if t.data_location != onnx.TensorProto.EXTERNAL)
    outside = sum(int(np.prod(t.dims)) for t in tensors if t.data_location == onnx.TensorProto.EXTERNAL)
    assert outside > 20e6 and inside < 0.01 * outside
