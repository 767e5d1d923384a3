"""Walks the workflows that only GitHub runs: each step of each job, in a clone of its own, with the programs of `instead` in the
place of those that need GitHub, npm's registry, AWS, or an hour of compiling.

    walk.py ROOT TEMPORARY
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

from ruamel.yaml import YAML

ROOT, TEMPORARY = map(Path, sys.argv[1:])
HERE = Path(__file__).parent
REPOSITORY = "club/masthead"
VERSION = "0.9.0"
# Where the programs that are run as they are lie, as their own managers start them.
KEPT = {name: os.environ[name] for name in ("PATH", "LANG", "RUSTUP_HOME", "CARGO_HOME", "RUSTUP_TOOLCHAIN") if name in os.environ}
for name, folder in (("RUSTUP_HOME", ".rustup"), ("CARGO_HOME", ".cargo")):
    if (Path.home() / folder).is_dir():
        KEPT.setdefault(name, str(Path.home() / folder))


class Failed(Exception):
    """A step that failed, with what it said."""


def check(holds, sentence):
    if not holds:
        sys.exit(f"tests/workflows: {sentence}")


def git(*arguments, cwd):
    subprocess.run(["git", "-c", "user.name=Test", "-c", "user.email=test@localhost", *arguments], cwd=cwd, check=True, stdout=subprocess.DEVNULL)


def released():
    """A clone of the work tree as it is, in which a version was released."""
    clone = TEMPORARY / "released"
    git("clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone), cwd=TEMPORARY)

    def listed(*options):
        return subprocess.run(["git", "ls-files", "-z", *options], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")[:-1]

    gone = set(listed("--deleted"))
    for path in listed("--modified", "--others", "--exclude-standard"):
        if path in gone:
            (clone / path).unlink(missing_ok=True)
        else:
            (clone / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, clone / path)
    subprocess.run(["node", "release/versions.mjs", "set", VERSION], cwd=clone, check=True)
    lock = clone / "Cargo.lock"
    # What `cargo update --workspace` does.
    lock.write_text(re.sub(r'(name = "cli"\nversion = ")[^"]+', rf"\g<1>{VERSION}", lock.read_text()))
    for path in ("astro/package.json", "astro/create/package.json"):
        package = json.loads((clone / path).read_text())
        package["repository"] = {"type": "git", "url": f"git+https://github.com/{REPOSITORY}.git"}
        (clone / path).write_text(json.dumps(package, indent=2) + "\n")
    git("add", "--all", cwd=clone)
    git("commit", "--quiet", "-m", f"release: {VERSION}", cwd=clone)
    return clone


def evaluated(text, contexts):
    """A value with its expressions filled in, as far as these workflows have any."""

    def value(expression):
        python = expression.replace("&&", " and ").replace("||", " or ")
        return eval(python, {"__builtins__": {}, "endsWith": lambda text, end: text.endswith(end)}, contexts)

    if not isinstance(text, str):
        return text
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(value(found[1].strip())), text)


class Run:
    """One run of a workflow."""

    def __init__(self, source, workflow, name, *, ref, variables=(), inputs=()):
        self.folder = TEMPORARY / name
        self.source = source
        self.workflow = YAML(typ="safe").load((source / workflow).read_text())
        self.ref = ref
        self.github = SimpleNamespace(token="a token of GitHub", ref_name=ref)
        self.variables = SimpleNamespace(**dict(variables))
        self.inputs = SimpleNamespace(**dict(inputs))
        # What the programs of `instead` were told, a line each.
        self.calls = self.folder / "calls"
        self.artifacts = self.folder / "artifacts"
        self.artifacts.mkdir(parents=True)
        self.calls.touch()

    def told(self, beginning):
        return [line for line in self.calls.read_text().splitlines() if line.startswith(beginning)]

    def all_jobs(self):
        done = set()
        jobs = self.workflow["jobs"]
        while len(done) < len(jobs):
            name = next(name for name, job in jobs.items() if name not in done and {*job.get("needs", [])} <= done)
            for at, matrix in enumerate(jobs[name].get("strategy", {}).get("matrix", {}).get("include", [{}])):
                started = time.monotonic()
                self.job(f"{name}-{at}", jobs[name], matrix)
                print(f"ok    the job {' '.join([name, *matrix.values()])} ({time.monotonic() - started:.1f} s)", flush=True)
            done.add(name)

    def job(self, name, job, matrix):
        folder = self.folder / name
        workspace = folder / "workspace"
        for path in ("home", "temp", "workspace", "target"):
            (folder / path).mkdir(parents=True)
        contexts = {
            "github": self.github,
            "vars": self.variables,
            "inputs": self.inputs,
            "matrix": SimpleNamespace(**matrix),
            "runner": SimpleNamespace(temp=str(folder / "temp")),
        }
        runs_on = evaluated(job["runs-on"], contexts)
        check("latest" not in runs_on and "timeout-minutes" in job, f"{name}: a job says which system it runs on, and for how long at most.")
        permissions = {**job.get("permissions", self.workflow["permissions"])}
        environment = {
            **KEPT,
            "PATH": f"{HERE / 'instead'}:{KEPT['PATH']}",
            "HOME": str(folder / "home"),
            "RUNNER_TEMP": str(folder / "temp"),
            "CARGO_TARGET_DIR": str(folder / "target"),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_REF_NAME": self.ref,
            "GITHUB_REF_TYPE": "tag" if self.ref.startswith("v") else "branch",
            # For the programs of `instead`.
            "INSTEAD": str(HERE / "instead"),
            "CALLS": str(self.calls),
            "ROOT": str(ROOT),
            "VERSION": VERSION,
            "PERMISSIONS": " ".join(f"{right}:{how}" for right, how in permissions.items()),
            **{key: str(evaluated(value, contexts)) for key, value in job.get("env", {}).items()},
        }
        for step in job["steps"]:
            if "if" in step and not eval(step["if"], {"__builtins__": {}, "endsWith": lambda text, end: text.endswith(end)}, contexts):
                continue
            given = {key: evaluated(value, contexts) for key, value in step.get("with", {}).items()}
            if "uses" in step:
                self.action(step["uses"], given, workspace, environment, permissions)
                continue
            env = {**environment, **{key: str(evaluated(value, contexts)) for key, value in step.get("env", {}).items()}}
            self.script(f"{name}: {step.get('name', step['run'])}", step["run"], workspace, env)

    def script(self, name, text, workspace, env):
        # As GitHub's runners call them.
        is_named = self.workflow.get("defaults", {}).get("run", {}).get("shell") == "bash"
        options = ["--noprofile", "--norc", "-eo", "pipefail"] if is_named else ["-e"]
        file = self.folder / "script.sh"
        file.write_text(text)
        done = subprocess.run(["bash", *options, str(file)], cwd=workspace, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)
        if done.returncode != 0:
            raise Failed(f"“{name}” ends with {done.returncode}: {done.stdout}")

    def action(self, uses, given, workspace, environment, permissions):
        action, _, commit = uses.partition("@")
        # A tag can be moved to other code.
        check(re.fullmatch(r"[0-9a-f]{40}", commit), f"{uses} is no commit.")
        if action == "actions/checkout":
            check(given == {"persist-credentials": False}, "a checkout keeps no token in the work tree.")
            check(permissions.get("contents") in ("read", "write"), "a checkout needs the right to read.")
            git("clone", "--quiet", "--no-hardlinks", str(self.source), str(workspace), cwd=self.folder)
        elif action == "actions/setup-node":
            needed = re.search(r">=(\d+)", json.loads((ROOT / "astro/package.json").read_text())["engines"]["node"])[1]
            check(given["node-version"] >= int(needed), f"Node {given['node-version']} is too old for the package.")
        elif action == "actions/upload-artifact":
            files = [file for file in (workspace / given["path"]).iterdir() if file.is_file()]
            check(files and given["if-no-files-found"] == "error", f"there is nothing in {given['path']} to keep.")
            kept = self.artifacts / given["name"]
            check(not kept.exists(), f"two jobs keep an artifact of the name {given['name']}.")
            shutil.copytree(workspace / given["path"], kept)
        elif action == "actions/download-artifact":
            check(given["merge-multiple"] is True, "all artifacts come into one folder.")
            Path(given["path"]).mkdir()
            for file in self.artifacts.glob("*/*"):
                shutil.copy2(file, given["path"])
        elif action == "aws-actions/configure-aws-credentials":
            check(permissions.get("id-token") == "write", "without the right to a token nobody becomes a role.")
            check(given["role-to-assume"].startswith("arn:") and given["aws-region"], "the role and the region are named.")
            environment.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_SESSION_TOKEN="x")
        else:
            check(False, f"nothing stands in for {action}.")


def release(source):
    git("tag", f"v{VERSION}", cwd=source)
    run = Run(source, ".github/workflows/release.yml", "release", ref=f"v{VERSION}")
    run.all_jobs()
    targets = [matrix["target"] for matrix in run.workflow["jobs"]["cli"]["strategy"]["matrix"]["include"]]
    for target in targets:
        archive = run.artifacts / f"cli-{target}" / f"masthead-{VERSION}-{target}.tar.gz"
        named = (archive.parent / f"{archive.name}.sha256").read_text().split()
        check(named == [hashlib.sha256(archive.read_bytes()).hexdigest(), archive.name], f"{archive.name}.sha256 is that of {archive.name}.")
        listed = subprocess.run(["tar", "-tzf", str(archive)], check=True, capture_output=True, text=True).stdout.split()
        names = {Path(name).name for name in listed if not name.endswith("/")}
        check(names == {"masthead", "LICENSE-MIT", "LICENSE-APACHE", "README.md"}, f"{archive.name} has {sorted(names)} in it.")
    builds = [line for line in run.told("cargo ") if "build" in line]
    check(len(builds) == len(targets), f"there is a build for each target: {builds}")
    for target, build in zip(targets, builds):
        old = target.endswith("-linux-gnu")
        check(build.startswith("cargo zigbuild" if old else "cargo build") and build.endswith(f"--target {target}{'.2.17' if old else ''}"), f"{target} is built by “{build}”.")
    published = [Path(line.split()[2]).name for line in run.told("npm publish")]
    check(published == [f"masthead-astro-{VERSION}.tgz", f"create-masthead-{VERSION}.tgz"], f"npm is given {published}.")
    check(all("--provenance" in line and "--access public" in line for line in run.told("npm publish")), "npm is told where it comes from.")
    [made] = run.told("gh release create")
    given = {Path(word).name for word in made.split() if "/out/" in word}
    check(f"create v{VERSION} --verify-tag" in made and len(given) == 2 + 2 * len(targets), f"the release's page has {sorted(given)}.")

    # A tag that names another version ends before anything is built.
    other = Run(source, ".github/workflows/release.yml", "other", ref="v9.9.9")
    try:
        other.all_jobs()
        check(False, "the tag v9.9.9 releases something.")
    except Failed as failed:
        check(f"the tag is v9.9.9, and the version is {VERSION}" in str(failed), str(failed))
    print("ok    a tag that names another version releases nothing")


def deploy(source):
    variables = {
        "AWS_REGION": "eu-central-1",
        "STACK": "masthead",
        "PUBLIC_URL": "https://club.example",
        "SITE_ORIGIN": "https://www.club.example",
        "DEPLOY_ROLE": "arn:aws:iam::1:role/deploy",
        "EXECUTION_ROLE": "arn:aws:iam::1:role/execution",
    }
    for unwatched in (False, True):
        run = Run(source, "examples/deploy/deploy.yml", f"deploy-{unwatched}", ref="main", variables=variables, inputs={"unwatched": unwatched})
        run.all_jobs()
        tools = run.told("pip install")
        check(len(tools) == 1 and "aws-sam-cli==" in tools[0] and "cargo-lambda==" in tools[0], f"the tools are {tools}.")
        [change] = run.told("aws cloudformation create-change-set")
        check("--role-arn arn:aws:iam::1:role/execution" in change, f"CloudFormation has its role: {change}")
        check(change.count("Type=AWS::CloudWatch::Alarm") == (0 if unwatched else 5), f"alarms are watched unless somebody says otherwise: {change}")
        check("--stack-name masthead " in change, change)
        # Credentials come after everything that is built of other people's code.
        lines = run.calls.read_text().splitlines()
        check(lines.index("sam build") < next(at for at, line in enumerate(lines) if line.startswith("aws ")), "sam builds first.")
        check(run.told("cargo masthead doctor --url") == ["cargo masthead doctor --url https://club.example --site-origin https://www.club.example"], f"the doctor looks at the site: {run.told('cargo masthead')}")
        pages = run.told("aws s3 cp --recursive")
        check(len(pages) > 5 and all("s3://content-bucket/page/" in line for line in pages), f"the page goes into the bucket: {pages}")
    print("ok    a deployment, watched and not")


try:
    source = released()
    release(source)
    deploy(source)
except Failed as failed:
    sys.exit(f"tests/workflows: {failed}")
