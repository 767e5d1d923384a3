"""A backend as the one that Masthead replaces: Flask with tokens of PyJWT, members in SQLite, files in a folder, READMEs converted while they are
uploaded. FOLDER is where it keeps everything; members come from members.json there, email to password."""

import functools
import io
import json
import os
import pathlib
import sqlite3
import time

import frontmatter
import jwt
from flask import Flask, g, jsonify, request, send_from_directory
from PIL import Image
from werkzeug.security import check_password_hash, generate_password_hash

FOLDER = pathlib.Path(os.environ["FOLDER"])
CONTENT = FOLDER / "content"
SECRET = "of a bench that nobody else reaches, and long enough"
SIZES = (96, 256, 512)

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 32 << 20


def database():
    if "database" not in g:
        g.database = sqlite3.connect(FOLDER / "members.db")
    return g.database


@app.teardown_appcontext
def close(_):
    if "database" in g:
        g.pop("database").close()


def set_up():
    """Before the workers start: members with hashes of werkzeug's own default."""
    CONTENT.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(FOLDER / "members.db") as db:
        db.execute("CREATE TABLE IF NOT EXISTS members (email TEXT PRIMARY KEY, handle TEXT, name TEXT, hash TEXT)")
        members = json.loads((FOLDER / "members.json").read_text())
        same = generate_password_hash(next(iter(members.values())))
        for number, email in enumerate(members):
            db.execute("INSERT OR REPLACE INTO members VALUES (?, ?, ?, ?)", (email, f"m{number}", f"Member {number}", same))


def signed_in(view):
    @functools.wraps(view)
    def guarded(*args, **kwargs):
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            email = jwt.decode(token, SECRET, algorithms=["HS256"])["sub"]
        except jwt.InvalidTokenError:
            return jsonify(status="error"), 401
        row = database().execute("SELECT email, handle, name FROM members WHERE email = ?", (email,)).fetchone()
        if row is None:
            return jsonify(status="error"), 401
        g.member = dict(zip(("email", "handle", "name"), row))
        return view(*args, **kwargs)

    return guarded


@app.post("/api/login")
def login():
    given = request.get_json()
    row = database().execute("SELECT hash FROM members WHERE email = ?", (given["email"],)).fetchone()
    if row is None or not check_password_hash(row[0], given["password"]):
        return jsonify(status="error"), 401
    token = jwt.encode({"sub": given["email"], "exp": time.time() + 43200}, SECRET, algorithm="HS256")
    return jsonify(status="success", access_token=token)


@app.get("/api/me")
@signed_in
def me():
    return jsonify(member=g.member)


@app.post("/api/upload_profile_pic")
@signed_in
def upload_profile_pic():
    image = Image.open(io.BytesIO(request.files["profile_pic"].read())).convert("RGB")
    folder = FOLDER / "pictures" / g.member["handle"]
    folder.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        image.resize((size, size)).save(folder / f"{size}.webp", quality=85)
    return jsonify(status="success")


@app.post("/api/upload_readme")
@signed_in
def upload_readme():
    file = request.files["readme_file"]
    post = frontmatter.loads(file.read().decode())
    post.metadata.setdefault("title", post.content.lstrip("# ").split("\n", 1)[0])
    post.metadata |= {"author": g.member["name"], "words": len(post.content.split())}
    folder = CONTENT / g.member["handle"]
    folder.mkdir(exist_ok=True)
    slug = pathlib.Path(file.filename).stem
    partial = folder / f".{slug}.{os.getpid()}"
    partial.write_text(frontmatter.dumps(post))
    partial.replace(folder / f"{slug}.md")
    return jsonify(status="success", slug=slug)


@app.get("/api/content")
def content():
    found = sorted(CONTENT.glob("*/*.md"))
    return jsonify(entries=[{"id": f"{path.parent.name}/{path.stem}", "updated": path.stat().st_mtime} for path in found])


@app.get("/content/<path:name>")
def document(name):
    return send_from_directory(CONTENT, name)


if __name__ == "__main__":
    set_up()
