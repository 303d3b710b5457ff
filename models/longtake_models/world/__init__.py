"""The world the storybook pack knows: a side-scrolling picture book, rendered for training and for tests only."""

from .captions import describe, describe_change
from .clips import Clip, film, render, sample_change, sample_clip, sample_frame, sample_frames, sample_prompts, sample_scene
from .scene import Scene
from .vocabulary import FPS, SIZE, VOCABULARY

__all__ = [
    "FPS", "SIZE", "VOCABULARY", "Clip", "Scene", "describe", "describe_change", "film", "render",
    "sample_change", "sample_clip", "sample_frame", "sample_frames", "sample_prompts", "sample_scene",
]  # fmt: skip
