"""One constellation of the storybook world."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scene:
    """What is shown, as indices into the vocabulary."""

    actor: int
    place: int
    time: int
    weather: int
    action: int
