"""Asks the exported judge what pictures show; used to measure films, never to train the generator."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from .judge_network import ACTION_FRAMES

FOLDER = Path(__file__).resolve().parents[2] / "storybook-judge"


class Judge:
    """Reads models/storybook-judge/ with onnxruntime; pictures are float32 in [-1,1], channels first."""

    def __init__(self, folder: Path = FOLDER, threads: int = 1) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.labels: dict[str, list[str]] = json.loads((folder / "judge.json").read_text(encoding="utf-8"))["labels"]
        self._frames, self._action = (
            onnxruntime.InferenceSession(str(folder / file), options, ["CPUExecutionProvider"])
            for file in ("judge.onnx", "action.onnx")
        )

    def frames(self, pictures: np.ndarray) -> dict[str, np.ndarray]:
        """(N,3,64,64) -> label indices (N,) for actor, place, time, weather."""
        names = [output.name for output in self._frames.get_outputs()]
        logits = self._frames.run(names, {"frames": np.ascontiguousarray(pictures, np.float32)})
        return {name: values.argmax(1) for name, values in zip(names, logits)}

    def action(self, film: np.ndarray) -> np.ndarray:
        """(F,3,64,64), F >= 8 -> action index of each window of eight frames, every four frames."""
        starts = range(0, len(film) - ACTION_FRAMES + 1, ACTION_FRAMES // 2)
        clips = np.stack([film[start : start + ACTION_FRAMES] for start in starts]).astype(np.float32)
        return self._action.run(["action"], {"clips": clips})[0].argmax(1)

    def agreement(self, film: np.ndarray, wanted: dict[str, str]) -> dict[str, float]:
        """Share of frames (of windows, for the action) that show what was asked for. `wanted`: label -> name."""
        seen = {**self.frames(film), "action": self.action(film)}
        return {
            name: float(np.mean(found == self.labels[name].index(wanted[name])))
            for name, found in seen.items()
            if name in wanted
        }
