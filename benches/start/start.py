"""Starts functions as Lambda does and answers their questions as its runtime interface does; prints what `run` says. FOLDER is a folder for the stack."""

import argparse
import contextlib
import json
import os
import pathlib
import selectors
import signal
import socket
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
TURNS = int(os.environ.get("TURNS", "15"))
LOGINS = 40
MB = 1 << 20


class Ended(Exception):
    """The process ended before it answered."""


class Runtime:
    """Lambda's runtime interface for one process at a time, in one thread, so that little stands between an arrival and its time."""

    # How long nothing may come, in seconds.
    patience = 30

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]

    def start(self, command, variables):
        """Starts a process; how long until it asks for its first event, in seconds."""
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.buffers, self.waiting = {}, None
        variables = {**variables, "AWS_LAMBDA_RUNTIME_API": self.address, "AWS_LAMBDA_FUNCTION_NAME": "bench", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
                     "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_LOG_GROUP_NAME": "bench", "AWS_LAMBDA_LOG_STREAM_NAME": "bench"}
        # A pipe that nobody reads would stop it, and a terminal would be slower than a file.
        actions = [(os.POSIX_SPAWN_OPEN, number, self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) for number in (1, 2)]
        begun = time.perf_counter()
        self.process = os.posix_spawn(command[0], command, variables, file_actions=actions)
        return self.until(lambda method, path, body: method == "GET" and path.endswith("/invocation/next")) - begun

    def answer(self, event):
        """Hands out an event; how long until its answer came, and the answer."""
        head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nlambda-runtime-aws-request-id: r\r\nlambda-runtime-invoked-function-arn: arn:aws:lambda:eu-central-1:123456789012:function:bench\r\n"
        head += f"lambda-runtime-deadline-ms: {int(time.time() * 1000) + 60000}\r\ncontent-length: {len(event)}\r\n\r\n"
        connection, self.waiting = self.waiting, None
        said = []
        begun = time.perf_counter()
        connection.sendall(head.encode() + event)
        came = self.until(lambda method, path, body: method == "POST" and not said.append((path, body)))
        (path, body), = said
        if not path.endswith("/response"):
            raise SystemExit(f"the function failed: {path} {body!r}")
        # It asks for its next event before it is at rest.
        self.until(lambda method, path, body: method == "GET")
        return came - begun, json.loads(body)

    def until(self, wanted):
        """Reads requests until one is wanted; when that came."""
        last = time.perf_counter()
        while True:
            ready = self.selector.select(1)
            now = time.perf_counter()
            if ready:
                last = now
            elif os.waitid(os.P_PID, self.process, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                raise Ended
            elif now - last > self.patience:
                raise SystemExit(f"the process asked for nothing within {self.patience} seconds: {pathlib.Path(self.log).read_text(errors='replace')[-2000:]}")
            for key, _ in ready:
                if key.fileobj is self.listener:
                    connection, _ = self.listener.accept()
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self.buffers[connection] = b""
                    self.selector.register(connection, selectors.EVENT_READ)
                elif self.read(key.fileobj, wanted):
                    return now

    def read(self, connection, wanted):
        more = connection.recv(1 << 20)
        if not more:
            self.selector.unregister(connection)
            del self.buffers[connection]
            connection.close()
            return False
        buffer = self.buffers[connection] + more
        head, end, rest = buffer.partition(b"\r\n\r\n")
        headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        assert b"transfer-encoding" not in headers, "a body of unknown length"
        length = int(headers.get(b"content-length", 0))
        if not end or len(rest) < length:
            self.buffers[connection] = buffer
            return False
        self.buffers[connection] = rest[length:]
        method, path, _ = head.split(b" ", 2)
        if method == b"POST":
            connection.sendall(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")
        else:
            self.waiting = connection
        return wanted(method.decode(), path.decode(), rest[:length])

    def stop(self):
        """Ends the process; its processor time in seconds, and its most memory in bytes, which of one that has ended nobody knows: 0."""
        # Not `ru_maxrss`, which begins with what this program had when it started the process.
        status = pathlib.Path(f"/proc/{self.process}/status").read_text()
        most = int(status.split("VmHWM:")[1].split()[0]) * 1024 if "VmHWM:" in status else 0
        os.kill(self.process, signal.SIGKILL)
        _, _, used = os.wait4(self.process, 0)
        self.selector.unregister(self.listener)
        for connection in list(self.buffers):
            connection.close()
        self.selector.close()
        return used.ru_utime + used.ru_stime, most


def free_port():
    """A port with the next two free, which the stores take."""
    while True:
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            port = stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
            for beside in (1, 2):
                stack.enter_context(socket.create_server(("127.0.0.1", port + beside)))
            return port


@contextlib.contextmanager
def stack(folder, *options):
    """A local stack with its demo member; the variables of its functions, and the member's password. The options are those of `masthead dev`."""
    program, data, port = os.environ["MASTHEAD"], str(folder / "data"), str(free_port())
    log = folder / "log"
    with open(log, "wb") as to:
        process = subprocess.Popen([program, "dev", "--port", port, "--data", data, *options], stdout=to, stderr=subprocess.STDOUT)
    try:
        for _ in range(300):
            if b" ready" in log.read_bytes() or process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            raise SystemExit("masthead dev doesn't start: " + log.read_text(errors="replace")[-2000:])
        said = subprocess.run([program, "dev", "--port", port, "--data", data, "--print-env"], check=True, capture_output=True, text=True).stdout
        yield dict(line.split("=", 1) for line in said.splitlines()), (folder / "data" / "demo-password").read_text().strip()
    finally:
        process.terminate()
        process.wait(30)


def login_event(password):
    event = json.loads((ROOT / "events/login.json").read_text())
    event["body"] = json.dumps({"email": "demo@example.com", "password": password})
    return json.dumps(event).encode()


def event_of(name, token):
    """The function's own event, of somebody who is signed in."""
    event = json.loads((ROOT / f"events/{name}.json").read_text())
    headers = event.get("headers", {}) if isinstance(event, dict) else {}
    for header in headers:
        if header.lower() == "authorization":
            headers[header] = f"Bearer {token}"
    return json.dumps(event).encode()


def measured(runtime, commands, events, variables):
    """Each command's starts in turns, with its event answered where it has one: time and processor time until its first event, the first answer, and memory."""
    found = {name: [] for name in commands}
    for turn in range(TURNS + 1):
        for name, command in commands.items():
            # The processor time until the first event, without what the event costs: by a process of its own.
            init = runtime.start(command, variables)
            processor, idle = runtime.stop()
            runtime.start(command, variables)
            first, _ = runtime.answer(events[name]) if name in events else (0, None)
            _, memory = runtime.stop()
            if turn:  # The first one is for the page cache.
                found[name].append((init, processor, first, idle, memory))
    return {name: [statistics.median(column) for column in zip(*rows)] for name, rows in found.items()}


def logins(runtime, commands, event, variables):
    """Warm logins of each command, in turns of ten; medians in seconds."""
    times = {name: [] for name in commands}
    for _ in range(4):
        for name, command in commands.items():
            runtime.start(command, variables)
            for number in range(LOGINS // 4 + 2):
                took, answer = runtime.answer(event)
                if answer["statusCode"] != 200:
                    raise SystemExit(f"{name} let nobody in: {answer}")
                if number >= 2:
                    times[name].append(took)
            runtime.stop()
    return {name: statistics.median(took) for name, took in times.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("functions", nargs="*")
    for limit in ("most-init", "most-size", "most-memory", "least-python", "least-login"):
        parser.add_argument(f"--{limit}", type=float)
    asked = parser.parse_intermixed_args()
    built = pathlib.Path(os.environ["FUNCTIONS"])
    functions = asked.functions or sorted(path.parent.name for path in ROOT.glob("functions/*/Cargo.toml"))
    missing = [name for name in functions if not (ROOT / "functions" / name).is_dir()]
    if missing:
        raise SystemExit(f"there is no function {', '.join(missing)}")
    program = lambda name: [str(built / name / "bootstrap" if (built / name).is_dir() else built / name)]
    commands = {name: program(name) for name in ["hello", *functions]}
    python = {"Python with boto3": [sys.executable, str(HERE / "peer.py")]}
    runtime = Runtime()
    runtime.log = str(asked.folder / "functions.log")
    refused = []

    with stack(asked.folder) as (variables, password):
        variables = {**variables, "PATH": os.environ["PATH"], "PEER_KEY": "of a bench that nobody else reaches, and long enough"}
        variables.setdefault("AWS_DEFAULT_REGION", variables["AWS_REGION"])
        event = login_event(password)
        # The first login notes the member's day; and its token is whom the others know.
        token = ""
        if "login" in commands:
            runtime.start(commands["login"], variables)
            token = json.loads(runtime.answer(event)[1]["body"])["access_token"]
            runtime.stop()
        events = {name: event_of(name, token) for name in functions}
        events |= {"login": event, "Python with boto3": event}
        found = measured(runtime, commands | python, events, variables)
        hello, peer = found["hello"], found["Python with boto3"]
        sizes = {name: os.path.getsize(command[0]) for name, command in commands.items()}

        print(f"{'':<20}{'init':>9}{'':>7}{'CPU':>9}{'':>7}{'first':>9}{'size':>9}{'':>7}{'at rest':>10}{'most':>9}{'Python':>9}")
        for name in commands:
            init, processor, first, idle, memory = found[name]
            ratios = {"init": init / hello[0], "CPU": processor / hello[1], "size": sizes[name] / sizes["hello"], "Python": peer[0] / init}
            print(f"{name:<20}{init * 1000:>6.1f} ms{ratios['init']:>6.2f}×{processor * 1000:>6.1f} ms{ratios['CPU']:>6.2f}×{first * 1000:>6.1f} ms{sizes[name] / 1e6:>6.2f} MB"
                  f"{ratios['size']:>6.2f}×{idle / MB:>6.1f} MiB{memory / MB:>5.1f} MiB{ratios['Python']:>8.0f}×")
            if name == "hello":
                continue
            for what, value, most in (("init", ratios["init"], asked.most_init), ("size", ratios["size"], asked.most_size), ("memory", memory / 1e6, asked.most_memory)):
                if most is not None and value > most:
                    refused.append(f"{name}: {what} is {value:.2f}, and {most:g} is the most")
            if asked.least_python is not None and ratios["Python"] < asked.least_python:
                refused.append(f"{name}: {ratios['Python']:.0f} times under Python's init, and {asked.least_python:g} is the least")
        init, processor, first, idle, memory = peer
        print(f"{'Python with boto3':<20}{init * 1000:>6.1f} ms{init / hello[0]:>6.0f}×{processor * 1000:>6.1f} ms{processor / hello[1]:>6.0f}×{first * 1000:>6.1f} ms{'':>16}{idle / MB:>6.1f} MiB{memory / MB:>5.1f} MiB")

        if "login" in commands:
            took = logins(runtime, {"login": commands["login"]} | python, event, variables)
            ratio = took["Python with boto3"] / took["login"]
            print(f"\na warm login: {took['login'] * 1000:.1f} ms, in Python with argon2-cffi {took['Python with boto3'] * 1000:.1f} ms: {ratio:.2f} times as fast")
            if asked.least_login is not None and ratio < asked.least_login:
                refused.append(f"a warm login: {ratio:.2f} times as fast as Python's, and {asked.least_login:g} is the least")
    if refused:
        raise SystemExit("\n".join(refused))


if __name__ == "__main__":
    main()
