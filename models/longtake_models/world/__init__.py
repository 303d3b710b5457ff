"""The world the storybook pack knows: a side-scrolling picture book, rendered for training and for tests only."""

from .captions import describe, describe_change
from .clips import (
    BEAT,
    Clip,
    Moment,
    film,
    render,
    sample_change,
    sample_clip,
    sample_frame,
    sample_prompts,
    sample_scene,
    sample_twins,
    sample_take,
)
from .scene import Scene
from .vocabulary import FPS, SIZE, VOCABULARY

__all__ = [
    "BEAT", "FPS", "SIZE", "VOCABULARY", "Clip", "Moment", "Scene", "describe", "describe_change", "film", "render",
    "sample_change", "sample_clip", "sample_frame", "sample_prompts", "sample_scene", "sample_take", "sample_twins",
]  # fmt: skip
