"""Backgrounds: for every (place, time, weather) a still sky and three scrolling layers, drawn once and kept."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from .vocabulary import PLACES, SIZE, TIMES, WEATHERS

PERIOD = 128  # pixels after which a layer repeats
SAMPLES = 4  # supersampling while drawing
GROUND = 57  # row on which actors stand

Colour = tuple[float, float, float]

_TINT: dict[str, Colour] = {"day": (1.0, 1.0, 1.0), "sunset": (0.93, 0.62, 0.55), "night": (0.4, 0.46, 0.7)}
_SKY: dict[str, tuple[Colour, Colour]] = {
    "day": ((86, 170, 245), (196, 232, 252)),
    "sunset": ((120, 62, 140), (255, 158, 74)),
    "night": ((8, 12, 42), (34, 46, 104)),
}
_SPACE_SKY: dict[str, tuple[Colour, Colour]] = {
    "day": ((52, 62, 158), (122, 138, 226)),
    "sunset": ((62, 14, 84), (226, 84, 110)),
    "night": ((3, 3, 14), (18, 14, 46)),
}
_HAZE: dict[str, Colour] = {"day": (222, 228, 234), "sunset": (238, 176, 150), "night": (84, 92, 124)}
_CLOUD: dict[str, Colour] = {"day": (138, 150, 166), "sunset": (132, 96, 118), "night": (34, 40, 62)}
_FROST: dict[str, Colour] = {"day": (246, 250, 255), "sunset": (250, 200, 196), "night": (150, 164, 208)}


@dataclass(frozen=True)
class Layer:
    """A strip that wraps: premultiplied colour (64,192,3), 1-coverage (64,192,1), all times the detail; `speed` relative
    to the ground."""

    colour: np.ndarray
    through: np.ndarray
    speed: float
    top: int


@dataclass(frozen=True)
class Backdrop:
    sky: np.ndarray  # (64,64,3) float32, times the detail
    layers: tuple[Layer, ...]  # back to front
    veil: tuple[np.ndarray, float] | None  # fog in front of the actor: colour, strength


def _mix(a: Colour, b: Colour, share: float) -> Colour:
    return tuple(x + (y - x) * share for x, y in zip(a, b))  # type: ignore[return-value]


class _Brush:
    """Draws in frame pixels onto a wrapping strip; colours are given as by day and shaded by time and weather."""

    def __init__(self, time: str, weather: str, haze: float, frost: float) -> None:
        self.time, self.weather, self.haze, self.frost = time, weather, haze, frost
        self.image = Image.new("RGBA", (PERIOD * SAMPLES, SIZE * SAMPLES))
        self.draw = ImageDraw.Draw(self.image)
        self.snowy = weather == "snow"

    def shade(self, colour: Colour, glow: bool = False, frosted: bool = True) -> tuple[int, int, int, int]:
        if not glow:
            colour = tuple(c * t for c, t in zip(colour, _TINT[self.time]))  # type: ignore[assignment]
            if self.snowy and frosted:
                colour = _mix(colour, _FROST[self.time], self.frost)
            if self.weather == "rain":
                colour = _mix(colour, _CLOUD[self.time], 0.22)
        if self.weather == "fog":
            colour = _mix(colour, _HAZE[self.time], self.haze * (0.6 if glow else 1.0))
        return (*(round(min(255, max(0, c))) for c in colour), 255)  # type: ignore[return-value]

    def polygon(self, points: list[tuple[float, float]], colour: Colour, glow: bool = False, frosted: bool = True) -> None:
        fill = self.shade(colour, glow, frosted)
        for shift in (-PERIOD, 0, PERIOD):
            self.draw.polygon([((x + shift) * SAMPLES, y * SAMPLES) for x, y in points], fill=fill)

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: Colour, glow: bool = False, frosted: bool = True) -> None:
        self.polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour, glow, frosted)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: Colour, glow: bool = False, frosted: bool = True) -> None:
        fill = self.shade(colour, glow, frosted)
        for shift in (-PERIOD, 0, PERIOD):
            left, right = (x + shift - rx) * SAMPLES, (x + shift + rx) * SAMPLES
            self.draw.ellipse((left, (y - ry) * SAMPLES, right, (y + ry) * SAMPLES), fill=fill)

    def hills(self, base: float, height: float, waves: tuple[int, ...], colour: Colour, phase: float = 0.0) -> None:
        """A smooth ridge that closes on itself after one period."""
        xs = np.arange(0, PERIOD + 1)
        ys = sum(np.sin(2 * np.pi * n * xs / PERIOD + phase * (i + 1)) / (i + 1) for i, n in enumerate(waves))
        points = [(float(x), float(base - height * y)) for x, y in zip(xs, ys)]
        fill = self.shade(colour)
        outline = [(x * SAMPLES, y * SAMPLES) for x, y in points]
        self.draw.polygon([*outline, (PERIOD * SAMPLES, SIZE * SAMPLES), (0, SIZE * SAMPLES)], fill=fill)

    def layer(self, speed: float, detail: int) -> Layer:
        strip = self.image.convert("RGBa").resize((PERIOD * detail, SIZE * detail), Image.Resampling.BOX)
        pixels = np.asarray(strip, dtype=np.float32)
        pixels = np.concatenate([pixels, pixels[:, : SIZE * detail]], axis=1)
        used = np.flatnonzero(pixels[..., 3].any(axis=1))
        top = int(used[0]) if len(used) else SIZE * detail
        cut = pixels[top:]
        return Layer(np.ascontiguousarray(cut[..., :3]), np.ascontiguousarray(1 - cut[..., 3:] / 255), speed, top)


def _meadow(far: _Brush, middle: _Brush, ground: _Brush) -> None:
    far.hills(40, 3, (1, 2), (150, 214, 130))
    middle.hills(45, 2.5, (2, 3), (104, 190, 84), 1.0)
    for x in (20, 84):  # a farm house: red wall, white door
        middle.polygon([(x - 9, 34), (x, 27), (x + 9, 34)], (120, 60, 50))
        middle.box(x - 7, 34, x + 7, 44, (204, 62, 52), frosted=False)
        middle.box(x - 2, 38, x + 2, 44, (250, 244, 230), frosted=False)
    ground.hills(50, 0.6, (4,), (76, 168, 60))
    for index, x in enumerate(range(5, PERIOD, 12)):
        colour = ((255, 236, 80), (255, 255, 255), (250, 90, 110))[index % 3]
        y = 54 + (index * 7) % 8
        ground.oval(x, y, 1.6, 1.6, colour, frosted=False)


def _sea(far: _Brush, middle: _Brush, ground: _Brush) -> None:
    far.oval(30, 37, 11, 5, (92, 160, 88))
    far.box(0, 36, PERIOD, SIZE, (44, 132, 204))
    middle.box(0, 43, PERIOD, SIZE, (30, 108, 186))
    for x in range(0, PERIOD, 16):
        middle.oval(x + 8, 43, 6, 1.5, (150, 208, 240), frosted=False)
    for x in range(0, PERIOD, 16):
        ground.oval(x + 8, 53.5, 8.5, 3.5, (232, 248, 255), frosted=False)
    for x in range(0, PERIOD, 16):
        ground.oval(x + 8, 55.3, 8.6, 3.8, (18, 84, 160), frosted=False)
    ground.box(0, 55, PERIOD, SIZE, (18, 84, 160), frosted=False)


def _desert(far: _Brush, middle: _Brush, ground: _Brush) -> None:
    for x, h in ((34, 20), (58, 13), (100, 16)):
        far.polygon([(x - h, 46), (x, 46 - h), (x + h, 46)], (226, 176, 104))
        far.polygon([(x, 46 - h), (x + h, 46), (x + h * 0.3, 46)], (190, 138, 76))
    far.box(0, 45, PERIOD, SIZE, (240, 200, 124))
    middle.hills(47, 2, (1, 2), (242, 190, 104), 0.7)
    for x in (14, 76):
        middle.box(x - 1.8, 30, x + 1.8, 48, (58, 140, 72))
        middle.box(x - 6, 37, x, 39.5, (58, 140, 72))
        middle.box(x - 6, 33, x - 3.5, 39.5, (58, 140, 72))
        middle.box(x, 40, x + 6, 42.5, (58, 140, 72))
        middle.box(x + 3.5, 36, x + 6, 42.5, (58, 140, 72))
    ground.hills(51, 1, (2,), (230, 162, 76))
    for x in range(8, PERIOD, 32):
        ground.oval(x, 60, 7, 1, (206, 136, 58))


def _city(far: _Brush, middle: _Brush, ground: _Brush) -> None:
    draw = random.Random(4)
    for x in range(0, PERIOD, 8):
        far.box(x, draw.choice((20, 24, 28, 32)), x + 8, SIZE, (146, 164, 192))
    night = middle.time == "night"
    window: Colour = (255, 222, 110) if middle.time != "day" else (206, 232, 250)
    walls: tuple[Colour, ...] = ((176, 96, 84), (98, 112, 148), (196, 160, 112), (122, 98, 132))
    for index, x in enumerate(range(0, PERIOD, 16)):
        top = (18, 30, 24, 34, 14, 28, 22, 32)[index]
        middle.box(x + 1, top, x + 15, SIZE, walls[index % 4], frosted=False)
        if middle.snowy:
            middle.box(x + 1, top - 2, x + 15, top + 0.5, (255, 255, 255))
        for row in range(top + 4, 50, 7):
            for column in (x + 3, x + 9):
                if not night or (row + column) % 5:
                    middle.box(column, row, column + 4, row + 4, window, glow=middle.time != "day", frosted=False)
    ground.box(0, 48, PERIOD, 51, (190, 190, 194))
    ground.box(0, 51, PERIOD, SIZE, (84, 86, 96))
    for x in range(0, PERIOD, 16):
        ground.box(x, 59, x + 8, 61, (255, 250, 220), frosted=False)


def _forest(far: _Brush, middle: _Brush, ground: _Brush) -> None:
    for x in range(0, PERIOD, 8):
        top = 22 + (x * 5) % 11
        far.polygon([(x - 6, SIZE), (x + 4, top), (x + 14, SIZE)], (82, 138, 112))
    for index, x in enumerate(range(8, PERIOD, 16)):
        top = (8, 16, 4, 13, 10, 18, 6, 15)[index]
        middle.box(x - 1.8, 42, x + 1.8, 52, (112, 76, 48))
        for step in range(3):
            y = top + step * 10
            spread = 5.5 + step * 2
            middle.polygon([(x - spread, y + 14), (x, y), (x + spread, y + 14)], (28 + step * 6, 104 + step * 10, 52 + step * 4))
    ground.hills(50, 0.8, (4, 8), (58, 106, 48))
    for x in range(6, PERIOD, 32):
        ground.box(x - 1, 57, x + 1, 61, (244, 232, 214), frosted=False)
        ground.oval(x, 57, 3, 2, (214, 48, 40), frosted=False)


def _space(far: _Brush, middle: _Brush, ground: _Brush) -> None:
    for index in range(16):  # a jittered grid, so that stars neither clump nor look like snow
        x, y = 8 * index + 4, (5, 29, 17, 38, 10, 23)[index % 6] + index % 3
        far.oval(x, y, 0.8, 0.8, (255, 250, 214), glow=True)
    middle.oval(22, 15, 9, 9, (226, 150, 84), glow=True)
    middle.oval(22, 15, 15, 2.4, (250, 214, 150), glow=True)
    middle.oval(84, 20, 7, 7, (84, 184, 200), glow=True)
    middle.oval(82, 18, 3, 3, (150, 226, 226), glow=True)
    middle.oval(112, 9, 4, 4, (216, 90, 100), glow=True)
    ground.hills(51, 0.8, (2, 5), (164, 164, 176))
    for x in range(10, PERIOD, 32):
        ground.oval(x, 58, 6, 2.2, (116, 116, 130))
        ground.oval(x + 17, 61, 3, 1.2, (126, 126, 138))


def _mountains(far: _Brush, middle: _Brush, ground: _Brush) -> None:
    for x, top, half in ((20, 8, 30), (64, 16, 26), (104, 5, 32)):
        slope = (46 - top) / half
        far.polygon([(x - half, 46), (x, top), (x + half, 46)], (120, 118, 156))
        far.polygon([(x, top), (x + half, 46), (x + half * 0.25, 46)], (94, 92, 132))
        cap = 10 / slope
        far.polygon([(x - cap, top + 10), (x, top), (x + cap, top + 10), (x + cap * 0.4, top + 7), (x, top + 11), (x - cap * 0.5, top + 7)], (250, 252, 255))
    far.box(0, 45, PERIOD, SIZE, (104, 110, 136))
    middle.hills(46, 2.5, (2, 3), (112, 134, 104), 2.0)
    for x in (30, 62, 118):
        middle.polygon([(x - 4, 48), (x, 34), (x + 4, 48)], (44, 92, 74))
    ground.hills(51, 0.8, (3, 5), (146, 134, 124))
    for x in range(12, PERIOD, 32):
        ground.oval(x, 59, 4, 2.4, (104, 96, 94))
        ground.oval(x + 14, 62, 2.6, 1.6, (104, 96, 94))


def _beach(far: _Brush, middle: _Brush, ground: _Brush) -> None:
    far.box(0, 35, PERIOD, SIZE, (56, 186, 206))
    for x in range(4, PERIOD, 32):
        far.oval(x, 40, 6, 0.9, (210, 246, 248), frosted=False)
    middle.hills(47, 0.8, (4,), (255, 255, 255))
    middle.hills(48, 0.8, (4,), (246, 222, 160))
    for x in (16, 80):  # palm
        middle.polygon([(x - 1.6, 50), (x + 1, 24), (x + 3.4, 24), (x + 2, 50)], (150, 100, 58))
        for dx, dy in ((-11, 3), (-8, -5), (8, -5), (12, 3)):
            middle.polygon([(x + 2, 22), (x + 2 + dx * 0.5, 21 + dy * 0.5 - 3), (x + 2 + dx, 24 + dy), (x + 2 + dx * 0.4, 25)], (50, 158, 78))
    for x in (48, 112):  # sunshade
        middle.box(x - 0.8, 36, x + 0.8, 50, (240, 240, 240))
        middle.polygon([(x - 10, 38), (x - 5, 31), (x, 29), (x + 5, 31), (x + 10, 38)], (232, 66, 72), frosted=False)
        middle.polygon([(x - 3.5, 38), (x, 29), (x + 3.5, 38)], (255, 250, 240), frosted=False)
    ground.hills(51, 0.6, (2,), (244, 208, 132))
    for x in range(10, PERIOD, 32):
        ground.oval(x, 60, 2, 1.6, (240, 128, 98), frosted=False)
        ground.oval(x + 16, 58, 1.6, 1.2, (255, 246, 232), frosted=False)


_PAINTERS = {
    "meadow": _meadow, "sea": _sea, "desert": _desert, "city": _city,
    "forest": _forest, "space": _space, "mountains": _mountains, "beach": _beach,
}  # fmt: skip


def _sky(place: str, time: str, weather: str, detail: int) -> np.ndarray:
    """Gradient with sun, setting sun, or moon and stars; clouds take over in bad weather."""
    top, bottom = (_SPACE_SKY if place == "space" else _SKY)[time]
    grey = {"rain": (_CLOUD[time], 0.72), "snow": (_mix(_CLOUD[time], _FROST[time], 0.55), 0.6), "fog": (_HAZE[time], 0.72)}
    if weather in grey:
        cloud, share = grey[weather]
        share *= 0.7 if place == "space" else 1.0
        top, bottom = _mix(top, cloud, share), _mix(bottom, cloud, share * 0.85)
    ramp = np.clip(np.linspace(0, 1.35, SIZE), 0, 1)[:, None, None]
    gradient = np.asarray(top) + (np.asarray(bottom) - np.asarray(top)) * ramp
    image = Image.fromarray(np.repeat(gradient, SIZE, 1).round().astype(np.uint8)).resize((SIZE * SAMPLES,) * 2, Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(image)

    def disc(x: float, y: float, r: float, colour: Colour) -> None:
        box = tuple(v * SAMPLES for v in (x - r, y - r, x + r, y + r))
        draw.ellipse(box, fill=tuple(round(c) for c in colour))

    if weather == "clear":
        if time == "day":
            disc(51, 11, 7, (255, 226, 84))
        elif time == "sunset":
            disc(50, 25, 10, (255, 232, 140))
            disc(50, 25, 8, (255, 112, 60))
        else:
            disc(51, 11, 7, (250, 244, 206))
            disc(48, 9, 6, _mix(top, bottom, 0.2))
            if place != "space":
                for x, y in ((6, 6), (17, 14), (28, 4), (37, 17), (11, 24), (60, 26)):
                    disc(x, y, 1.0, (255, 255, 230))
    return np.asarray(image.resize((SIZE * detail,) * 2, Image.Resampling.BOX), dtype=np.float32)


@lru_cache(maxsize=None)
def backdrop(place: int, time: int, weather: int, detail: int = 1) -> Backdrop:
    """`detail`: 1, 2 or 4 pixels for each of the small world's."""
    names = PLACES[place], TIMES[time], WEATHERS[weather]
    far = _Brush(names[1], names[2], haze=0.46, frost=0.35)
    middle = _Brush(names[1], names[2], haze=0.36, frost=0.4)
    ground = _Brush(names[1], names[2], haze=0.28, frost=0.85)
    _PAINTERS[names[0]](far, middle, ground)
    veil = (np.asarray(_HAZE[names[1]], dtype=np.float32), 0.15) if names[2] == "fog" else None
    layers = tuple(brush.layer(speed, detail) for brush, speed in ((far, 0.25), (middle, 0.5), (ground, 1.0)))
    return Backdrop(_sky(*names, detail), layers, veil)


@lru_cache(maxsize=None)
def falling(weather: int, time: int, detail: int = 1) -> Layer | None:
    """Rain or snow marks as a tile (128,128,3) colour, 1-coverage, that repeats every 32 pixels both ways, so that a beat
    of falling leaves it as it was; all times the detail."""
    name = WEATHERS[weather]
    if name not in ("rain", "snow"):
        return None
    edge = SIZE // 2
    image = Image.new("RGBA", (edge * SAMPLES, edge * SAMPLES))
    draw = ImageDraw.Draw(image)
    pick = random.Random(11)
    for column in range(2):
        for row in range(2):
            x = column * 16 + pick.uniform(3, 13)
            y = row * 16 + pick.uniform(1, 8)
            if name == "snow":
                r = (1.3, 1.7)[(column + row) % 2]
                draw.ellipse(tuple(v * SAMPLES for v in (x - r, y, x + r, y + 2 * r)), fill=(255, 255, 255, 255))
            else:
                points = ((x, y), (x + 1.4, y), (x - 0.4, y + 7), (x - 1.6, y + 7))
                fill = (206, 230, 255, 235) if TIMES[time] != "day" else (58, 104, 178, 235)
                draw.polygon([(a * SAMPLES, b * SAMPLES) for a, b in points], fill=fill)
    tile = np.asarray(image.convert("RGBa").resize((edge * detail,) * 2, Image.Resampling.BOX), dtype=np.float32)
    tile = np.tile(tile, (4, 4, 1))
    return Layer(np.ascontiguousarray(tile[..., :3]), np.ascontiguousarray(1 - tile[..., 3:] / 255), 1.0, 0)
