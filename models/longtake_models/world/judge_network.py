"""The judge's two small classifiers: one looks at single frames, one at eight frames in a row."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .vocabulary import VOCABULARY

FRAME_HEADS = ("actor", "place", "time", "weather")
ACTION_FRAMES = 8


def _block(inputs: int, outputs: int) -> nn.Sequential:
    """Halves height and width."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def _trunk(inputs: int, widths: tuple[int, ...], features: int) -> nn.Sequential:
    """(N,inputs,64,64) -> (N,features)."""
    sizes = (inputs, *widths)
    blocks = [_block(a, b) for a, b in zip(sizes, sizes[1:])]
    edge = 64 >> len(widths)
    return nn.Sequential(
        *blocks, nn.Flatten(), nn.Dropout(0.1), nn.Linear(widths[-1] * edge * edge, features), nn.ReLU(inplace=True)
    )


class FrameJudge(nn.Module):
    """frames (N,3,64,64) in [-1,1] -> logits of actor, place, time, weather."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = _trunk(3, (32, 64, 96, 128), 192)
        self.heads = nn.ModuleDict({name: nn.Linear(192, len(VOCABULARY[name])) for name in FRAME_HEADS})

    def forward(self, frames: Tensor) -> tuple[Tensor, ...]:
        features = self.trunk(frames)
        return tuple(self.heads[name](features) for name in FRAME_HEADS)


class ActionJudge(nn.Module):
    """clips (N,8,3,64,64) in [-1,1] -> logits of action; it sees brightness and its change from frame to frame."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = _trunk(2 * ACTION_FRAMES - 1, (32, 64, 96, 96), 96)
        self.head = nn.Linear(96, len(VOCABULARY["action"]))
        self.register_buffer("luma", torch.tensor([0.299, 0.587, 0.114]).view(1, 1, 3, 1, 1))

    def forward(self, clips: Tensor) -> Tensor:
        grey = (clips * self.luma).sum(2)
        return self.head(self.trunk(torch.cat([grey, 2 * (grey[:, 1:] - grey[:, :-1])], dim=1)))
