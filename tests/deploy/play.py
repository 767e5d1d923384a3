"""Plays the administrator of docs/deploy.md against the emulator: types what the document says and answers what SAM asks.

    play.py CHECKOUT AWS

CHECKOUT is a copy of this repository whose `sam build` has run; AWS the program `aws`. The environment says where AWS is.
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pexpect

CHECKOUT, AWS = Path(sys.argv[1]), sys.argv[2]
EMULATOR = Path(os.environ["EMULATOR_FOLDER"])
ENTER = "\r"
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# What SAM asks ends so; the parameters' own text is theirs.
QUESTION = re.compile(r"(?:^|\n)[ \t]*([^\n]*?(?:\[[^\n]*\]|SiteOrigin)): ?$")
EVERYTHING = {
    "SiteOrigin": "https://club.example,https://www.club.example",
    "SiteName": "Chess Club",
    "DomainName": "members.club.example",
    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/51af3dc0-da77-11e4-872e-1234567db123",
    "BuildKeySha256": "ab" * 32,
    "AlarmAddress": "admin@club.example",
    "Dashboard": "yes",
    "BudgetDollars": "10",
    "ProtectTable": "yes",
    "LoginsPerSecond": "20",
    "LinkBase": "/members/",
}
HOOK = '{"url":"https://api.netlify.com/build_hooks/abc","token":"","event_type":"masthead"}'

client = boto3.client
cloudformation, dynamodb, s3 = client("cloudformation"), client("dynamodb"), client("s3")
secrets, logs = client("secretsmanager"), client("logs")
started = time.monotonic()


def step(text):
    print(f"--- {text} ({time.monotonic() - started:.0f} s)", flush=True)


def check(is_true, text):
    if not is_true:
        raise SystemExit(f"tests/deploy: {text}")
    print(f"    {text}: yes", flush=True)


def sam(command, answers=None, fails=False):
    """Runs a command in a terminal, and answers each question with Enter unless `answers` has one for it."""
    left = dict(answers or {})
    asked = []
    child = pexpect.spawn("sam", command.split(), cwd=CHECKOUT, encoding="utf-8", timeout=240, dimensions=(60, 220))
    said = ""
    while True:
        at = child.expect([r"\]: ?$", r"SiteOrigin: ?$", pexpect.EOF])
        said += child.before + (child.after if at < 2 else "")
        if at == 2:
            break
        question = ANSI.sub("", said).replace("\r", "").rstrip().split("\n")[-1].strip()
        asked.append(question)
        if asked.count(question) > 1:
            raise SystemExit(f"tests/deploy: SAM asks again and again: {question}")
        answer = next((left.pop(word) for word in list(left) if word in question), "")
        child.send(answer + ENTER)
    child.close()
    said = ANSI.sub("", said)
    if (child.exitstatus != 0) != fails:
        raise SystemExit(f"tests/deploy: `sam {command}` ended with {child.exitstatus}:\n{said[-6000:]}")
    check(not left, f"`sam {command}` asks for all that has an answer, {len(asked)} questions")
    return said


def shell(text, names=""):
    """Runs lines of the document as they stand there."""
    lines = f"set -eu\naws() {{ {AWS} \"$@\"; }}\n{names}\n{text}"
    done = subprocess.run(["bash", "-c", lines], cwd=CHECKOUT, capture_output=True, text=True, timeout=240)
    if done.returncode:
        raise SystemExit(f"tests/deploy: this failed:\n{text}\n{done.stdout}{done.stderr}")
    return done.stdout


def documented(begins, after=""):
    """The block of indented lines of docs/deploy.md in which a line begins so, after a heading."""
    text = (CHECKOUT / "docs/deploy.md").read_text()
    text = text[text.index(after) :]
    for block in re.findall(r"(?:^    .*\n)+", text, re.MULTILINE):
        lines = [line[4:] for line in block.splitlines()]
        if any(line.startswith(begins) for line in lines):
            return lines
    raise SystemExit(f"tests/deploy: docs/deploy.md has no line that begins with {begins}")


def stack(name="masthead"):
    return cloudformation.describe_stacks(StackName=name)["Stacks"][0]


def parameters():
    return {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack()["Parameters"]}


def outputs():
    return {entry["OutputKey"]: entry["OutputValue"] for entry in stack()["Outputs"]}


def configure(values):
    """Changes the answers in samconfig.toml, as the document says."""
    path = CHECKOUT / "samconfig.toml"
    lines = path.read_text().splitlines()
    section = lines.index("[default.deploy.parameters]")
    at = next(i for i in range(section, len(lines)) if lines[i].startswith("parameter_overrides"))
    kept = dict(re.findall(r'(\w+)=\\?"((?:[^"\\])*)\\?"', lines[at].split("=", 1)[1]))
    kept.update(values)
    said = " ".join(f'{name}=\\"{value}\\"' for name, value in kept.items())
    lines[at] = f'parameter_overrides = "{said}"'
    path.write_text("\n".join(lines) + "\n")


def everything_is_there(when):
    now = parameters()
    lost = {name: now.get(name) for name, value in EVERYTHING.items() if now.get(name) != value}
    check(not lost, f"{when} every answer is still there {lost or ''}".rstrip())


def what_is_left():
    """Everything that a stack of ours could leave, by kind."""
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"] if bucket["Name"].startswith("masthead")]
    functions = client("lambda").list_functions()["Functions"]
    roles = client("iam").list_roles()["Roles"]
    return {
        "tables": dynamodb.list_tables()["TableNames"],
        "buckets": buckets,
        "secrets": [secret["Name"] for secret in secrets.list_secrets()["SecretList"]],
        "logs": [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]],
        "functions": [function["FunctionName"] for function in functions],
        "roles": [role["RoleName"] for role in roles if role["RoleName"].startswith("masthead")],
        "queues": client("sqs").list_queues().get("QueueUrls", []),
    }


def first_deployment_fails():
    step("a new account: the first deployment fails, and leaves nothing")
    (EMULATOR / "new-account").touch()
    answers = {"SiteOrigin": "https://club.example", "Deploy this changeset": "y"}
    said = sam("deploy --guided", answers, fails=True)
    check("Your account must be verified" in said.replace("\r", "").replace("\n", "") or "CREATE_FAILED" in said, "SAM says what failed")
    check(stack()["StackStatus"] == "ROLLBACK_COMPLETE", "the stack is rolled back")
    left = {kind: names for kind, names in what_is_left().items() if names}
    check(not left, f"nothing is left {left or ''}".rstrip())
    (EMULATOR / "new-account").unlink()
    step("verified: the name goes, and the deployment is said again")
    sam("delete --no-prompts --region " + os.environ["AWS_REGION"] + " --stack-name masthead")


def guided():
    step("sam deploy --guided, Enter at every question but the site's origin")
    said = sam("deploy --guided", {"SiteOrigin": "https://club.example", "Deploy this changeset": "y"})
    check("Successfully created/updated stack - masthead" in said, "the stack is deployed")
    check(stack()["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), "CloudFormation says so")
    defaults = {name: value for name, value in parameters().items() if name in ("SiteName", "PublishConcurrency", "ConversionMemory", "ProtectTable")}
    check(defaults == {"SiteName": "Masthead", "PublishConcurrency": "3", "ConversionMemory": "512", "ProtectTable": "no"}, "Enter takes the defaults")
    mappings = client("lambda").list_functions()["Functions"]
    check(len(mappings) == len(list((CHECKOUT / "functions").iterdir())), "every function is there")
    for name in ("MembersTable", "UploadsBucket", "ContentBucket", "SigningKeys", "DeployHook", "DistributionId", "PublicUrl", "SiteName"):
        check(name in outputs(), f"the output {name} is there")
    hook = secrets.get_secret_value(SecretId=outputs()["DeployHook"])["SecretString"]
    check(hook == "{}", "there is no hook")
    line = documented("sed -n 's/^stack_name", "## 1. Deploy")
    shell("\n".join(line))


def data():
    """What a member leaves, and what an administrator set."""
    out = outputs()
    item = {"pk": {"S": "EMAIL#jo@club.example"}, "sk": {"S": "ACCOUNT"}}
    dynamodb.put_item(TableName=out["MembersTable"], Item=item)
    s3.put_object(Bucket=out["UploadsBucket"], Key="readmes/1/readme.md", Body=b"# Jo")
    s3.put_object(Bucket=out["ContentBucket"], Key="content/jo.md", Body=b"# Jo")
    secrets.put_secret_value(SecretId=out["DeployHook"], SecretString=HOOK)
    return {"ring": secrets.get_secret_value(SecretId=out["SigningKeys"])["SecretString"], **out}


def data_is_there(before):
    out = outputs()
    for name in ("MembersTable", "UploadsBucket", "ContentBucket", "SigningKeys"):
        check(out[name] == before[name], f"{name} is the same one")
    key = {"pk": {"S": "EMAIL#jo@club.example"}, "sk": {"S": "ACCOUNT"}}
    check("Item" in dynamodb.get_item(TableName=out["MembersTable"], Key=key), "the member is there")
    s3.head_object(Bucket=out["UploadsBucket"], Key="readmes/1/readme.md")
    s3.head_object(Bucket=out["ContentBucket"], Key="content/jo.md")
    ring = secrets.get_secret_value(SecretId=out["SigningKeys"])["SecretString"]
    check(ring == before["ring"], "nobody is signed out")


def upgrade():
    before = data()
    step("every answer is given in samconfig.toml, and deployed")
    configure(EVERYTHING)
    sam("deploy", {"Deploy this changeset": "y"})
    everything_is_there("deployed,")
    check(outputs()["PublicUrl"] == "https://members.club.example", "PublicUrl is the site's own name")
    step("a new version is deployed by the document's words")
    built = CHECKOUT / ".aws-sam/build/template.yaml"
    built.write_text(built.read_text().replace("Description: Masthead - members", "Description: Masthead, a new version - members"))
    said = documented("sam build && sam deploy", "## Upgrading")
    check(not any("--parameter-overrides" in line or "--guided" in line for line in said), "which name no parameter")
    configure({"LogRetentionDays": "14"})
    sam("deploy", {"Deploy this changeset": "y"})
    everything_is_there("upgraded,")
    data_is_there(before)
    hook = secrets.get_secret_value(SecretId=outputs()["DeployHook"])["SecretString"]
    check(hook == HOOK, "the hook is still there")
    step("guided once more, Enter at every question")
    configure({"LogRetentionDays": "30"})
    sam("deploy --guided", {"Deploy this changeset": "y"})
    everything_is_there("guided again,")
    return before


def return_after_delete(before):
    step("sam delete, and what it keeps")
    tear_down = documented("for name in MembersTable", "## Tearing down")
    output = "\n".join(documented("output()", "## 1. Deploy")[:2])
    shell(tear_down[0], output)
    sam("delete --no-prompts --region " + os.environ["AWS_REGION"] + " --stack-name masthead")
    kept = what_is_left()
    check(kept["tables"] == [before["MembersTable"]], "the table is kept")
    check(set(kept["buckets"]) == {before["UploadsBucket"], before["ContentBucket"]}, "both buckets are kept")
    check(len(kept["secrets"]) == 1, "the signing keys are kept, and the hook is gone")
    gone = {kind: kept[kind] for kind in ("functions", "roles", "queues", "logs") if kept[kind]}
    check(not gone, f"everything else is gone {gone or ''}".rstrip())
    step("a new stack takes over what was kept")
    lines = documented(". ./kept.txt", "## Coming back")
    check(lines[-1] == "sam build && sam deploy", "the document ends with a deployment")
    # The emulator calls an import a creation.
    shell("\n".join(lines[:-1]).replace("stack-import-complete", "stack-create-complete"))
    sam("deploy", {"Deploy this changeset": "y"})
    everything_is_there("taken over,")
    data_is_there(before)
    check(len(client("lambda").list_functions()["Functions"]) > 0, "the functions are back")


def main():
    (CHECKOUT / "samconfig.toml").unlink(missing_ok=True)
    shell(documented("cp samconfig.example.toml", "## 1. Deploy")[0])
    first_deployment_fails()
    guided()
    return_after_delete(upgrade())
    step("done")
    print(json.dumps({"seconds": round(time.monotonic() - started)}))


main()
