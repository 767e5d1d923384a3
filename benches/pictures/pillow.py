"""pillow.py FILE RUNS: the same three renditions by Pillow, and what they took, as JSON."""

import io
import json
import resource
import sys
import time
from statistics import median

from PIL import Image

path, runs = sys.argv[1], int(sys.argv[2])
with open(path, "rb") as file:
    data = file.read()


def renditions():
    image = Image.open(io.BytesIO(data)).convert("RGB")
    edge = min(image.size)
    left, top = (image.width - edge) // 2, (image.height - edge) // 2
    image = image.resize((512, 512), Image.LANCZOS, box=(left, top, left + edge, top + edge))
    made = []
    for size in (512, 256, 96):
        rendition = image if size == 512 else image.resize((size, size), Image.LANCZOS)
        out = io.BytesIO()
        rendition.save(out, "WEBP", quality=85, method=4)
        made.append(len(out.getvalue()))
    return made


made = renditions()
times = []
before = time.process_time()
for _ in range(runs):
    started = time.perf_counter()
    made = renditions()
    times.append((time.perf_counter() - started) * 1000)
print(json.dumps({
    "name": "Pillow",
    "wall": median(times),
    "processor": (time.process_time() - before) * 1000 / runs,
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "bytes": made,
}))
