"""Scenes, clips and frames: what the generator learns from."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from . import captions
from .actors import ACTORS, TURN_STEPS, sprite
from .places import GROUND, backdrop, falling
from .scene import Scene
from .vocabulary import ACTIONS, PLACES, SIZE, TIMES, WEATHERS

BEAT = 8
"""Frames after which every motion of the world is where it was: gaits, jumps, spins, falling rain and snow, and (but for
where it leads past) the ground. It is the number of new frames of a chunk: as films advance by whole beats, a chunk's
frame number tells the phase of everything that moves, which a small model learns in an hour instead of days."""
FADE = BEAT  # frames a change takes
LABELS = ("actor", "place", "time", "weather", "action")

_SHARES = {
    "time": (0.4, 0.25, 0.35),
    "weather": (0.46, 0.18, 0.18, 0.18),
    "action": (0.34, 0.16, 0.12, 0.12, 0.14, 0.12),
}
_TAUGHT_ACTIONS = (0.26, 0.26, 0.12, 0.12, 0.12, 0.12)
"""In clips to learn from: left as often as right, or whatever leaves the way open (a right) wins over the word."""
_CHANGES = (("time", 0.24), ("weather", 0.28), ("place", 0.16), ("action", 0.14), ("actor", 0.06), ("scene", 0.12))
_CHANGED_BEFORE = 0.3
"""Share of captions that tell a scene by an earlier one and what became of it."""
_COUNTS = {"actor": len(ACTORS), "place": len(PLACES), "time": len(TIMES), "weather": len(WEATHERS), "action": len(ACTIONS)}

_GROUND_SPEED = {"moves right": 4, "moves left": -4, "flies": 4}
_GROUND_PERIOD = 512  # pixels after which all layers are where they were
_WALK = (0, -1, -2, -1)
_JUMP = (0, -6, -11, -14, -15, -14, -11, -6)
_JUMP_SQUASH = (2, 0, 0, 0, 0, 0, 0, 0)
_TURN = TURN_STEPS // BEAT
_SNOW_SWAY = (0, 1, 2, 1, 0, -1, -2, -1)


@dataclass(frozen=True)
class Clip:
    """frames (F,64,64,3) uint8, times the detail; labels: name -> (F,) int64; at `switch_frame` `scene` gives way to `new_scene`."""

    frames: np.ndarray
    caption: str
    labels: dict[str, np.ndarray]
    switch_frame: int | None
    scene: Scene
    new_scene: Scene


def _draw(rng: np.random.Generator, name: str) -> int:
    """One value of a label; cheaper than rng.choice, which matters at thousands of scenes a second."""
    shares = _SHARES.get(name)
    if shares is None:
        return int(rng.integers(_COUNTS[name]))
    u = rng.random()
    for index, share in enumerate(shares):
        u -= share
        if u < 0:
            return index
    return len(shares) - 1


def sample_scene(rng: np.random.Generator) -> Scene:
    return Scene(*(_draw(rng, name) for name in LABELS))


def _scene_to_learn(rng: np.random.Generator) -> Scene:
    return replace(sample_scene(rng), action=int(rng.choice(len(ACTIONS), p=_TAUGHT_ACTIONS)))


def _over(frame: np.ndarray, top: int, left: int, colour: np.ndarray, cover: np.ndarray) -> None:
    """Premultiplied `colour` over `frame` in place, cut at the borders."""
    height, width = colour.shape[:2]
    edge = len(frame)
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + height, edge), min(left + width, edge)
    if y0 >= y1 or x0 >= x1:
        return
    inside = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    target = frame[y0:y1, x0:x1]
    target *= 1 - cover[inside]
    target += colour[inside]


def _pose(scene: Scene, step: int) -> tuple[bool, int, int, int]:
    """(looks left, turn, squash, height above ground as a negative offset) at one step of the action."""
    action, kind = ACTIONS[scene.action], ACTORS[scene.actor].kind
    hover = -9 if kind == "hover" else 0
    if action == "jumps":
        return False, 0, _JUMP_SQUASH[step % 8], hover + _JUMP[step % 8]
    if action == "flies":
        return False, 0, 0, -15 + round(6 * math.sin(2 * math.pi * step / BEAT))
    if action == "spins":
        return False, step * _TURN % TURN_STEPS, 0, hover
    if action == "stands":
        return False, 0, (0, 0, 0, 1, 1, 1, 0, 0)[step % 8] if not hover else 0, hover + (1 if hover and step % 8 > 3 else 0)
    left = action == "moves left"
    if kind == "roll":
        return left, (-step if left else step) * _TURN % TURN_STEPS, 0, 0
    gait = _WALK[step % 4] if kind in ("walk", "swim", "thing", "sail") else (0, 0, -1, -1)[step % 4]
    return left, 0, 0, hover + gait


@dataclass(frozen=True)
class Moment:
    """offset: pixels travelled; step: frames of the action so far; tick: frames of the weather."""

    offset: int
    step: int
    tick: int

    def after(self, speed: int) -> Moment:
        return Moment(self.offset + speed, self.step + 1, self.tick + 1)


def any_moment(rng: np.random.Generator) -> Moment:
    return Moment(*(int(v) for v in rng.integers(0, (_GROUND_PERIOD, BEAT, BEAT))))


def on_the_beat(rng: np.random.Generator) -> Moment:
    """A moment at which a film may begin: only where it begins is open."""
    stride = 4 * BEAT
    return Moment(stride * int(rng.integers(0, _GROUND_PERIOD // stride)), 0, 0)


def render(scene: Scene, moment: Moment, detail: int = 1) -> np.ndarray:
    """(64,64,3) float32 in 0..255; with `detail` 2 or 4 the same picture, so many times as large and as fine.

    Everything moves by whole pixels of the small picture, so that a small film tells all that a large one shows move.
    """
    offset, step, tick = moment.offset, moment.step, moment.tick
    back = backdrop(scene.place, scene.time, scene.weather, detail)
    frame = back.sky.copy()
    for layer in back.layers:
        start = math.floor(offset * layer.speed) % 128 * detail
        target = frame[layer.top :]
        target *= layer.through[:, start : start + SIZE * detail]
        target += layer.colour[:, start : start + SIZE * detail]
    left, turn, squash, rise = _pose(scene, step)
    figure = sprite(scene.actor, left, turn, squash, detail)
    height, width = (edge // detail for edge in figure.cover.shape[:2])
    upright = sprite(scene.actor).cover.shape[0]
    top = GROUND - height + rise if not turn else GROUND - upright // 2 - height // 2 + rise
    reach = max(6, 13 + rise // 3)
    _shade(frame, GROUND - 1, GROUND + 1, reach, detail)
    _shade(frame, GROUND + 1, GROUND + 2, reach - 3, detail)
    _over(frame, top * detail, (SIZE // 2 - width // 2) * detail, figure.colour, figure.cover)
    marks = falling(scene.weather, scene.time, detail)
    if marks is not None:
        rain = WEATHERS[scene.weather] == "rain"
        down = (tick * (8 if rain else 4)) % SIZE
        across = (offset + (0 if rain else _SNOW_SWAY[tick % BEAT])) % SIZE
        y, x, edge = (SIZE - down) * detail, across * detail, SIZE * detail
        window = np.s_[y : y + edge, x : x + edge]
        frame *= marks.through[window]
        frame += marks.colour[window]
    if back.veil is not None:
        colour, strength = back.veil
        frame *= 1 - strength
        frame += colour * strength
    return frame


def _shade(frame: np.ndarray, top: int, bottom: int, reach: int, detail: int) -> None:
    """The actor's shadow on rows top..bottom, `reach` to either side of the middle."""
    left, right = SIZE // 2 - reach, SIZE // 2 + reach
    frame[top * detail : bottom * detail, left * detail : right * detail] *= 0.62


def _to_bytes(frame: np.ndarray) -> np.ndarray:
    frame += 0.5
    return np.minimum(frame, 255, out=frame).astype(np.uint8)


def sample_change(rng: np.random.Generator, scene: Scene) -> tuple[Scene, str]:
    """Another scene that differs in one named way; "scene": all of it is drawn anew."""
    u = rng.random()
    field = _CHANGES[-1][0]
    for name, share in _CHANGES:
        u -= share
        if u < 0:
            field = name
            break
    if field == "scene":
        return sample_scene(rng), field
    old = getattr(scene, field)
    new = old
    while new == old:
        new = _draw(rng, field)
    return replace(scene, **{field: new}), field


def _told(rng: np.random.Generator, scene: Scene, depth: int = 2) -> str:
    """A caption of `scene`: of itself, or of what it was one or two changes ago and of those changes."""
    if depth == 0 or rng.random() >= _CHANGED_BEFORE:
        return captions.describe(scene, rng)
    earlier, field = sample_change(rng, scene)
    if field == "scene":
        return captions.describe(scene, rng)
    return captions.describe_change(earlier, scene, field, rng, before=_told(rng, earlier, depth - 1))


def film(
    scene: Scene, new_scene: Scene, switch: int | None, frames: int, caption: str, moment: Moment, detail: int = 1
) -> Clip:
    """Renders a clip from `moment` on; from `switch` on it fades to `new_scene`."""
    pictures = np.empty((frames, SIZE * detail, SIZE * detail, 3), np.uint8)
    for index in range(frames):
        now = new_scene if switch is not None and index >= switch else scene
        picture = render(now, moment, detail)
        if switch is not None and switch <= index < switch + FADE - 1:
            share = (index - switch + 1) / FADE
            # During the fade the old world keeps pace with the new motion, so that only one thing changes.
            picture = share * picture + (1 - share) * render(scene, moment, detail)
        pictures[index] = _to_bytes(picture)
        moment = moment.after(_GROUND_SPEED.get(ACTIONS[now.action], 0))
    ends = frames if switch is None else switch
    labels = {
        name: np.where(np.arange(frames) < ends, getattr(scene, name), getattr(new_scene, name)).astype(np.int64)
        for name in LABELS
    }
    return Clip(pictures, caption, labels, switch, scene, new_scene)


def sample_clip(rng: np.random.Generator, frames: int = 24, transition_probability: float = 0.5, detail: int = 1) -> Clip:
    """A clip on the beat with its caption; with the given probability it changes, and the caption tells the new state."""
    scene = new_scene = _scene_to_learn(rng)
    switch: int | None = None
    if rng.random() < transition_probability and frames >= 2 * BEAT:
        new_scene, field = sample_change(rng, scene)
        switch = BEAT * int(rng.integers(1, frames // BEAT))
        before = _told(rng, scene, 1) if field != "scene" and rng.random() < 0.25 else None
        caption = captions.describe_change(scene, new_scene, field, rng, before)
    else:
        caption = _told(rng, scene)
    return film(scene, new_scene, switch, frames, caption, on_the_beat(rng), detail)


def sample_twins(rng: np.random.Generator, frames: int = 24) -> tuple[Clip, Clip]:
    """Two clips that differ in what the actor does, and captions that differ in the words for it: one goes right and one
    left, or any two actions. Learnt from together (with the same noise) they teach what those words mean."""
    scene = _scene_to_learn(rng)
    actions = (0, 1) if rng.random() < 0.6 else rng.choice(len(ACTIONS), 2, replace=False)
    moment, telling = on_the_beat(rng), int(rng.integers(2**32))
    twins = []
    for action in actions:
        own = replace(scene, action=int(action))
        doing = captions.verb(own, rng)
        caption = captions.describe(own, np.random.default_rng(telling), must="action", doing=doing)
        twins.append(film(own, own, None, frames, caption, moment))
    return twins[0], twins[1]


def sample_take(rng: np.random.Generator, frames: int) -> Clip:
    """A clip without a change that begins anywhere: what a judge must be able to tell."""
    scene = sample_scene(rng)
    return film(scene, scene, None, frames, "", any_moment(rng))


def sample_frame(rng: np.random.Generator, detail: int = 1) -> tuple[np.ndarray, str, dict[str, int]]:
    """One frame (64,64,3) uint8, times the detail, of any moment, its caption and its labels."""
    scene = sample_scene(rng)
    frame = _to_bytes(render(scene, any_moment(rng), detail))
    return frame, _told(rng, scene), {name: getattr(scene, name) for name in LABELS}


def sample_prompts(seed: int, count: int) -> list[dict[str, str]]:
    """Prompts for evaluation that name actor, place, time, weather and action, with the labels they ask for."""
    from .vocabulary import VOCABULARY

    rng = np.random.default_rng([seed, 0x70726F])
    prompts = []
    for _ in range(count):
        scene = sample_scene(rng)
        labels = {name: VOCABULARY[name][getattr(scene, name)] for name in LABELS}
        prompts.append({"prompt": captions.describe(scene, rng, complete=True), **labels})
    return prompts
