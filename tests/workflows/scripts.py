"""Writes each script that stands in workflows into a file of a folder: scripts.py FOLDER WORKFLOW..."""

import sys
from pathlib import Path

from ruamel.yaml import YAML

folder = Path(sys.argv[1])
folder.mkdir(parents=True)
for path in sys.argv[2:]:
    workflow = YAML(typ="safe").load(Path(path).read_text())
    for name, job in workflow["jobs"].items():
        for at, step in enumerate(job["steps"]):
            script = step.get("run")
            if script is None:
                continue
            # What an expression holds would be run: it goes into a variable.
            if "${{" in script:
                sys.exit(f"{path}: the script of step {at + 1} of {name} has an expression in it; name a variable under env.")
            (folder / f"{Path(path).stem}-{name}-{at + 1}").write_text(f"{script}\n")
