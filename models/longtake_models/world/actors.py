"""The actors and their sprites, cut from the Noto Color Emoji font (SIL Open Font License)."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONT_VARIABLE = "LONGTAKE_EMOJI_FONT"
FONT_PIXELS = 109  # the only bitmap size the font has
BOX_WIDTH, BOX_HEIGHT = 38, 32
TURN_STEPS = 16  # frames of one full spin
MARGIN = 1


@dataclass(frozen=True)
class Actor:
    """`kind` picks verbs and gait: drive, rail, walk, swim, sail, hover, roll, thing."""

    name: str
    emoji: str
    kind: str
    nouns: tuple[str, ...]
    faces: str = "left"  # where the emoji looks; "front" means flipping is pointless


def _actor(name: str, emoji: str, kind: str, *nouns: str, faces: str = "left") -> Actor:
    return Actor(name, emoji, kind, (name, *nouns), faces)


ACTORS: tuple[Actor, ...] = (
    _actor("red car", "🚗", "drive", "little red car", "car", "red automobile"),
    _actor("blue car", "🚙", "drive", "blue jeep", "blue SUV", "little blue car"),
    _actor("taxi", "🚕", "drive", "yellow taxi", "cab", "yellow cab"),
    _actor("bus", "🚌", "drive", "city bus", "white bus", "coach"),
    _actor("fire truck", "🚒", "drive", "fire engine", "red fire truck"),
    _actor("tractor", "🚜", "drive", "green tractor", "farm tractor"),
    _actor("scooter", "🛵", "drive", "yellow scooter", "moped", "motor scooter"),
    _actor("train", "🚂", "rail", "steam train", "locomotive", "steam engine"),
    _actor("rocket", "🚀", "hover", "space rocket", "rocket ship", faces="right"),
    _actor("plane", "✈️", "hover", "airplane", "aeroplane", "aircraft", "jet", faces="right"),
    _actor("helicopter", "🚁", "hover", "yellow helicopter", "chopper"),
    _actor("sailboat", "⛵", "sail", "sailing boat", "boat", "little boat", faces="front"),
    _actor("UFO", "🛸", "hover", "flying saucer", "alien spaceship", "spaceship", faces="front"),
    _actor("dog", "🐕", "walk", "puppy", "little dog", "doggy"),
    _actor("cat", "🐈", "walk", "kitten", "orange cat", "kitty"),
    _actor("horse", "🐎", "walk", "brown horse", "pony"),
    _actor("elephant", "🐘", "walk", "grey elephant", "big elephant"),
    _actor("giraffe", "🦒", "walk", "tall giraffe"),
    _actor("cow", "🐄", "walk", "black and white cow", "spotted cow"),
    _actor("pig", "🐖", "walk", "pink pig", "piggy", "piglet"),
    _actor("sheep", "🐑", "walk", "white sheep", "woolly sheep", "lamb"),
    _actor("rabbit", "🐇", "walk", "bunny", "grey rabbit", "hare"),
    _actor("fox", "🦊", "walk", "orange fox", "little fox", faces="front"),
    _actor("fish", "🐟", "swim", "blue fish", "little fish"),
    _actor("whale", "🐋", "swim", "big whale", "blue whale"),
    _actor("octopus", "🐙", "swim", "pink octopus", "red octopus", faces="front"),
    _actor("crab", "🦀", "walk", "red crab", "little crab", faces="front"),
    _actor("penguin", "🐧", "walk", "little penguin", "cute penguin"),
    _actor("owl", "🦉", "hover", "brown owl", "wise owl", faces="front"),
    _actor("duck", "🦆", "walk", "mallard", "little duck", "green-headed duck"),
    _actor("butterfly", "🦋", "hover", "orange butterfly", "monarch butterfly", faces="front"),
    _actor("bee", "🐝", "hover", "bumblebee", "honey bee", "busy bee"),
    _actor("dragon", "🐉", "hover", "green dragon", "friendly dragon"),
    _actor("dinosaur", "🦖", "walk", "T-Rex", "dino", "tyrannosaurus"),
    _actor("robot", "🤖", "walk", "grey robot", "robot head", faces="front"),
    _actor("snowman", "⛄", "thing", "happy snowman", "snow man", faces="front"),
    _actor("ball", "🏀", "roll", "basketball", "orange ball", faces="front"),
    _actor("balloon", "🎈", "hover", "red balloon", "party balloon", faces="front"),
    _actor("tiger", "🐅", "walk", "striped tiger", "big tiger"),
    _actor("panda", "🐼", "walk", "panda bear", "cute panda", faces="front"),
    _actor("police car", "🚓", "drive", "police cruiser", "patrol car"),
    _actor("delivery truck", "🚚", "drive", "truck", "lorry", "delivery van"),
    _actor("bicycle", "🚲", "drive", "bike", "push bike"),
    _actor("ship", "🛳️", "sail", "big ship", "cruise ship", "ocean liner"),
    _actor("parrot", "🦜", "hover", "colourful parrot", "bright parrot"),
    _actor("flamingo", "🦩", "walk", "pink flamingo", "tall flamingo"),
    _actor("eagle", "🦅", "hover", "bald eagle", "big eagle"),
    _actor("turtle", "🐢", "walk", "tortoise", "little turtle", "green turtle"),
    _actor("frog", "🐸", "walk", "green frog", "little frog", faces="front"),
    _actor("snail", "🐌", "walk", "little snail", "slow snail"),
    _actor("shark", "🦈", "swim", "big shark", "grey shark"),
    _actor("dolphin", "🐬", "swim", "little dolphin", "happy dolphin"),
    _actor("camel", "🐪", "walk", "dromedary", "brown camel"),
    _actor("kangaroo", "🦘", "walk", "brown kangaroo", "wallaby"),
    _actor("lion", "🦁", "walk", "big lion", "king of the animals", faces="front"),
    _actor("monkey", "🐒", "walk", "brown monkey", "little monkey", "chimp"),
    _actor("bear", "🐻", "walk", "brown bear", "big bear", faces="front"),
    _actor("unicorn", "🦄", "walk", "magic unicorn", "white unicorn"),
    _actor("ladybug", "🐞", "walk", "ladybird", "red ladybug", faces="front"),
    _actor("squirrel", "🐿️", "walk", "little squirrel", "chipmunk"),
    _actor("zebra", "🦓", "walk", "striped zebra", "black and white zebra"),
    _actor("crocodile", "🐊", "walk", "alligator", "green crocodile", "croc"),
    _actor("ghost", "👻", "hover", "white ghost", "friendly ghost", faces="front"),
    _actor("pumpkin", "🎃", "roll", "jack-o'-lantern", "orange pumpkin", faces="front"),
)


@dataclass(frozen=True)
class Sprite:
    """Premultiplied colour (h,w,3) in 0..255 and coverage (h,w,1) in 0..1, both float32."""

    colour: np.ndarray
    cover: np.ndarray


def font_path() -> str:
    """The emoji font: from the environment, else whatever fontconfig finds under its name."""
    chosen = os.environ.get(FONT_VARIABLE)
    if chosen:
        return chosen
    query = ["fc-match", "Noto Color Emoji", "-f", "%{file}"]
    found = subprocess.run(query, capture_output=True, text=True, check=False).stdout.strip()
    if "NotoColorEmoji" not in found:
        raise RuntimeError(f"Noto Color Emoji not found; install it or set {FONT_VARIABLE}")
    return found


@lru_cache(maxsize=None)
def _picture(actor: int) -> Image.Image:
    """The emoji looking right, cropped, fitted into the box at four times the frame's resolution."""
    font = ImageFont.truetype(font_path(), FONT_PIXELS)
    canvas = Image.new("RGBA", (160, 160))
    ImageDraw.Draw(canvas).text((12, 12), ACTORS[actor].emoji, font=font, embedded_color=True)
    picture = canvas.crop(canvas.getbbox())
    scale = 4 * min(BOX_WIDTH / picture.width, BOX_HEIGHT / picture.height)
    size = (round(picture.width * scale), round(picture.height * scale))
    picture = picture.convert("RGBa").resize(size, Image.Resampling.BICUBIC)
    if ACTORS[actor].faces == "left":
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return picture


@lru_cache(maxsize=None)
def sprite(actor: int, left: bool = False, turn: int = 0, squash: int = 0, detail: int = 1) -> Sprite:
    """One pose: looking left or right, turned by `turn`/16 of a circle, `squash` pixels shorter; `detail` times as large."""
    picture = _picture(actor)
    if left and ACTORS[actor].faces != "front":
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if turn:
        picture = picture.rotate(-360 * turn / TURN_STEPS, Image.Resampling.BICUBIC, expand=True)
    width = max(1, round(picture.width / 4))
    height = max(1, round(picture.height / 4) - squash)
    size = (width * detail, height * detail)
    picture = picture.resize(size, Image.Resampling.BOX if not squash else Image.Resampling.LANCZOS)
    pixels = np.asarray(picture, dtype=np.float32)
    return Sprite(np.ascontiguousarray(pixels[..., :3]), np.ascontiguousarray(pixels[..., 3:]) / 255)
