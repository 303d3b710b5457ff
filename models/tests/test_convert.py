"""A synthetic checkpoint with the published files' names and tiny networks becomes a pack; bad files become clear errors."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import namedtuple
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from longtake_models.config import (
    ApmConfig, AutoencoderConfig, CamConfig, ImageEncoderConfig, ModelConfig, UNetConfig, VideoConfig,
)  # fmt: skip
from longtake_models.convert import checkpoint, cli, job, names, sources, tokenizer, writer
from longtake_models.convert.checkpoint import CheckpointError
from longtake_models.convert.job import Conversion, NoSpace
from longtake_models.convert.sources import Source
from longtake_models.export import onnx_export
from longtake_models.networks.autoencoder import AutoencoderKL
from longtake_models.networks.clip_text import ClipText
from longtake_models.networks.vid2vid import Downsample, Upsample, Vid2VidUNet
from longtake_models.original import ORIGINAL, ClipTextConfig, OriginalConfig, Vid2VidConfig

UNET = UNetConfig(
    block_out_channels=(16, 32), cross_attention=(True, False), layers_per_block=1, head_dim=8, transformer_in_heads=3,
    cross_attention_dim=24, norm_groups=4,
)  # fmt: skip
AUTOENCODER = AutoencoderConfig(
    encoder_channels=(8, 16), decoder_channels=(8, 16), encoder_layers=1, decoder_layers=2, norm_groups=4
)
TINY = OriginalConfig(
    model=ModelConfig(
        video=VideoConfig(width=32, height=32, fps=8, frames=4),
        autoencoder=AUTOENCODER,
        unet=UNET,
        cam=CamConfig(embedding_channels=(4, 8), embedding_strides=(2,), frames=2, merger_head_dim=8),
        apm=ApmConfig(text_tokens=7, image_tokens=2, image_width=16, hidden=16, alpha_init=0.4),
        image_encoder=ImageEncoderConfig(image_size=28, patch=14, width=16, layers=2, heads=2, mlp=32, output=16),
    ),
    text=ClipTextConfig(vocabulary=520, tokens=7, width=24, layers=2, heads=2, mlp=32),
    enhancer=Vid2VidConfig(
        unet=UNET,
        autoencoder=AUTOENCODER,
        video=VideoConfig(width=32, height=28, fps=8, frames=3),
    ),
)
GRAPHS = [
    "text_encoder", "apm", "cam_embedding", "cam", "unet", "vae_decoder", "vae_encoder",
    "first_unet", "first_text_encoder", "first_vae_decoder",
    "enhancer_unet", "enhancer_text_encoder", "enhancer_vae_encoder", "enhancer_vae_decoder",
]  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def tiny_placeholders():
    """Tiny networks, too, keep most of their weights outside."""
    before, writer.IN_FILE = writer.IN_FILE, 100
    yield
    writer.IN_FILE = before


def random_state(network: nn.Module, seed: int) -> dict[str, Tensor]:
    """Weights of which nothing is zero or too large."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: torch.randn(t.shape, generator=generator) * 0.08 + float(bool(re.search(r"(norm|ln_)\w*\.weight$", name)))
        for name, t in network.state_dict().items()
    }


def renamed(state: dict[str, Tensor], *rules: tuple[str, str]) -> dict[str, Tensor]:
    result = {}
    for name, tensor in state.items():
        for pattern, replacement in rules:
            name = re.sub(pattern, replacement, name)
        result[name] = tensor
    return result


def as_model_scope(state: dict[str, Tensor], levels: int, per_level: int) -> dict[str, Tensor]:
    """Our names -> `input_blocks.3.op` and so on (reference-spec §6.2), with temporal projections as Conv1d."""
    result = {}
    for name, tensor in state.items():
        parts = name.split(".")
        block, rest = parts[0], parts[1:]
        if block in ("down_blocks", "up_blocks"):
            level, kind, i, *rest = rest
            per = per_level + 1
            here = int(level) * per + int(i) + (1 if block == "down_blocks" else 0)
            place = {"resnets": 0, "temp_convs": 0, "attentions": 1, "temp_attentions": 2}.get(kind)
            attended = int(level) != (levels - 1 if block == "down_blocks" else 0)
            if kind == "downsamplers":
                start = f"input_blocks.{(int(level) + 1) * per}.op"
                rest = rest[1:]
            elif kind == "upsamplers":
                start = f"output_blocks.{int(level) * per + per_level}.{3 if attended else 1}"
            else:
                start = f"{'input' if block == 'down_blocks' else 'output'}_blocks.{here}.{place}"
        elif block == "mid_block":
            kind, i, *rest = rest
            place = {"resnets": 3 * int(i), "temp_convs": 3 * int(i), "attentions": 1, "temp_attentions": 2}[kind]
            start = f"middle_block.{place}"
        else:
            kind = block
            start = {
                "conv_in": "input_blocks.0.0", "transformer_in": "input_blocks.0.1", "time_embedding": "time_embed",
                "conv_norm_out": "out.0", "conv_out": "out.2",
            }[block]  # fmt: skip
        if kind == "temp_convs":
            start += ".temopral_conv"
        new = ".".join([start, *rest])
        if kind in ("resnets", "time_embedding"):
            for ours, theirs in (
                ("norm1", "in_layers.0"), ("conv1", "in_layers.2"), ("time_emb_proj", "emb_layers.1"), ("norm2", "out_layers.0"),
                ("conv2", "out_layers.3"), ("conv_shortcut", "skip_connection"), ("linear_1", "0"), ("linear_2", "2"),
            ):  # fmt: skip
                new = new.replace(f".{ours}.", f".{theirs}.")
        if kind in ("temp_attentions", "transformer_in") and re.search(r"proj_(in|out)\.weight$", new):
            tensor = tensor[:, :, None]
        result[new] = tensor
    return result


def as_latent_diffusion(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Our names -> those of CompVis, with 1x1 convolutions in the attention."""
    levels = 1 + max(int(n.split(".")[2]) for n in state if n.startswith("decoder.up_blocks"))
    result = {}
    for name, tensor in renamed(
        state,
        (r"down_blocks\.(\d)\.resnets", r"down.\1.block"),
        (r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample"),
        (r"up_blocks\.(\d)\.resnets", r"up.\1.block"),
        (r"up_blocks\.(\d)\.upsamplers\.0", r"up.\1.upsample"),
        (r"mid_block\.resnets\.0", "mid.block_1"),
        (r"mid_block\.resnets\.1", "mid.block_2"),
        (r"mid_block\.attentions\.0\.group_norm", "mid.attn_1.norm"),
        (r"mid_block\.attentions\.0\.to_([qkv])", r"mid.attn_1.\1"),
        (r"mid_block\.attentions\.0\.to_out\.0", "mid.attn_1.proj_out"),
        ("conv_shortcut", "nin_shortcut"),
        ("conv_norm_out", "norm_out"),
    ).items():
        if m := re.match(r"decoder\.up\.(\d)(.*)", name):
            name = f"decoder.up.{levels - 1 - int(m[1])}{m[2]}"
        if re.search(r"attn_1\.(q|k|v|proj_out)\.weight", name):
            tensor = tensor[:, :, None, None]
        result["first_stage_model." + name] = tensor
    return result


def as_open_clip(state: dict[str, Tensor]) -> dict[str, Tensor]:
    result: dict[str, Tensor] = {}
    for name, tensor in renamed(
        state,
        (r"^text_model\.embeddings\.position_embedding\.weight", "positional_embedding"),
        (r"^text_model\.embeddings\.token_embedding", "token_embedding"),
        (r"^text_model\.final_layer_norm", "ln_final"),
        (r"^text_model\.encoder\.layers", "transformer.resblocks"),
        (r"layer_norm([12])", r"ln_\1"),
        (r"mlp\.fc1", "mlp.c_fc"),
        (r"mlp\.fc2", "mlp.c_proj"),
        (r"self_attn\.out_proj", "attn.out_proj"),
    ).items():
        if m := re.match(r"(.*)\.self_attn\.[qkv]_proj\.(weight|bias)", name):
            together = f"{m[1]}.attn.in_proj_{m[2]}"
            layer = m[1].replace("transformer.resblocks", "text_model.encoder.layers")
            result[together] = torch.cat([state[f"{layer}.self_attn.{part}_proj.{m[2]}"] for part in "qkv"])
        else:
            result[name] = tensor
    return result


def save_lightning(state: dict[str, Tensor], path: Path) -> None:
    """With hyperparameters of a class that is not there when the file is read."""
    module = ModuleType("pytorch_lightning.utilities.parsing")
    made = type("AttributeDict", (dict,), {"__module__": module.__name__})
    module.AttributeDict = made  # type: ignore[attr-defined]
    parents = {n: ModuleType(n) for n in ("pytorch_lightning", "pytorch_lightning.utilities")}
    sys.modules.update({**parents, module.__name__: module})
    try:
        torch.save({"epoch": 3, "hyper_parameters": made(rate=1e-4, layers=[1, 2]), "state_dict": state}, path)
    finally:
        for name in (*parents, module.__name__):
            del sys.modules[name]


def publish(folder: Path) -> None:
    """All files as their publishers name them. Stage 1 and the enhancer come with StreamingT2V's text encoder."""
    model, text = TINY.model, TINY.text
    streaming = random_state(sources.StreamingT2V(model, text), 1)
    clip = {n.removeprefix("text_encoder."): t for n, t in streaming.items() if n.startswith("text_encoder.")}
    extra = {"image_encoder.model.logit_scale": torch.ones(()), "image_encoder.model.ln_final.weight": torch.ones(24)}
    extra["text_encoder.text_model.embeddings.position_ids"] = torch.arange(7)[None]
    save_lightning({**streaming, **extra}, folder / "streaming_t2v.ckpt")
    base, enhancer = folder / "text-to-video-ms-1.7b", folder / "Video-to-Video"
    for name in ("unet", "vae", "text_encoder", "tokenizer"):
        (base / name).mkdir(parents=True)
    enhancer.mkdir()
    unet = random_state(sources.plain_unet(UNET, model.apm), 2)
    save_file({n: t.half() for n, t in unet.items()}, base / "unet" / "diffusion_pytorch_model.fp16.safetensors")
    torch.save(clip, base / "text_encoder" / "pytorch_model.bin")
    vae = random_state(AutoencoderKL(AUTOENCODER), 3)
    former = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    old = renamed(vae, *((rf"attentions\.0\.{re.escape(now)}\.", f"attentions.0.{then}.") for now, then in former.items()))
    torch.save(old, base / "vae" / "diffusion_pytorch_model.bin")
    write_tokenizer(base / "tokenizer")
    refiner = random_state(Vid2VidUNet(TINY.enhancer.unet, ApmConfig()), 4)
    torch.save({"state_dict": as_model_scope(refiner, 2, 1)}, enhancer / "non_ema_0035000.pth")
    last = f"transformer.resblocks.{text.layers}.ln_1.weight"
    unused = {last: torch.ones(24), "visual.proj": torch.ones(2), "logit_scale": torch.ones(())}
    torch.save({**as_open_clip(clip), **unused}, enhancer / "open_clip_pytorch_model.bin")
    other = {"model.diffusion_model.out.2.bias": torch.ones(4), "betas": torch.ones(5), "model_ema.num_updates": torch.tensor(7)}
    pruned = {**as_latent_diffusion(random_state(AutoencoderKL(AUTOENCODER), 5)), **other}
    torch.save({"state_dict": pruned, "best": np.float64(0.5)}, enhancer / "v2-1_512-ema-pruned.ckpt")


def write_tokenizer(folder: Path) -> None:
    from tokenizers.pre_tokenizers import ByteLevel

    signs = sorted(ByteLevel.alphabet())
    tokens = [*signs, *(s + "</w>" for s in signs), "ca", "cat</w>", tokenizer.START, tokenizer.END]
    (folder / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\nc a\nca t</w>\n")
    (folder / "special_tokens_map.json").write_text(json.dumps({"pad_token": "!"}))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    publish(folder)
    return folder


def published_sources(folder: Path) -> list[Source]:
    return sources.all_sources(
        TINY, folder / "streaming_t2v.ckpt", folder / "text-to-video-ms-1.7b", folder / "Video-to-Video"
    )


@pytest.fixture(scope="module")
def converted(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("converted") / "streamingt2v"
    vocabulary = tokenizer.read(published / "text-to-video-ms-1.7b" / "tokenizer")
    Conversion(TINY, published_sources(published), out, say=lambda line: None).run(vocabulary)
    return out


@pytest.mark.parametrize("index", range(7))
def test_every_graph_computes_what_pytorch_does(converted: Path, published: Path, index: int) -> None:
    manifest = json.loads((converted / "pack.json").read_text())
    source = published_sources(published)[index]
    network = source.build().eval().requires_grad_(False)
    network.load_state_dict({n: writer.rounded(t) for n, t in source.read().items()})
    for graph in source.graphs(network):
        assert onnx_export.check(graph, converted / manifest["graphs"][graph.name]["file"]) < 1e-4, graph.name


def stored_files(about: dict) -> list[dict]:
    """What a graph's entry in the manifest refers to."""
    return [about, about["weights"], *([about["half"]] if "half" in about else [])]


def test_pack_holds_every_network_once(converted: Path) -> None:
    manifest = json.loads((converted / "pack.json").read_text())
    assert list(manifest["graphs"]) == GRAPHS
    for about in manifest["graphs"].values():
        for stored in stored_files(about):
            content = (converted / stored["file"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == stored["sha256"]
        assert (converted / about["weights"]["file"]).stat().st_size == about["weights"]["bytes"]
    # The same encoder comes in three files.
    assert {manifest["graphs"][n]["file"] for n in GRAPHS if "text_encoder" in n} == {"text_encoder.onnx"}
    used = {s["file"] for about in manifest["graphs"].values() for s in stored_files(about)}
    others = {"pack.json", "conversion.json", "tokenizer.json", "LICENSE"}
    assert {p.name for p in converted.iterdir()} == used | others
    assert "NON-COMMERCIAL" in (converted / "LICENSE").read_text()


def test_weights_are_halves_outside_of_the_graph(converted: Path) -> None:
    import onnx

    for name in ("unet", "enhancer_unet", "cam"):
        tensors = onnx.load(converted / f"{name}.onnx", load_external_data=False).graph.initializer
        outside = [t for t in tensors if t.data_location == onnx.TensorProto.EXTERNAL]
        assert len(outside) > 50
        assert {t.data_type for t in outside} == {onnx.TensorProto.FLOAT16}
        assert all(int(e.value) % writer.ALIGNMENT == 0 for t in outside for e in t.external_data if e.key == "offset")
        assert max(np.prod(t.dims) for t in tensors if t not in outside) <= writer.IN_FILE, name


def test_manifest_says_every_constant() -> None:
    vocabulary = tokenizer.ClipTokenizer("{}", 49407)
    about = manifest_of(ORIGINAL, vocabulary, with_enhancer=True)
    clip = {
        "encoder": "clip", "graph": "text_encoder", "padding": 49407, "tokens": 77, "width": 1024,
        "tokenizer": {"file": "tokenizer.json", "sha256": hashlib.sha256(b"{}").hexdigest()},
    }  # fmt: skip
    assert list(about.pop("graphs"))[:7] == GRAPHS[:7]
    said = {key: about.pop(key) for key in ("title", "description", "licence", "version", "examples", "provenance", "vocabulary")}
    assert "non-commercial" in said["licence"] and set(said["provenance"]) == {"trainedOn", "training", "weights", "files"}
    assert about == {
        "format": 1,
        "name": "streamingt2v",
        "video": {"width": 256, "height": 256, "fps": 8},
        "chunk": {"frames": 16, "conditioningFrames": 8},
        "latent": {"channels": 4, "height": 32, "width": 32, "scalingFactor": 0.18215},
        "text": clip,
        "contexts": 16,
        "diffusion": {
            "prediction": "epsilon", "trainTimesteps": 1000, "betaStart": 0.00085, "betaEnd": 0.012, "stepsOffset": 1,
            "eta": 1.0, "sampler": "ddim", "steps": 50, "guidanceScale": 7.5,
        },
        "overlapHold": 0.0,
        "anchor": "first-frame",
        "unconditionalAnchor": "grey",
        "precision": "fp16",
        "firstChunk": {
            "text": {**clip, "graph": "first_text_encoder"},
            "diffusion": {
                "sampler": "dpm-solver++", "prediction": "epsilon", "trainTimesteps": 1000, "betaStart": 0.00085,
                "betaEnd": 0.012, "steps": 50, "guidanceScale": 9.0,
            },
        },
        "enhancer": {
            "video": {"width": 720, "height": 720},
            "canvas": {"width": 1280, "height": 720},
            "enlargement": "bicubic",
            "latent": {"channels": 4, "height": 90, "width": 160, "scalingFactor": 0.18215},
            "text": {**clip, "graph": "enhancer_text_encoder", "padding": 0},
            "window": {"frames": 24, "overlap": 8},
            "diffusion": {
                "sampler": "dpm-solver++-sde", "prediction": "v",
                "schedule": {"trainTimesteps": 1000, "logSnrLimit": 7.5, "logSnrShift": [2.0, 4.0]},
                "noiseLevels": 600, "steps": 30, "guidanceScale": 7.5, "guidanceRescale": 0.2,
            },
        },
    }  # fmt: skip
    assert "enhancer" not in manifest_of(ORIGINAL, vocabulary, with_enhancer=False)


def manifest_of(config: OriginalConfig, vocabulary: tokenizer.ClipTokenizer, with_enhancer: bool) -> dict:
    """What would be said of networks that are only laid out."""
    stored = writer.Stored("x", "0" * 64, 1)
    source = sources._streaming(config, Path("x"))
    graphs = source.graphs(writer.layout(source.build))
    if with_enhancer:
        unet = writer.layout(lambda: Vid2VidUNet(config.enhancer.unet, ApmConfig()))
        graphs.append(sources.unet_graph("enhancer_unet", unet, (24, 4, 90, 160), config.text))
    return job.manifest.describe(config, graphs, {g.name: writer.Made(stored, stored) for g in graphs}, vocabulary, {})


@pytest.mark.parametrize(
    ("film", "canvas", "picture"),
    [((256, 256), (1280, 720), (720, 720)), ((64, 64), (128, 80), (80, 80)), ((320, 128), (640, 640), (640, 256))],
)
def test_films_are_as_large_as_they_fit_on_the_canvas(
    film: tuple[int, int], canvas: tuple[int, int], picture: tuple[int, int]
) -> None:
    assert job.manifest.fitted(VideoConfig(*film), VideoConfig(*canvas)) == picture


def test_networks_of_the_original_have_its_size() -> None:
    unet = writer.layout(lambda: sources.plain_unet(ORIGINAL.model.unet, ORIGINAL.model.apm))
    assert (len(unet.state_dict()), sum(p.numel() for p in unet.parameters())) == (1480, 1_411_233_860)
    refiner = writer.layout(lambda: Vid2VidUNet(ORIGINAL.enhancer.unet, ApmConfig()))
    assert writer.shapes(refiner) == writer.shapes(unet)
    theirs = as_model_scope(refiner.state_dict(), 4, 2)
    assert len(theirs) == 1480
    for name in (
        "input_blocks.3.op.weight", "input_blocks.0.1.proj_in.weight", "input_blocks.11.0.temopral_conv.conv4.3.weight",
        "output_blocks.2.1.conv.weight", "output_blocks.8.3.conv.bias", "middle_block.3.out_layers.3.weight", "time_embed.2.bias",
    ):  # fmt: skip
        assert name in theirs, name
    ours = names.model_scope_unet(2, 4)(theirs)
    assert {n: tuple(t.shape) for n, t in ours.items()} == writer.shapes(refiner)
    text = writer.layout(lambda: ClipText(ORIGINAL.text))
    assert len(text.state_dict()) == 372
    vae = writer.layout(lambda: AutoencoderKL(ORIGINAL.enhancer.autoencoder))
    theirs = {n.removeprefix("first_stage_model."): t for n, t in as_latent_diffusion(vae.state_dict()).items()}
    ours = names.latent_diffusion_autoencoder(theirs)
    assert {n: tuple(t.shape) for n, t in ours.items()} == writer.shapes(vae)
    whole = writer.layout(lambda: sources.StreamingT2V(ORIGINAL.model, ORIGINAL.text))
    assert len(whole.state_dict()) == 4 + 392 + 372 + 248 + 682 + 1703


def test_translations_give_back_every_tensor(published: Path) -> None:
    expected = {
        3: random_state(AutoencoderKL(AUTOENCODER), 3),
        4: random_state(Vid2VidUNet(TINY.enhancer.unet, ApmConfig()), 4),
        6: random_state(AutoencoderKL(AUTOENCODER), 5),
    }
    files = published_sources(published)
    for index, state in expected.items():
        found = files[index].read()
        assert found.keys() == state.keys()
        assert all(torch.equal(found[n], t) for n, t in state.items())


@torch.no_grad()
def test_enhancer_pads_two_rows_and_drops_one() -> None:
    x, heights = torch.zeros(1, 4, 90, 160), [90]
    down, up = Downsample(4), Upsample(4)
    for _ in range(3):
        x = down(x)
        heights.append(x.shape[2])
    for _ in range(3):
        x = up(x)
        heights.append(x.shape[2])
    assert heights == [90, 46, 24, 13, 24, 46, 90]
    assert x.shape[3] == 160


@torch.no_grad()
def test_text_encoder_looks_back_only() -> None:
    encoder = ClipText(TINY.text).eval()
    ids = torch.tensor([[5, 6, 7, 8, 9, 10, 11]])
    other = ids.clone()
    other[0, 4:] = 3
    first, second = encoder(ids), encoder(other)
    torch.testing.assert_close(first[:, :4], second[:, :4])
    assert not torch.allclose(first[:, 4], second[:, 4])


def test_tokenizer_is_clips(converted: Path) -> None:
    from tokenizers import Tokenizer

    text = json.loads((converted / "pack.json").read_text())["text"]
    cut = Tokenizer.from_file(str(converted / text["tokenizer"]["file"]))
    vocabulary = cut.get_vocab()
    assert cut.encode("  CAT  cat's").tokens == [tokenizer.START, "cat</w>", "cat</w>", "'", "s</w>", tokenizer.END]
    assert cut.encode("é").ids[-1] == vocabulary[tokenizer.END]
    assert text["padding"] == vocabulary["!"]


def altered(published: Path, folder: Path, change) -> Source:
    """The source of a text encoder whose state dict was changed."""
    state = torch.load(published / "text-to-video-ms-1.7b" / "text_encoder" / "pytorch_model.bin", weights_only=True)
    change(state)
    torch.save(state, folder / "pytorch_model.bin")
    return replace(published_sources(published)[2], file=folder / "pytorch_model.bin")


NORM = "text_model.final_layer_norm.weight"


def test_what_does_not_fit_is_listed_by_name(published: Path, tmp_path: Path) -> None:
    def change(state: dict[str, Tensor]) -> None:
        state["surprise.weight"] = state.pop(NORM)
        state["text_model.encoder.layers.0.mlp.fc1.bias"] = torch.zeros(5)
        state["text_model.encoder.layers.1.mlp.fc1.bias"] = torch.zeros(32, dtype=torch.int64)

    with pytest.raises(CheckpointError) as e:
        altered(published, tmp_path, change).read()
    said = str(e.value)
    assert "stage 1's text encoder (pytorch_model.bin)" in said
    assert f"1 missing:\n    {NORM}" in said
    assert "1 extra:\n    surprise.weight" in said
    assert "1 wrong shape:\n    text_model.encoder.layers.0.mlp.fc1.bias: [5] instead of [32]" in said
    assert "text_model.encoder.layers.1.mlp.fc1.bias: torch.int64" in said


def test_hundreds_of_names_are_grouped(published: Path) -> None:
    unet = published_sources(published)[1]
    wrong = replace(unet, file=published_sources(published)[2].file)
    with pytest.raises(CheckpointError, match=r"down_blocks\.\*\.resnets\.\*\.conv1\.weight \(2\)"):
        wrong.read()


def test_unreadable_numbers_are_refused(published: Path, tmp_path: Path) -> None:
    def change(state: dict[str, Tensor]) -> None:
        state["text_model.encoder.layers.0.mlp.fc1.weight"][3, 4] = float("nan")

    source = altered(published, tmp_path, change)
    with pytest.raises(ValueError, match="fc1.weight holds numbers that aren't finite"):
        Conversion(TINY, [source], tmp_path / "out", say=lambda line: None).convert()


@pytest.mark.parametrize("kind", ["pickle", "safetensors"])
def test_truncated_file(published: Path, tmp_path: Path, kind: str) -> None:
    base = published / "text-to-video-ms-1.7b"
    whole = {
        "pickle": base / "text_encoder" / "pytorch_model.bin",
        "safetensors": base / "unet" / "diffusion_pytorch_model.fp16.safetensors",
    }[kind]
    part = tmp_path / whole.name
    content = whole.read_bytes()
    for length in (len(content) - 7, len(content) // 2, 100):
        part.write_bytes(content[:length])
        with pytest.raises(CheckpointError, match=f"{part.name} is .*(damaged|incomplete)"):
            checkpoint.read(part)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html>not found</html>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS pointer"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "no PyTorch checkpoint"),
    ],
)
def test_what_is_no_checkpoint(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "model.ckpt"
    file.write_bytes(content)
    with pytest.raises(CheckpointError, match=f"model.ckpt .*{said}"):
        checkpoint.read(file)


def test_missing_file_names_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="non_ema_0035000.fp16.safetensors, .*non_ema_0035000.pth"):
        sources.find(tmp_path, "non_ema_0035000")


class Attack:
    """Pickled, it calls a function when it is read."""

    def __init__(self, function, *arguments) -> None:
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("place", ["state_dict", "hyper_parameters"])
def test_malicious_pickle_is_refused_and_not_run(tmp_path: Path, legacy: bool, place: str) -> None:
    proof = tmp_path / "was-run"
    file = tmp_path / "evil.ckpt"
    content = {"state_dict": {"a": torch.ones(2)}, "hyper_parameters": {}}
    content[place]["b"] = Attack(os.mkdir, str(proof))
    torch.save(content, file, _use_new_zipfile_serialization=not legacy)
    with pytest.raises(CheckpointError, match=r"evil.ckpt is refused.*(posix|nt)\.mkdir"):
        checkpoint.read(file)
    assert not proof.exists()
    torch.load(file, weights_only=False)  # what a careless reader would do: the attack is a real one
    assert proof.exists()


def damaged(file: Path, to: Path, damage: str, proof: Path) -> str:
    """A copy of a published file that must be refused. Returns what must be said of it."""
    if damage == "truncated":
        to.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])
        return "damaged|incomplete"
    tensors = {name: tensor.clone() for name, tensor in checkpoint.read(file).items()}
    if damage == "malicious":  # whatever the file is called
        torch.save({**tensors, "more": Attack(os.mkdir, str(proof))}, to)
        return "is refused|damaged"
    # The autoencoder of the enhancer lies among others' tensors.
    name = next(n for n in reversed(tensors) if not re.search(r"^(model\.|betas|model_ema|image_encoder\.model\.l|.*position_ids)", n)
                and not re.search(r"^(transformer\.resblocks\.2|visual|logit)", n))
    if damage == "missing":
        del tensors[name]
        said = "1 missing"
    else:
        tensors[name] = torch.zeros((3, *tensors[name].shape))
        said = "1 wrong shape"
    if to.suffix == ".safetensors":
        save_file(tensors, to)
    else:
        torch.save({"state_dict": tensors}, to)
    return said


@pytest.mark.parametrize("damage", ["missing", "wrong shape", "truncated", "malicious"])
@pytest.mark.parametrize("index", range(7))
def test_no_damaged_file_becomes_half_a_pack(published: Path, tmp_path: Path, index: int, damage: str) -> None:
    whole = published_sources(published)[index]
    proof, bad = tmp_path / "was-run", replace(whole, file=tmp_path / whole.file.name)
    said = damaged(whole.file, bad.file, damage, proof)
    good = published_sources(published)[2]
    with pytest.raises(CheckpointError, match=said) as e:
        Conversion(TINY, [good, bad], tmp_path / "out", say=lambda line: None).convert()
    assert bad.file.name in str(e.value)
    assert not (tmp_path / "out").exists() and not proof.exists()


def test_even_a_name_that_the_user_allows_is_not_run(tmp_path: Path) -> None:
    proof = tmp_path / "was-run"
    file = tmp_path / "odd.ckpt"
    torch.save({"state_dict": {"a": torch.ones(2)}, "odd": Attack(shutil.copytree, "x", str(proof))}, file)
    with pytest.raises(CheckpointError, match=r"shutil\.copytree"):
        checkpoint.read(file)
    assert list(checkpoint.read(file, inert=["shutil.copytree"])) == ["a"]
    assert not proof.exists()


def test_hyperparameters_of_lightning_are_read_as_nothing(published: Path) -> None:
    assert "pytorch_lightning" not in sys.modules
    tensors = checkpoint.read(published / "streaming_t2v.ckpt")
    assert "base_model.conv_in.weight" in tensors
    assert "pytorch_lightning" not in sys.modules


def test_weights_stay_on_disk(published: Path) -> None:
    """Mapped, not read; and no longer mapped once nobody looks at them."""
    base = published / "text-to-video-ms-1.7b"
    maps = Path("/proc/self/maps")
    if not maps.exists():
        pytest.skip("this system doesn't say what is mapped")
    for file in (
        base / "text_encoder" / "pytorch_model.bin",
        base / "unet" / "diffusion_pytorch_model.fp16.safetensors",
        published / "streaming_t2v.ckpt",
    ):
        tensors = checkpoint.read(file)
        assert str(file) in maps.read_text()
        del tensors
        gc.collect()
        assert str(file) not in maps.read_text()


def test_too_little_disk_is_said_before_anything_is_written(published: Path, tmp_path: Path, monkeypatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(job.shutil, "disk_usage", lambda path: usage(10**9, 10**9 - 10**6, 10**6))
    said: list[str] = []
    with pytest.raises(NoSpace, match=r"has 0\.00 GB free; the conversion needs 0\.\d+ GB"):
        Conversion(TINY, published_sources(published), tmp_path / "out", say=said.append).convert()
    assert any(line.startswith("needs ") for line in said)
    assert list((tmp_path / "out").iterdir()) == []


def test_disk_needed_by_the_original() -> None:
    sizes = job.sizes(sources._streaming(ORIGINAL, Path("x")))
    assert 2.96e9 < sizes["unet"] < 3.0e9
    assert 1.23e9 < sizes["cam"] < 1.25e9  # without the embedding of pictures, which is a graph of its own


RESUMED = 6
"""The source with two graphs and little to translate."""

KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import test_convert as t
t.writer.IN_FILE = 100
t.job.Progress.EVERY = 0

def say(line):
    if line.startswith("enhancer_vae_decoder:") and "%" in line:
        os.kill(os.getpid(), signal.SIGKILL)

t.Conversion(t.TINY, [t.published_sources(Path(sys.argv[2]))[t.RESUMED]], Path(sys.argv[3]), say=say).convert()
"""


def test_goes_on_after_a_kill(published: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    here = Path(__file__).resolve().parent
    arguments = [sys.executable, "-c", KILLED, str(here), str(published), str(out)]
    environment = {**os.environ, "PYTHONPATH": str(here.parent)}
    killed = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=300)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    finished = out / "enhancer_vae_encoder.weights"
    assert (out / "enhancer_vae_decoder.weights.part").exists() and not (out / "enhancer_vae_decoder.weights").exists()
    before = finished.stat().st_mtime_ns

    said: list[str] = []
    source = published_sources(published)[RESUMED]
    conversion = Conversion(TINY, [source], out, say=said.append)
    conversion.convert()
    assert "enhancer_vae_encoder: finished before" in said
    assert not any(line.startswith("enhancer_vae_encoder: translating") for line in said)
    assert finished.stat().st_mtime_ns == before
    assert not list(out.glob("*.part"))
    in_one_go = Conversion(TINY, [source], tmp_path / "other", say=lambda line: None)
    in_one_go.convert()
    assert conversion.made == in_one_go.made

    # A file that has changed since is done again.
    finished.write_bytes(finished.read_bytes()[:-1] + b"x")
    again: list[str] = []
    Conversion(TINY, [source], out, say=again.append).convert()
    assert "enhancer_vae_decoder: finished before" in again
    assert any(line.startswith("enhancer_vae_encoder: translating") for line in again)


def test_twins_are_done_again_together(published: Path, tmp_path: Path) -> None:
    first, last = (published_sources(published)[i] for i in (2, 5))
    mine = replace(first, file=tmp_path / first.file.name)
    shutil.copy(first.file, mine.file)
    out = tmp_path / "out"
    Conversion(TINY, [mine, last], out, say=lambda line: None).convert()
    assert {p.name for p in out.iterdir()} == {"first_text_encoder.onnx", "first_text_encoder.weights", "conversion.json"}

    altered(published, tmp_path, lambda state: state[NORM].add_(1))
    again = Conversion(TINY, [mine, last], out, say=lambda line: None)
    again.convert()
    assert again.made["first_text_encoder"] != again.made["enhancer_text_encoder"]
    for made in again.made.values():
        assert writer.stored(out / made.graph.file) == made.graph
        assert writer.stored(out / made.weights.file) == made.weights


def test_progress_says_how_long_it_will_take() -> None:
    said: list[str] = []
    times = iter([0.0, 1.0, 10.0])
    progress = job.Progress("unet", 1000_000_000, said.append, lambda: next(times))
    for count in (100_000_000, 100_000_000, 50_000_000):
        progress(count)
    assert said[1:] == ["unet: 25 %, 25 MB/s, 30 s left"]


def test_command_line_explains(published: Path, tmp_path: Path) -> None:
    """The tiny files don't fit the original's networks: the error says so, name by name, and nothing is written."""
    from longtake_models.cli import parser

    base = published / "text-to-video-ms-1.7b"
    given = {"--checkpoint": published / "streaming_t2v.ckpt", "--base": base, "--out": tmp_path / "out"}
    arguments = ["convert", *(str(part) for option in given.items() for part in option)]
    with pytest.raises(SystemExit, match=r"convert: StreamingT2V \(streaming_t2v.ckpt\): the weights don't fit"):
        cli.run(parser().parse_args(arguments))
    assert not (tmp_path / "out").exists()
