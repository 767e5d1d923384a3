"""Previews documents in turns, by one client and by eight, and says how long that took and what the server holds."""

import json
import pathlib
import statistics
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

PREVIEWS = 1000
# Of 60 that a member has in a minute, so that slow clocks are no matter.
EACH = 50

url, password, members, process, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], pathlib.Path(sys.argv[5])
texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.md"))]


def ask(path, body, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def memory():
    lines = pathlib.Path(f"/proc/{process}/status").read_text().splitlines()
    values = dict(line.split(":", 1) for line in lines)
    return {name: int(values[name].split()[0]) for name in ("VmRSS", "VmHWM")}


def preview(number, token):
    text = texts[number % len(texts)]
    started = time.perf_counter()
    answer = ask("/api/preview", {"text": text, "file_name": "document.md"}, token)
    took = time.perf_counter() - started
    assert answer["preview"]["html"] is not None
    return took


tokens = [ask("/api/login", {"email": f"member{n}@club.example", "password": password})["access_token"] for n in range(1, members + 1)]
assert len(tokens) * EACH >= 2 * PREVIEWS
size = sum(len(text.encode()) for text in texts)
print(f"{len(texts)} documents of {size // len(texts)} bytes on average, {max(len(text.encode()) for text in texts)} at most")
print(f"before: {memory()['VmRSS']} kB")
for turn, clients in enumerate([1, 8]):
    started = time.perf_counter()
    jobs = [(number, tokens[turn * (len(tokens) // 2) + number // EACH]) for number in range(PREVIEWS)]
    with ThreadPoolExecutor(clients) as pool:
        took = sorted(pool.map(lambda job: preview(*job), jobs))
    whole = time.perf_counter() - started
    middle, late = statistics.median(took) * 1000, took[int(len(took) * 0.95)] * 1000
    held = memory()
    print(f"{PREVIEWS} previews by {clients} at a time: {whole:.1f} s; each {middle:.1f} ms, 95 % within {late:.1f} ms, all within {took[-1] * 1000:.1f} ms; "
          f"the server has {held['VmRSS']} kB, and had {held['VmHWM']} at most")
