"""Which format the renditions have: bytes and SSIMULACRA2 of JPEG and lossy WebP over photographs.

SSIMULACRA2 judges as people do: 90 can't be told from the original, 70 is high quality, 50 is
medium. The photographs are those that scikit-image and scikit-learn carry.
"""

import io
import os
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import mean

import skimage
import sklearn
from PIL import Image
from ssimulacra2 import compute_ssimulacra2

PHOTOGRAPHS = [
    *(Path(skimage.__file__).parent / "data" / name
      for name in ("astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png", "rocket.jpg")),
    *(Path(sklearn.__file__).parent / "datasets" / "images" / name for name in ("china.jpg", "flower.jpg")),
]
SIZES = (512, 256, 96)
KINDS = [
    *(("JPEG 4:2:0", "JPEG", {"quality": quality, "subsampling": 2, "optimize": True, "progressive": True})
      for quality in (75, 80, 85, 90)),
    *(("JPEG 4:4:4", "JPEG", {"quality": quality, "subsampling": 0, "optimize": True, "progressive": True})
      for quality in (75, 80, 85, 90)),
    *(("WebP", "WEBP", {"quality": quality, "method": 4}) for quality in (75, 80, 85, 90)),
]


def square(path, size):
    image = Image.open(path).convert("RGB")
    edge = min(image.size)
    left, top = (image.width - edge) // 2, (image.height - edge) // 4
    return image.crop((left, top, left + edge, top + edge)).resize((size, size), Image.LANCZOS)


def score(original, data, folder):
    reference, shown = os.path.join(folder, "a.png"), os.path.join(folder, "b.png")
    original.save(reference, compress_level=1)
    Image.open(io.BytesIO(data)).convert("RGB").save(shown, compress_level=1)
    return compute_ssimulacra2(reference, shown)


def main():
    results = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            for path in PHOTOGRAPHS:
                original = square(path, size)
                for name, kind, options in KINDS:
                    data = io.BytesIO()
                    original.save(data, kind, **options)
                    found = (len(data.getvalue()), score(original, data.getvalue(), folder))
                    results[size, name, options["quality"]].append(found)
    print(f"{'edge':>4}  {'format':<10}  {'quality':>7}  {'bytes':>6}  {'SSIMULACRA2':>11}  {'least':>5}")
    for (size, name, quality), found in results.items():
        sizes, scores = zip(*found)
        print(f"{size:>4}  {name:<10}  {quality:>7}  {mean(sizes):>6.0f}  {mean(scores):>11.1f}  {min(scores):>5.1f}")


main()
