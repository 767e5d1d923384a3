"""suite.py FOLDER: the pictures that Pillow is tested with, of every format and in every state.

They are in its source package alone, which pip would not hand out without building it.
"""

import hashlib
import io
import re
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import urlopen

INDEX = "https://pypi.org/simple/pillow/"
TIMEOUT_SECONDS = 60

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)


def fetch(url):
    with urlopen(url, timeout=TIMEOUT_SECONDS) as answer:
        return answer.read()


# The index of packages, as PEP 503 has it: a link to each file, with its digest behind the #.
name = f"pillow-{version('Pillow')}.tar.gz"
link = re.search(rf'href="([^"#]*/{re.escape(name)})#sha256=([0-9a-f]{{64}})"', fetch(INDEX).decode())
if not link:
    sys.exit(f"suite.py: {INDEX} has no {name}.")
package = fetch(urljoin(INDEX, link[1]))
if hashlib.sha256(package).hexdigest() != link[2]:
    sys.exit(f"suite.py: {name} is not what {INDEX} says it is.")
with tarfile.open(fileobj=io.BytesIO(package)) as files:
    for file in files:
        _, is_picture, path = file.name.partition("/Tests/images/")
        if file.isfile() and is_picture:
            (folder / path.replace("/", "-")).write_bytes(files.extractfile(file).read())
