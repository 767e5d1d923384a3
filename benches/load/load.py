"""Masthead, a Flask backend and PocketBase under the same load, one after the other, each with its own data: signing in, the member, an upload, what is
published, and the time until an upload is public. Prints one table, with the ratios."""

import concurrent.futures
import contextlib
import http.client
import itertools
import json
import os
import pathlib
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import boto3

HERE = pathlib.Path(__file__).parent
MEMBERS = 40
PASSWORD = "four words of nonsense"
CONNECTIONS = 8
THREADS = 2
SECONDS = int(os.environ.get("SECONDS_EACH", "5"))
# More is asked for than a folder of one member holds: documents lie with a thousand members.
DOCUMENTS = [int(number) for number in os.environ.get("DOCUMENTS", "0 1000 50000").split()]
AUTHORS = 1000
PUBLISHED = 20
NOTE = HERE.parent.parent / "README.md"
# Readers come so many times a second, and as many wait at most; for so many documents.
READERS = 50
WAITING = 64
READ_OF = max(DOCUMENTS)
READERS_SECONDS = int(os.environ.get("READERS_SECONDS", "30"))


def free_port():
    """The first of three that nobody listens at."""
    for port in range(23000 + os.getpid() % 5000, 60000, 7):
        with contextlib.ExitStack() as sockets:
            try:
                for number in range(port, port + 3):
                    sockets.enter_context(socket.socket()).bind(("127.0.0.1", number))
                return port
            except OSError:
                continue
    raise SystemExit("no three ports are free")


def ask(url, body=None, token=None, method=None, headers=None):
    headers = dict(headers or {})
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if isinstance(body, dict):
        headers["Content-Type"] = "application/json"
        body = json.dumps(body).encode()
    request = urllib.request.Request(url, body, headers, method=method)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.loads(answer.read() or b"null")


def eventually(done, what, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError, urllib.error.URLError):
            if done():
                return
        time.sleep(0.05)
    raise SystemExit(f"{what}: not within {seconds} seconds")


def family(process):
    """A process and all that it started."""
    found, rest = [], [process]
    while rest:
        pid = rest.pop()
        found.append(pid)
        for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
            rest += [int(child) for child in task.read_text().split()]
    return found


def megabytes(process):
    """What the processes have of their own, and their share of what they have together."""
    sizes = [line.split()[1] for pid in family(process) for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if line.startswith("Pss:")]
    return sum(map(int, sizes)) / 1024


class Server:
    name = ""
    email_field = "email"
    login_path = "/api/login"
    me_path = "/api/me"
    content_path = "/api/content"

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(folder / "log", "wb")

    def start(self, *command, **variables):
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT, env={**os.environ, **variables}, cwd=self.folder)

    def end(self):
        self.process.terminate()
        self.process.wait(60)

    def stop(self):
        self.end()
        self.log.close()

    def said(self):
        return (self.folder / "log").read_text(errors="replace")[-2000:]

    def token(self, number):
        return ask(self.url + self.login_path, {self.email_field: f"member{number}@club.example", "password": PASSWORD})["access_token"]


class Masthead(Server):
    name = "Masthead"

    def __init__(self, folder):
        super().__init__(folder)
        program, data = os.environ["MASTHEAD"], str(folder / "data")
        self.begin()
        for number in range(MEMBERS):
            subprocess.run([program, "users", "--port", str(self.port), "--data", data, "add", f"member{number}@club.example", "--name", f"Member {number}", "--password-stdin"],
                           input=PASSWORD.encode(), check=True, stdout=subprocess.DEVNULL)
        said = subprocess.run([program, "dev", "--port", str(self.port), "--data", data, "--print-env"], check=True, capture_output=True, text=True).stdout
        self.variables = dict(line.split("=", 1) for line in said.splitlines())

    def begin(self):
        """Starts it. It holds its list of what is published against the bucket before it answers."""
        was_ready = (self.folder / "log").read_bytes().count(READY)
        self.start(os.environ["MASTHEAD"], "dev", "--port", str(self.port), "--data", str(self.folder / "data"))
        eventually(lambda: (self.folder / "log").read_bytes().count(READY) > was_ready, "masthead dev starts", 900)

    def put(self, documents):
        """Straight into the bucket, as the converter would: its work is another bench's. A start enters them in the list."""
        store = boto3.client("s3", endpoint_url=self.variables["AWS_ENDPOINT_URL_S3"], region_name=self.variables["AWS_REGION"],
                             aws_access_key_id=self.variables["AWS_ACCESS_KEY_ID"], aws_secret_access_key=self.variables["AWS_SECRET_ACCESS_KEY"])
        has_some = False
        for author, slug in documents:
            has_some = True
            store.put_object(Bucket=self.variables["CONTENT_BUCKET"], Key=f"content/{author}/{slug}.md", Body=TEXT)
        if has_some:
            self.end()
            self.begin()

    def all(self):
        """A whole list, page by page, as a build reads it: how long that takes, and how many requests."""
        started, cursor, requests, entries = time.perf_counter(), None, 0, 0
        while True:
            page = ask(f"{self.url}/api/content" + (f"?cursor={cursor}" if cursor else ""))
            requests, entries, cursor = requests + 1, entries + len(page["entries"]), page["cursor"]
            if cursor is None:
                return time.perf_counter() - started, requests, entries

    def is_public(self, handle, slug):
        return urllib.request.urlopen(f"{self.url}/content/{handle}/{slug}.md", timeout=10).status == 200

    def handle(self, token):
        return ask(self.url + "/api/me", token=token)["member"]["handle"]


class Flask(Server):
    name = "Flask"

    def __init__(self, folder):
        super().__init__(folder)
        (folder / "members.json").write_text(json.dumps({f"member{number}@club.example": PASSWORD for number in range(MEMBERS)}))
        subprocess.run([sys.executable, HERE / "flask_backend.py"], check=True, env={**os.environ, "FOLDER": str(folder)})
        workers = 2 * os.cpu_count() + 1
        self.start(sys.executable, "-m", "gunicorn", "--workers", str(workers), "--bind", f"127.0.0.1:{self.port}", "--chdir", str(HERE), "flask_backend:app", FOLDER=str(folder))
        eventually(lambda: ask(self.url + "/api/content"), "gunicorn starts")

    def put(self, documents):
        for author, slug in documents:
            (self.folder / "content" / author).mkdir(parents=True, exist_ok=True)
            (self.folder / "content" / author / f"{slug}.md").write_bytes(TEXT)

    def all(self):
        started = time.perf_counter()
        entries = ask(f"{self.url}/api/content")["entries"]
        return time.perf_counter() - started, 1, len(entries)

    is_public = Masthead.is_public
    handle = Masthead.handle


class PocketBase(Server):
    name = "PocketBase"
    email_field = "identity"
    login_path = "/api/collections/users/auth-with-password"
    me_path = "/api/collections/users/records"
    content_path = "/api/collections/notes/records?perPage=500&skipTotal=1"

    def __init__(self, folder):
        super().__init__(folder)
        program, data = str(pathlib.Path(sys.executable).parent / "pocketbase"), str(folder / "data")
        subprocess.run([program, "superuser", "upsert", "admin@club.example", PASSWORD, "--dir", data], check=True, stdout=subprocess.DEVNULL)
        self.start(program, "serve", "--http", f"127.0.0.1:{self.port}", "--dir", data)
        eventually(lambda: ask(self.url + "/api/health"), "PocketBase starts")
        admin = ask(f"{self.url}/api/collections/_superusers/auth-with-password", {"identity": "admin@club.example", "password": PASSWORD})["token"]
        fields = [{"name": name, "type": "text"} for name in ("author", "slug", "text")]
        ask(f"{self.url}/api/collections", {"name": "notes", "type": "base", "listRule": "", "viewRule": "", "fields": fields}, admin)
        for number in range(MEMBERS):
            ask(f"{self.url}/api/collections/users/records", {"email": f"member{number}@club.example", "password": PASSWORD, "passwordConfirm": PASSWORD}, admin)

    def token(self, number):
        answer = ask(self.url + self.login_path, {"identity": f"member{number}@club.example", "password": PASSWORD})
        self.me_path = f"/api/collections/users/records/{answer['record']['id']}"
        return answer["token"]

    def put(self, documents):
        with contextlib.closing(sqlite3.connect(self.folder / "data" / "data.db")) as database, database:
            database.executemany("INSERT INTO notes (author, slug, text) VALUES (?, ?, ?)", [(author, slug, TEXT.decode()) for author, slug in documents])

    def all(self):
        started, page, entries = time.perf_counter(), 0, 0
        while True:
            page += 1
            found = len(ask(f"{self.url}{self.content_path}&page={page}")["items"])
            entries += found
            if found < 500:
                return time.perf_counter() - started, page, entries


READY = b"Masthead is ready"
TEXT = b"---\ntitle: A note\n---\n# A note\n\nWords of it.\n"


def wrk(server, path, script="report", token=None, **variables):
    """Requests side by side for some seconds: what was answered, and within what time."""
    command = ["wrk", "-t", str(THREADS), "-c", str(CONNECTIONS), "-d", f"{SECONDS}s", "--timeout", "30s", "-s", HERE / f"{script}.lua"]
    if token:
        command += ["-H", f"Authorization: Bearer {token}"]
    variables = {"REPORT": str(HERE / "report.lua"), "MEMBERS": str(MEMBERS), "PASSWORD": PASSWORD, "LOGIN_FIELD": server.email_field, **variables}
    ran = subprocess.run([*command, server.url + path], capture_output=True, text=True, env={**os.environ, **variables})
    if ran.returncode:
        raise SystemExit(f"wrk failed: {ran.stdout}{ran.stderr}")
    found = json.loads(ran.stderr.strip().splitlines()[-1])
    found["refused"] += found["failed"]
    found["rate"] = found["requests"] / (found["microseconds"] / 1e6)
    return found


def published(server, documents=PUBLISHED, name="fresh"):
    """Milliseconds from the start of an upload until its page can be had, one after the other."""
    took = []
    for number in range(documents):
        token = server.token(number % MEMBERS)
        handle = server.handle(token)
        boundary, slug = "masthead-bench", f"{name}{number}"
        form = f'--{boundary}\r\nContent-Disposition: form-data; name="readme_file"; filename="{slug}.md"\r\nContent-Type: text/markdown\r\n\r\n'
        body = form.encode() + NOTE.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        started = time.perf_counter()
        ask(server.url + "/api/upload_readme", body, token, headers={"Content-Type": f"multipart/form-data; boundary={boundary}"})
        while True:
            try:
                if server.is_public(handle, slug):
                    break
            except urllib.error.HTTPError as error:
                if error.code != 404 or time.perf_counter() - started > 30:
                    raise
        took.append((time.perf_counter() - started) * 1000)
    return took


class Readers:
    """Requests that come so many times a second, whether or not those before are answered, of three kinds in turns."""

    def __init__(self, server):
        self.server, self.connections = server, threading.local()
        self.took = {"the list": [], "one entry": [], "a document": []}
        self.refused = 0

    def path(self, kind, number):
        author, slug = f"author{number * 7919 % AUTHORS}", f"note{number % (READ_OF // AUTHORS)}"
        return {"the list": self.server.content_path, "one entry": f"{self.server.content_path}?id={author}/{slug}", "a document": f"/content/{author}/{slug}.md"}[kind]

    def read(self, kind, number, due):
        """One request. Its time counts from when it was due: one that has to wait for others isn't quick."""
        connection = getattr(self.connections, "kept", None)
        if connection is None:
            connection = self.connections.kept = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            connection.request("GET", self.path(kind, number))
            answer = connection.getresponse()
            answer.read()
            is_right = answer.status == 200
        except (OSError, http.client.HTTPException):
            connection.close()
            is_right = False
        if is_right:
            self.took[kind].append((time.monotonic() - due) * 1000)
        else:
            self.refused += 1

    def come(self, seconds):
        started = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(WAITING) as pool:
            for number, kind in zip(range(READERS * seconds), itertools.cycle(self.took)):
                due = started + number / READERS
                time.sleep(max(0, due - time.monotonic()))
                pool.submit(self.read, kind, number, due)


def percentiles(took):
    ordered = sorted(took)
    return {"p50": statistics.median(ordered) * 1000, "p99": ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)] * 1000}


def read(server):
    """Readers beside one who uploads all the time: times of both, and the server's memory before and after."""
    memory = megabytes(server.process.pid)
    stop, took = threading.Event(), []

    def upload():
        while not stop.is_set():
            took.extend(published(server, 1, f"meanwhile{len(took)}-"))

    readers = Readers(server)
    with concurrent.futures.ThreadPoolExecutor(1) as one:
        uploading = one.submit(upload)
        try:
            readers.come(READERS_SECONDS)
        finally:
            stop.set()
        uploading.result()
    rows = {f"{READERS} readers a second, {kind}": percentiles(times) for kind, times in readers.took.items()}
    rows["published meanwhile"] = {**percentiles(took), "note": f"{len(took)} documents"}
    rows["refused to readers"] = {"count": readers.refused}
    rows["memory before the readers"] = {"megabytes": memory}
    rows["memory after them"] = {"megabytes": megabytes(server.process.pid)}
    return rows


def measure(server):
    rows = {}
    tokens = [server.token(number) for number in range(MEMBERS)]
    (server.folder / "tokens").write_text("\n".join(tokens) + "\n")
    rows["login"] = wrk(server, server.login_path, "login")
    rows["me"] = wrk(server, server.me_path, token=tokens[-1])
    there = 0
    for number in DOCUMENTS:
        server.put((f"author{at % AUTHORS}", f"note{at // AUTHORS}") for at in range(there, number))
        there = max(there, number)
        rows[f"content, {number:,} documents"] = wrk(server, server.content_path)
        seconds, requests, entries = server.all()
        if entries < number:
            raise SystemExit(f"{server.name} lists {entries} of {number}")
        rows[f"all of {number:,}"] = {"p50": seconds * 1e6, "note": f"{requests} requests"}
    if isinstance(server, PocketBase):
        # It keeps records and converts nothing.
        rows["memory"] = {"megabytes": megabytes(server.process.pid)}
        return rows
    rows["publish"] = {"p50": statistics.median(took := published(server)) * 1000, "p99": max(took) * 1000}
    rows["upload"] = wrk(server, "/api/upload_readme", "upload", TOKENS=str(server.folder / "tokens"), NOTE=str(NOTE))
    rows["memory"] = {"megabytes": megabytes(server.process.pid)}
    return rows


def cell(row):
    if "count" in row:
        return str(row["count"])
    if "megabytes" in row:
        return f"{row['megabytes']:.0f} MB"
    times = f"{row['p50'] / 1000:,.1f}" + (f" / {row['p99'] / 1000:,.1f} ms" if "p99" in row else " ms")
    return ", ".join([*([f"{row['rate']:,.0f} a second"] if "rate" in row else []), times, *([row["note"]] if "note" in row else []),
                      *([f"{row['refused']} refused"] if row.get("refused") else [])])


def only_readers(folder):
    """Masthead alone, with the documents that readers come for."""
    server = Masthead(folder / Masthead.name)
    try:
        server.put((f"author{at % AUTHORS}", f"note{at // AUTHORS}") for at in range(READ_OF))
        entries = server.all()[2]
        if entries < READ_OF:
            raise SystemExit(f"Masthead lists {entries} of {READ_OF}")
        rows = read(server)
    except BaseException:
        print(server.said(), file=sys.stderr)
        raise
    finally:
        server.stop()
    print(f"{READ_OF:,} documents, {READERS} readers a second for {READERS_SECONDS} s, {os.cpu_count()} processors; 50 % and 99 % within.\n\n| | Masthead |\n|---|---|")
    for name, row in rows.items():
        print(f"| {name} | {cell(row)} |")


def main():
    folder = pathlib.Path(sys.argv[1])
    if "--readers" in sys.argv[2:]:
        return only_readers(folder)
    found = {}
    for kind in (Masthead, Flask, PocketBase):
        server = kind(folder / kind.name)
        try:
            found[kind.name] = measure(server)
        except BaseException:
            print(server.said(), file=sys.stderr)
            raise
        finally:
            server.stop()
    print(f"{CONNECTIONS} connections for {SECONDS} s each, {os.cpu_count()} processors; 50 % and 99 % within. Ratios are Masthead's to theirs.")
    print("| | Masthead | Flask, gunicorn | | PocketBase | |\n|---|---|---|---|---|---|")
    for name, row in found["Masthead"].items():
        key = "rate" if "rate" in row else "megabytes" if "megabytes" in row else "p50"
        others = [found[other].get(name) for other in ("Flask", "PocketBase")]
        cells = [text for other in others for text in ((cell(other), f"{row[key] / other[key]:.2f}") if other else ("-", "-"))]
        print(f"| {' | '.join([name, cell(row), *cells])} |")


main()
