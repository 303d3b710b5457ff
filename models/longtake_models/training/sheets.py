"""Pictures of how training stands, as one PNG."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor


def to_bytes(frames: Tensor) -> np.ndarray:
    """(..., 3, H, W) in [-1,1] -> (..., H, W, 3) uint8."""
    return ((frames.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).movedim(-3, -1).cpu().numpy()


def grid(rows: list[np.ndarray], path: Path, titles: list[str] | None = None, zoom: int = 2) -> None:
    """Rows of pictures, each (N,H,W,3) uint8, drawn below each other; an optional line of text above each row."""
    height, width = rows[0].shape[1:3]
    margin = 11 if titles else 0
    columns = max(len(r) for r in rows)
    sheet = Image.new("RGB", (columns * width * zoom, len(rows) * (height * zoom + margin)), "white")
    pen = ImageDraw.Draw(sheet)
    for y, row in enumerate(rows):
        top = y * (height * zoom + margin)
        if titles:
            pen.text((2, top), titles[y], fill="black")
        for x, picture in enumerate(row):
            image = Image.fromarray(picture).resize((width * zoom, height * zoom), Image.NEAREST)
            sheet.paste(image, (x * width * zoom, top + margin))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp.png")
    sheet.save(temporary)
    temporary.replace(path)


def captioned(pictures: np.ndarray, captions: list[str], path: Path, columns: int = 8, zoom: int = 2) -> None:
    """(N,H,W,3) uint8 with a caption (wrapped over two lines) above each picture."""
    height, width = pictures.shape[1:3]
    cell_w, cell_h, text = width * zoom, height * zoom, 34
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * cell_w, rows * (cell_h + text)), "white")
    pen = ImageDraw.Draw(sheet)
    letters = cell_w // 6
    for i, (picture, caption) in enumerate(zip(pictures, captions)):
        x, y = (i % columns) * cell_w, (i // columns) * (cell_h + text)
        for line in range(3):
            pen.text((x + 1, y + 11 * line), caption[line * letters : (line + 1) * letters], fill="black")
        sheet.paste(Image.fromarray(picture).resize((cell_w, cell_h), Image.NEAREST), (x, y + text))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp.png")
    sheet.save(temporary)
    temporary.replace(path)
