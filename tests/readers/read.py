"""Reads frontmatter blocks as PyYAML and python-frontmatter do, for check.mjs."""

import datetime
import json
import sys

import frontmatter
import yaml


def plain(value):
    """The value as JSON, dates marked as dates."""
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc)
        return "\0date " + value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, datetime.date):
        return "\0date " + value.strftime("%Y-%m-%dT00:00:00Z")
    if isinstance(value, dict):
        return {str(key) if isinstance(key, str) else repr(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def attempt(read):
    try:
        return plain(read())
    except Exception as error:  # whatever a reader throws, the document is refused
        return f"refused: {error}"


# PyYAML's own reader is slow: it reads every fourth document, and libyaml, which it uses where it is
# there, the others. There are 17 documents of each string, so that every place has its turn.
with open(sys.argv[1], encoding="utf-8", newline="\n") as blocks, open(sys.argv[2], "w", encoding="utf-8") as out:
    for at, line in enumerate(blocks):
        document = json.loads(line)
        loader = yaml.CSafeLoader if at % 4 else yaml.SafeLoader
        answer = {
            "pyyaml": attempt(lambda: yaml.load(document["block"], Loader=loader)),
            "post": attempt(lambda: frontmatter.loads(document["file"]).metadata),
        }
        out.write(json.dumps(answer) + "\n")
