"""Times python-frontmatter as remark.mjs times remark."""

import json
import sys
import time

import frontmatter

for line in sys.stdin:
    given = json.loads(line)
    document = given.get("text") or given["first"] + given["repeated"] * given["count"] + given["last"]
    fastest = float("inf")
    try:
        for _ in range(given["turns"]):
            started = time.perf_counter()
            frontmatter.loads(document)
            fastest = min(fastest, time.perf_counter() - started)
        print(fastest * 1000, flush=True)
    except Exception:  # a block that it can't read
        print("failed", flush=True)
