"""CLIP's byte-pair tokenizer as one `tokenizer.json`, from the vocabulary and merges that its publishers ship."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE

from .checkpoint import CheckpointError

START, END = "<|startoftext|>", "<|endoftext|>"
WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


@dataclass(frozen=True)
class ClipTokenizer:
    json: str
    padding: int
    """Id that fills a prompt up to the encoder's length."""


def read(folder: Path) -> ClipTokenizer:
    """`folder`: with vocab.json, merges.txt and special_tokens_map.json. Neither cuts nor pads: the engine does.

    Raises CheckpointError if a file is missing or doesn't fit the others.
    """
    vocabulary = _json(folder / "vocab.json")
    padding = _json(folder / "special_tokens_map.json").get("pad_token", END)
    if isinstance(padding, dict):
        padding = padding.get("content")
    for token in (START, END, padding):
        if token not in vocabulary:
            raise CheckpointError(f"{folder / 'vocab.json'} lacks the token {token!r}")
    tokenizer = Tokenizer(_byte_pairs(folder, vocabulary))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(WORDS), behavior="removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.RobertaProcessing(
        (END, vocabulary[END]), (START, vocabulary[START]), trim_offsets=False, add_prefix_space=False
    )
    return ClipTokenizer(tokenizer.to_str(pretty=True) + "\n", vocabulary[padding])


def _byte_pairs(folder: Path, vocabulary: dict[str, int]) -> BPE:
    path = folder / "merges.txt"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        merges = [tuple(line.split()) for line in lines if line and not line.startswith("#version")]
        return BPE(vocab=vocabulary, merges=merges, end_of_word_suffix="</w>", unk_token=END, fuse_unk=False)
    except Exception as e:  # the tokenizers library raises plain exceptions
        raise CheckpointError(f"{path} can't be read: {e}") from e


def _json(path: Path) -> dict:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise CheckpointError(f"{path} can't be read: {e}") from e
    if not isinstance(content, dict):
        raise CheckpointError(f"{path} holds no object")
    return content
