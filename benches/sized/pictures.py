"""pictures.py FOLDER: the two pictures that cost most of those that are taken, as large.jpg and long.gif."""

import sys
from pathlib import Path

import numpy
from PIL import Image

# 50 megapixels, of which a progressive one without subsampling is in memory twice.
LARGE = 8660, 5770
# 300 million pixels in 1,000 frames.
EDGE, FRAMES = 547, 1000
# A frame's cells, so large that the file is below 25 MiB.
CELL, COLOURS = 20, 16

random = numpy.random.default_rng(1)


def large(file):
    width, height = LARGE
    spots = random.integers(0, 256, (height // 8, width // 8, 3), dtype="uint8")
    Image.fromarray(spots).resize(LARGE, Image.BICUBIC).save(file, quality=85, subsampling=0, progressive=True)


def long(file):
    palette = random.integers(0, 256, (COLOURS, 3), dtype="uint8").tobytes()
    cells = random.integers(0, COLOURS, (EDGE // CELL + 1, (EDGE + FRAMES) // CELL + 1), dtype="uint8")
    field = cells.repeat(CELL, 0).repeat(CELL, 1)

    def frame(number):
        # Everything moves, so that nothing of a frame is as it was in the one before.
        image = Image.frombytes("P", (EDGE, EDGE), numpy.ascontiguousarray(field[:EDGE, number:number + EDGE]).tobytes())
        image.putpalette(palette)
        return image

    others = (frame(number) for number in range(1, FRAMES))
    frame(0).save(file, save_all=True, append_images=others, duration=40, loop=0, optimize=False)


folder = Path(sys.argv[1])
large(folder / "large.jpg")
long(folder / "long.gif")
