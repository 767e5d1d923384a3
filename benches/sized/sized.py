"""Sends batches to the functions behind queues at each size that Lambda may give them; prints what `run` says. FOLDER has the pictures, and takes the stack."""

import argparse
import asyncio
import contextlib
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import sys
import threading
import time

import boto3

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "start"))

from start import MB, Ended, Runtime, free_port, stack  # noqa: E402

TURNS = int(os.environ.get("TURNS", "3"))
SIZES = [int(size) for size in os.environ.get("SIZES", "128 256 512 1024 1769 3008").split()]
# What Lambda gives one processor to.
MB_OF_A_PROCESSOR = 1769
# What takes so long is sent once.
LONG_SECONDS = 10
CHUNK = 1 << 16
MAX_README_BYTES = 1 << 20


def constant(file, name):
    """A number of another bench's, as it stands there."""
    text = (ROOT / "benches/scale" / file).read_text()
    return float(re.search(rf"const {name}: \w+ = (?:price\()?([\d._]+)", text)[1].replace("_", ""))


CALL_DOLLARS = constant("prices.rs", "LAMBDA_CALL") / 1e6
GB_SECOND_DOLLARS = constant("prices.rs", "LAMBDA_GB_SECOND")
DYNAMODB_SECONDS = constant("bill.rs", "DYNAMODB_MS") / 1000
S3_SECONDS = constant("bill.rs", "S3_MS") / 1000


def default(parameter):
    """What a parameter of the template is where nobody says another."""
    text = (ROOT / "template.yaml").read_text()
    block = re.search(rf"^  {parameter}:\n((?:    .*\n)+)", text, re.MULTILINE)[1]
    return int(re.search(r"^    Default: (\d+)$", block, re.MULTILINE)[1])


def allocator(function):
    """The variables by which the template tells a function's allocator what to keep."""
    text = (ROOT / "template.yaml").read_text().split(f"{{ Binary: {function} }}")[1].split("Type: AWS::Serverless::Function")[0]
    return dict(re.findall(r"^ +(MALLOC_\w+): '(\d+)'$", text, re.MULTILINE))


class Share:
    """What a function gets of this machine: a cgroup, of version 1 or 2, with so much of a processor and so much memory as Lambda gives by size."""

    PERIOD_US = 20_000

    def __init__(self):
        root, name = pathlib.Path("/sys/fs/cgroup"), f"masthead-sized-{os.getpid()}"
        self.is_new = (root / "cgroup.controllers").exists()
        if self.is_new:
            (root / "cgroup.subtree_control").write_text("+cpu +memory")
        self.cpu, self.memory = (root / name, root / name) if self.is_new else (root / "cpu" / name, root / "memory" / name)
        self.folders = sorted({self.cpu, self.memory})

    def __enter__(self):
        for folder in self.folders:
            folder.mkdir()
        # Before whatever else runs.
        (self.cpu / ("cpu.weight" if self.is_new else "cpu.shares")).write_text("10000")
        return self

    def __exit__(self, *_):
        for folder in self.folders:
            # A process that was killed is gone a moment later.
            for _ in range(50):
                with contextlib.suppress(OSError):
                    folder.rmdir()
                    break
                time.sleep(0.1)

    def limit_memory(self, size):
        limit = str(size * MB)
        if self.is_new:
            (self.memory / "memory.max").write_text(limit)
            (self.memory / "memory.swap.max").write_text("0")
            return
        # Neither may be below the other while they change.
        for wanted in ("-1", limit):
            for file in ("memory.memsw.limit_in_bytes", "memory.limit_in_bytes")[::1 if wanted == "-1" else -1]:
                if (self.memory / file).exists():
                    (self.memory / file).write_text(wanted)

    def limit_processor(self, size):
        """None for the whole one, which Lambda gives while a function starts."""
        quota = None if size is None else round(self.PERIOD_US * size / MB_OF_A_PROCESSOR)
        if self.is_new:
            (self.cpu / "cpu.max").write_text(f"{quota or 'max'} {self.PERIOD_US}")
        else:
            (self.cpu / "cpu.cfs_period_us").write_text(str(self.PERIOD_US))
            (self.cpu / "cpu.cfs_quota_us").write_text(str(quota or -1))

    def command(self, program):
        """Runs a program in it from its first byte on."""
        enters = "".join(f"echo $$ >{folder}/cgroup.procs && " for folder in self.folders)
        return ["/bin/sh", "-c", enters + 'exec "$0"', program]


class Distance:
    """Puts stores as far away as AWS's are: what they answer comes so many seconds later. It runs in a thread of its own."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def to(self, address, seconds):
        """The address of a store behind it."""
        port, own = int(address.rsplit(":", 1)[1]), free_port()

        async def serve(reader, writer):
            store_reader, store_writer = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(self.pass_on(reader, store_writer, 0), self.pass_on(store_reader, writer, seconds))

        starting = asyncio.start_server(serve, "127.0.0.1", own)
        asyncio.run_coroutine_threadsafe(starting, self.loop).result()
        return f"http://127.0.0.1:{own}"

    async def pass_on(self, reader, writer, seconds):
        under_way = asyncio.Queue()

        async def deliver():
            while True:
                due, data = await under_way.get()
                await asyncio.sleep(max(0, due - self.loop.time()))
                if not data:
                    return writer.close()
                writer.write(data)
                await writer.drain()

        delivering = asyncio.ensure_future(deliver())
        data = True
        # Whoever is killed resets its connections.
        with contextlib.suppress(ConnectionError):
            while data:
                data = await reader.read(CHUNK)
                under_way.put_nowait((self.loop.time() + seconds, data))
            await delivering
        delivering.cancel()
        writer.close()


class Uploads:
    """Puts what members send where the functions look for it, as the API does."""

    def __init__(self, variables):
        client = lambda service, endpoint: boto3.client(service, endpoint_url=variables[f"AWS_ENDPOINT_URL_{endpoint}"], region_name=variables["AWS_REGION"],
                                                        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
                                                        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
                                                        config=boto3.session.Config(s3={"addressing_style": "path"}))
        self.s3, table = client("s3", "S3"), client("dynamodb", "DYNAMODB")
        self.uploads, self.content = variables["UPLOADS_BUCKET"], variables["CONTENT_BUCKET"]
        key = {"pk": {"S": "EMAIL#demo@example.com"}, "sk": {"S": "ACCOUNT"}}
        account = table.get_item(TableName=variables["MEMBERS_TABLE"], Key=key)["Item"]
        self.member, self.version, self.handle = account["id"]["S"], account["version"]["N"], account["handle"]["S"]
        self.count = 0

    def put_document(self, number, text):
        self.count += 1
        # Another version than any before.
        body = text.replace(b"COUNT", b"%05d" % self.count, 1)
        now = str(int(time.time()))
        metadata = {"file-name": f"sized-{number}.md", "slug-given": "false", "created": now, "updated": now, "sha256": hashlib.sha256(body).hexdigest()}
        return self.put(f"readmes/{self.member}/sized-{number}.md", body, metadata)

    def put_picture(self, _number, picture):
        self.count += 1
        path = f"sized-{self.count}"
        digest = lambda size: hashlib.sha256(path.encode()).hexdigest()[:2 * size]
        return self.put(f"files/{self.member}/{digest(8)}{digest(16)}", picture, {"path": path, "account-version": self.version})

    def put(self, key, body, metadata):
        self.s3.put_object(Bucket=self.uploads, Key=key, Body=body, Metadata=metadata)
        record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": self.uploads}, "object": {"key": key, "size": len(body)}}}
        return json.dumps({"Records": [record]})

    def published(self, prefix):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.content, Prefix=f"{prefix}{self.handle}/")
        return {(each["Key"], each["ETag"]) for page in pages for each in page.get("Contents", [])}


@dataclasses.dataclass
class Case:
    """What is sent, and by which parameters its function is sized."""

    name: str
    function: str
    content: bytes
    put: object
    # What it comes out as, for each.
    published: str
    outputs: int
    memory: str
    # The parameter, or the number that the template has.
    batch: object
    batches: tuple = (1, 5, 10)

    def default(self):
        return default(self.memory), self.batch if isinstance(self.batch, int) else default(self.batch)


@dataclasses.dataclass
class Taken:
    """What one batch took: seconds, and bytes."""

    seconds: float = 0
    processor: float = 0
    most: int = 0
    # Why it doesn't fit.
    refused: str = ""

    def gb_seconds(self, size):
        return self.seconds * size / 1024

    def dollars(self, size):
        """Of Lambda, for a million such batches, with nothing free."""
        return (self.gb_seconds(size) * GB_SECOND_DOLLARS + CALL_DOLLARS) * 1e6


def documents():
    """Texts to convert, by how they are called. What stands in them is this repository's own documents."""
    own = "\n".join(file.read_text() for file in sorted((ROOT / "docs").glob("*.md"))).encode()
    title = b"# Version COUNT\n\n"
    whole = lambda text, size: title + text[:text.rindex(b"\n\n", 0, size - len(title))] + b"\n"
    columns = b"  -- --\n  a  b\n"
    return {
        "a document of a sentence": title + b"It says that everything works, and where.\n",
        "a document of 4 kB": whole((ROOT / "docs/members.md").read_bytes(), 4096),
        "a document of 1 MiB": whole(own * (MAX_README_BYTES // len(own) + 1), MAX_README_BYTES),
        # The one of benches/benches/families.rs that takes most time, and most memory.
        "the worst document of 1 MiB": title + columns * ((MAX_README_BYTES - len(title)) // len(columns)),
    }


def cases(folder, uploads):
    document = dict(function="rewrite_readme", put=uploads.put_document, published="content/", outputs=1, memory="ConversionMemory", batch="ConversionBatch")
    picture = dict(function="resize_picture", put=uploads.put_picture, published="files/", memory="PictureMemory", batch=1)
    return [
        *(Case(name, content=text, **document) for name, text in documents().items()),
        Case("a picture of 12 megapixels", content=(folder / "photo.jpg").read_bytes(), outputs=3, **picture),
        Case("the largest picture", content=(folder / "large.jpg").read_bytes(), outputs=3, batches=(1,), **picture),
        Case("the longest animation", content=(folder / "long.gif").read_bytes(), outputs=2, batches=(1,), **picture),
    ]


def processor_time(process):
    """What a process has used until now, in seconds, with threads of it that have ended."""
    return time.clock_gettime(~process << 3 | 2)


def sent(runtime, share, uploads, variables, case, size, batch):
    """What a batch takes at a size: the fastest of its turns, for whatever else the machine does only slows."""
    share.limit_processor(None)
    share.limit_memory(size)
    best = None
    try:
        runtime.start(share.command(os.path.join(os.environ["FUNCTIONS"], case.function)), variables | allocator(case.function))
        share.limit_processor(size)
        for _ in range(TURNS):
            before = uploads.published(case.published)
            messages = [{"messageId": str(number), "eventSource": "aws:sqs", "body": case.put(number, case.content)} for number in range(batch)]
            used = processor_time(runtime.process)
            seconds, answer = runtime.answer(json.dumps({"Records": messages}).encode())
            used = processor_time(runtime.process) - used
            failed = len(answer["batchItemFailures"])
            if failed:
                best = Taken(seconds, used, 0, f"{failed} of {batch} not in time")
                break
            came = len(uploads.published(case.published) - before)
            if came != batch * case.outputs:
                raise SystemExit(f"{case.name}: {came} published, of {batch}")
            if best is None or seconds < best.seconds:
                best = Taken(seconds, used)
            if seconds > LONG_SECONDS:
                break
    except Ended:
        best = Taken(refused="killed: no memory")
    finally:
        _, most = runtime.stop()
    return dataclasses.replace(best, most=most)


def line(case, size, batch, taken, is_default):
    each = 1 / batch
    row = f"{size:>7} MB{batch:>7}"
    if taken.seconds:
        row += f"{taken.seconds * 1000 * each:>9.0f} ms{taken.processor * 1000 * each:>9.1f} ms{taken.most / MB:>7.0f} MiB"
    else:
        row += " " * 33
    if taken.refused:
        return f"{row}   {taken.refused}" + ("   <" if is_default else "")
    return f"{row}{taken.gb_seconds(size) * each:>11.4f}{taken.dollars(size) * each:>10.2f}" + ("   <" if is_default else "")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--most-memory", type=float, default=0.95)
    parser.add_argument("--most-document", type=float)
    parser.add_argument("--most-picture", type=float)
    asked = parser.parse_intermixed_args()
    # The stores, too, come before whatever else runs.
    os.nice(-10)
    runtime, refused = Runtime(), []
    runtime.patience = 90
    runtime.log = str(asked.folder / "functions.log")

    with stack(asked.folder, "--backends-only") as (variables, _), Share() as share:
        uploads, distance = Uploads(variables), Distance()
        variables |= {
            "PATH": os.environ["PATH"],
            "AWS_ENDPOINT_URL_S3": distance.to(variables["AWS_ENDPOINT_URL_S3"], S3_SECONDS),
            "AWS_ENDPOINT_URL_DYNAMODB": distance.to(variables["AWS_ENDPOINT_URL_DYNAMODB"], DYNAMODB_SECONDS),
        }
        known = cases(asked.folder, uploads)
        missing = set(asked.cases) - {case.name for case in known}
        if missing:
            raise SystemExit(f"there is no case {', '.join(sorted(missing))}; there are {', '.join(case.name for case in known)}")
        print(f"by {GB_SECOND_DOLLARS} dollars a GB-second and {CALL_DOLLARS * 1e6:.2f} a million calls; S3 answers after {S3_SECONDS * 1000:.0f} ms, DynamoDB after {DYNAMODB_SECONDS * 1000:.0f} ms;"
              " time, processor, GB-seconds and dollars a million are of each; < is the template's default")
        for case in known:
            if asked.cases and case.name not in asked.cases:
                continue
            print(f"\n{case.name} ({len(case.content):,} bytes)\n    memory  batch        time   processor     most  GB-seconds   dollars", flush=True)
            chosen, batch_chosen = case.default()
            for size in sorted({*SIZES, chosen}):
                for batch in sorted({*case.batches, batch_chosen}):
                    taken = sent(runtime, share, uploads, variables, case, size, batch)
                    is_default = (size, batch) == (chosen, batch_chosen)
                    print(line(case, size, batch, taken, is_default), flush=True)
                    if is_default:
                        refused += short_of(case, size, batch, taken, asked)
                    if taken.refused:
                        break  # More at once take longer still.
    if refused:
        raise SystemExit("\n".join(["", *refused]))


def short_of(case, size, batch, taken, asked):
    """What the template's default isn't enough for, in sentences."""
    if taken.refused:
        return [f"{case.name}: {taken.refused}, at the template's {size} MB and {batch} at once"]
    found = []
    if taken.most > asked.most_memory * size * MB:
        found.append(f"{case.name}: {taken.most / MB:.0f} MiB, and {asked.most_memory:g} of the template's {size} MB is the most")
    most = {"a document of 4 kB": asked.most_document, "a picture of 12 megapixels": asked.most_picture}.get(case.name)
    dollars = taken.dollars(size) / batch
    if most is not None and dollars > most:
        found.append(f"{case.name}: {dollars:.2f} dollars a million, and {most:g} is the most")
    return found


main()
