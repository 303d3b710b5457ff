"""Names of everything that can be labelled in the world; a label is the index of a name in its list."""

from __future__ import annotations

from .actors import ACTORS

SIZE = 64
"""Width and height of a frame in pixels."""

FPS = 8

PLACES = ("meadow", "sea", "desert", "city", "forest", "space", "mountains", "beach")
TIMES = ("day", "sunset", "night")
WEATHERS = ("clear", "rain", "snow", "fog")
ACTIONS = ("moves right", "moves left", "stands", "jumps", "flies", "spins")

VOCABULARY: dict[str, list[str]] = {
    "actor": [actor.name for actor in ACTORS],
    "place": list(PLACES),
    "time": list(TIMES),
    "weather": list(WEATHERS),
    "action": list(ACTIONS),
}
