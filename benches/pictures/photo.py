"""photo.py FILE: a photograph of 12 megapixels with the grain of a phone's, as JPEG."""

import sys
from pathlib import Path

import numpy
import sklearn
from PIL import Image

WIDTH, HEIGHT = 4032, 3024
GRAIN = 6

source = Path(sklearn.__file__).parent / "datasets" / "images" / "china.jpg"
image = Image.open(source).convert("RGB").resize((WIDTH, HEIGHT), Image.LANCZOS)
grain = numpy.random.default_rng(1).normal(0, GRAIN, (HEIGHT, WIDTH, 3))
pixels = numpy.clip(numpy.asarray(image).astype(float) + grain, 0, 255).astype("uint8")
Image.fromarray(pixels).save(sys.argv[1], quality=90, subsampling=2)
