"""Prints the peak signal-to-noise ratio of two pictures in dB; `inf` if they are equal. Needs Pillow."""

from __future__ import annotations

import math
import sys

from PIL import Image, ImageChops, ImageStat


def psnr(one: Image.Image, other: Image.Image) -> float:
    """The ratio over all channels."""
    if one.size != other.size:
        sys.exit(f"The pictures differ in size: {one.size} and {other.size}.")
    squares = ImageStat.Stat(ImageChops.difference(one, other)).sum2
    mean = sum(squares) / (len(squares) * one.width * one.height)
    return math.inf if mean == 0 else 10 * math.log10(255**2 / mean)


if __name__ == "__main__":
    first, second = (Image.open(path).convert("RGB") for path in sys.argv[1:3])
    print(psnr(first, second))
