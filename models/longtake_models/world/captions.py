"""The caption grammar: from a scene to what a person might type for it."""

from __future__ import annotations

import numpy as np

from .actors import ACTORS
from .scene import Scene

Phrases = tuple[str, ...]

_PLACES: tuple[Phrases, ...] = (
    ("{} a meadow", "{} the fields", "{} a green field", "{} the countryside", "{} a grassy meadow", "{} green hills"),
    ("on the sea", "on the ocean", "across the sea", "over the water", "on the blue sea", "on the waves"),
    ("{} the desert", "{} a sandy desert", "{} desert dunes", "past the pyramids", "{} a hot desert"),
    ("{} the city", "{} a city", "{} a big city", "{} the streets of a city", "{} downtown", "{} a town"),
    ("{} a forest", "{} the woods", "{} the forest", "{} a pine forest", "between the trees", "{} a deep forest"),
    ("in space", "in outer space", "on the moon", "{} space", "among the planets", "between stars and planets"),
    ("{} the mountains", "{} the mountains", "in the mountains", "past high mountains", "among high peaks", "{} the alps"),
    ("on the beach", "along the beach", "on a sandy beach", "at the seaside", "on a tropical beach", "past palm trees on the beach"),
)
_PLACE_NOUNS: tuple[Phrases, ...] = (
    ("meadow", "field", "green field"), ("sea", "ocean"), ("desert",), ("city", "town", "big city"),
    ("forest", "wood", "pine forest"), ("space landscape", "moon landscape"), ("mountain landscape", "mountain valley"), ("beach", "sandy beach"),
)  # fmt: skip
_SIMPLE_NOUN: Phrases = ("in {article} {adjective} {noun}", "through {article} {adjective} {noun}", "across {article} {adjective} {noun}")

_TIMES: tuple[Phrases, ...] = (
    ("by day", "during the day", "in the daytime", "in the morning", "on a bright day", "in daylight", "after sunrise", "in the afternoon"),
    ("at sunset", "at dusk", "in the evening", "as the sun sets", "in the evening light", "under an orange sky", "during sunset"),
    ("at night", "by night", "in the night", "at midnight", "by moonlight", "in the dark", "on a dark night", "under the stars"),
)
_WEATHERS: tuple[Phrases, ...] = (
    ("in clear weather", "under a clear sky", "in good weather", "with a clear sky"),
    ("in the rain", "while it rains", "in rainy weather", "as rain falls", "in heavy rain", "while it is raining"),
    ("in the snow", "while it snows", "as snow falls", "in snowy weather", "in falling snow", "while it is snowing"),
    ("in the fog", "in thick fog", "in foggy weather", "in the mist", "through the fog"),
)
_ADJECTIVES: tuple[Phrases, ...] = (("clear",), ("rainy", "wet"), ("snowy", "snow-covered", "wintry"), ("foggy", "misty"))

_BARE: dict[str, Phrases] = {
    "drive": ("drives", "is driving", "rides", "cruises", "races", "drives home"),
    "rail": ("drives", "chugs", "is moving", "rolls", "travels", "rides"),
    "walk": ("walks", "runs", "is walking", "strolls", "wanders", "is running", "trots"),
    "swim": ("swims", "glides", "is swimming", "moves", "travels"),
    "sail": ("sails", "is sailing", "floats along", "travels", "moves"),
    "hover": ("travels", "moves along", "glides", "is on its way", "moves forward"),
    "roll": ("rolls", "is rolling", "rolls along", "moves"),
    "thing": ("walks", "moves", "wanders", "slides", "is walking"),
}
_MOVING: dict[str, Phrases] = {**_BARE, "hover": ("flies", "moves", "glides", "is flying", "travels")}
_RIGHT: Phrases = ("to the right", "towards the right", "from left to right", "right")
_LEFT: Phrases = ("to the left", "towards the left", "from right to left", "left")
_STANDS: Phrases = ("stands", "is standing still", "stands still", "waits", "rests", "is resting", "stays")
_STANDS_VEHICLE: Phrases = (*_STANDS, "is parked", "has stopped")
_JUMPS: Phrases = ("jumps", "is jumping", "jumps up and down", "hops", "bounces", "leaps", "is hopping")
_FLIES: Phrases = ("flies", "is flying", "flies up and down", "floats in the air", "hovers", "soars", "is flying high")
_SPINS: Phrases = ("spins", "is spinning", "turns around and around", "rotates", "twirls", "spins around", "does somersaults")

_CHANGE_TIME: tuple[Phrases, ...] = (
    ("the sun rises", "now it is day", "morning comes", "day breaks", "the sun comes up", "it becomes light", "it gets bright", "then it is morning"),
    ("the sun sets", "now the sun goes down", "evening comes", "dusk falls", "the sky turns orange", "it becomes evening", "sunset"),
    ("it becomes night", "night falls", "now it is night", "it gets dark", "the moon comes out", "darkness falls", "then it is night"),
)
_CHANGE_WEATHER: tuple[Phrases, ...] = (
    ("the sky clears", "the weather clears up", "now the weather is good", "it clears up", "the sky is clear again"),
    ("it starts to rain", "now it rains", "rain begins to fall", "it is raining now", "now it starts raining"),
    ("it starts to snow", "now it starts to snow", "snow begins to fall", "now it snows", "it is snowing now"),
    ("fog rolls in", "now it is foggy", "the fog comes", "it gets foggy", "mist rises"),
)
_CHANGE_PLACE: tuple[Phrases, ...] = (
    ("a meadow", "green fields", "the countryside"), ("the sea", "the ocean"), ("the desert", "a desert"), ("the city", "a city"),
    ("a forest", "the woods", "the forest"), ("outer space", "space"), ("the mountains", "a mountain valley"), ("the beach", "a beach"),
)  # fmt: skip
_ENTER: Phrases = ("it reaches {}", "then comes {}", "it comes to {}", "on to {}", "now {}", "the scene changes to {}")
_NOW_AT: Phrases = ("in", "on", "in", "in", "in", "in", "in", "on")
_TURN: tuple[Phrases, ...] = (
    ("it moves right", "now it goes to the right", "it keeps moving to the right", "it heads right"),
    ("it turns around and goes left", "now it goes to the left", "it moves left", "it heads back to the left"),
    ("it stops", "now it stands still", "it comes to a halt", "it waits"),
    ("it starts to jump", "now it jumps", "it hops up and down", "it begins jumping"),
    ("it takes off", "it starts to fly", "now it flies", "it rises into the air"),
    ("it starts to spin", "now it spins", "it turns around and around", "it begins spinning"),
)
_NOBODY: Phrases = ("something", "somebody", "someone", "a figure")
_BECOME: Phrases = ("now {} comes", "it turns into {}", "{} appears", "now {}", "it becomes {}")


def _pick(rng: np.random.Generator, options: Phrases) -> str:
    return options[int(rng.random() * len(options))]


def _article(words: str) -> str:
    vowel = words[0].lower() in "aeiou" and not words.startswith(("U", "uni"))
    return "an" if vowel else "a"


def _subject(actor: int, rng: np.random.Generator) -> str:
    nouns = ACTORS[actor].nouns
    noun = nouns[0] if rng.random() < 0.55 else _pick(rng, nouns)
    u = rng.random()
    if u < 0.7:
        return f"{_article(noun)} {noun}"
    return f"the {noun}" if u < 0.82 else noun


def verb(scene: Scene, rng: np.random.Generator) -> str:
    kind = ACTORS[scene.actor].kind
    if scene.action == 0:
        if rng.random() < 0.5:
            return f"{_pick(rng, _MOVING[kind])} {_pick(rng, _RIGHT)}"
        return _pick(rng, _BARE[kind])
    if scene.action == 1:
        return f"{_pick(rng, _MOVING[kind])} {_pick(rng, _LEFT)}"
    if scene.action == 2:
        return _pick(rng, _STANDS_VEHICLE if kind in ("drive", "rail") else _STANDS)
    return _pick(rng, (_JUMPS, _FLIES, _SPINS)[scene.action - 3])


def _where(scene: Scene, rng: np.random.Generator) -> str:
    preposition = _pick(rng, ("through", "across")) if scene.action < 2 and rng.random() < 0.6 else "in"
    return _pick(rng, _PLACES[scene.place]).format(preposition)


def _adjective_where(scene: Scene, adjective: str, rng: np.random.Generator) -> str:
    noun = _pick(rng, _PLACE_NOUNS[scene.place])
    article = "the" if rng.random() < 0.2 else _article(adjective)
    return _pick(rng, _SIMPLE_NOUN if scene.action < 2 else _SIMPLE_NOUN[:1]).format(article=article, adjective=adjective, noun=noun)


def describe(
    scene: Scene, rng: np.random.Generator, complete: bool = False, must: str | None = None, doing: str | None = None
) -> str:
    """A caption of one scene. `complete` drops nothing but "clear"; `must` names a part that may not be dropped; `doing`
    is the verb to use instead of drawing one."""
    keep = lambda name, share: complete or must == name or rng.random() < share  # noqa: E731
    say_place = keep("place", 0.93)
    say_time = keep("time", 0.55 if scene.time == 0 else 0.93)
    say_weather = must == "weather" or rng.random() < 0.15 if scene.weather == 0 else keep("weather", 0.97)
    say_action = keep("action", 0.86 if scene.action else 0.75)

    adjective = say_weather and scene.weather and say_place and rng.random() < 0.4
    if adjective:
        where = _adjective_where(scene, _pick(rng, _ADJECTIVES[scene.weather]), rng)
    else:
        where = _where(scene, rng) if say_place else ""
    weather = _pick(rng, _WEATHERS[scene.weather]) if say_weather and not adjective else ""
    time = _pick(rng, _TIMES[scene.time]) if say_time else ""
    subject = _subject(scene.actor, rng) if keep("actor", 0.92) else _pick(rng, _NOBODY)
    does = (doing or verb(scene, rng)) if say_action else ""

    u = rng.random()
    if u < 0.62:
        tail = [where, time, weather] if rng.random() < 0.6 else [where, weather, time]
        parts = [subject, does, *tail]
        text = " ".join(part for part in parts if part)
    elif u < 0.8:  # circumstances first
        front = ", ".join(part for part in ((time, weather) if rng.random() < 0.5 else (weather, time)) if part)
        body = " ".join(part for part in (subject, does, where) if part)
        text = f"{front}, {body}" if front else body
    else:  # as people type: fragments between commas
        body = " ".join(part for part in (subject.removeprefix("a ").removeprefix("an "), does) if part)
        parts = [part for part in (body, where, time, weather) if part]
        if rng.random() < 0.3:
            parts = [parts[0], *parts[1:][::-1]]
        text = ", ".join(parts)
    u = rng.random()
    if u < 0.25:
        text = text[0].upper() + text[1:]
        return text + "." if rng.random() < 0.6 else text
    return text


def change_alone(old: Scene, new: Scene, field: str, rng: np.random.Generator) -> str:
    """What a director would call out: the change and nothing else. `field` "scene" has no such form."""
    if field == "time":
        return _pick(rng, _CHANGE_TIME[new.time])
    if field == "weather":
        return _pick(rng, _CHANGE_WEATHER[new.weather])
    if field == "place":
        place = _pick(rng, _CHANGE_PLACE[new.place])
        return f"now {_NOW_AT[new.place]} {place}" if rng.random() < 0.4 else _pick(rng, _ENTER).format(place)
    if field == "action":
        return _pick(rng, _TURN[new.action])
    noun = _pick(rng, ACTORS[new.actor].nouns)
    return _pick(rng, _BECOME).format(f"{_article(noun)} {noun}")


def describe_change(old: Scene, new: Scene, field: str, rng: np.random.Generator, before: str | None = None) -> str:
    """The caption of what `old` becomes when `field` changes.

    Mostly as the engine asks for a change (the scene, a comma, the change: "a fox runs in a forest, night falls"),
    else the new state in full, now and then the change alone. `before` is the caption that `old` already has.
    """
    u = rng.random()
    if field == "scene" or (u < 0.3 and before is None):
        return describe(new, rng, must=None if field == "scene" else field)
    text = change_alone(old, new, field, rng)
    if before is None and u > 0.88:
        if rng.random() < 0.5 and field != "actor":  # the actor is named with it
            text = f"{_subject(new.actor, rng)}, {text}"
        return text[0].upper() + text[1:] if rng.random() < 0.25 else text
    opening = before if before is not None else describe(old, rng)
    if rng.random() < 0.1:
        text = text[0].upper() + text[1:]
    return f"{opening}, {text}"
