"""make.py FOLDER NOTES PICTURES KIND: a folder as people have them, notes with the pictures that they show.

KIND is `mixed`, what 200 MiB of a member's files hold: of ten pictures one is a photograph of 12 megapixels as a phone takes it, five are
photographs of 2 megapixels as a messenger hands them on, three are screenshots as PNG, and one is a moving GIF. With `photos` all are
photographs of 12 megapixels. Pictures of a kind have the same dots and differ by a comment: they cost the server the same, and are made in
seconds.
"""

import io
import struct
import sys
import zlib
from pathlib import Path

import numpy
import sklearn
from PIL import Image, ImageDraw

GRAIN = 4
WORDS = "The arm turns around its base and lifts what it holds, slowly at first, and then as fast as its motors let it. "


def photo(width, height, quality):
    source = Path(sklearn.__file__).parent / "datasets" / "images" / "china.jpg"
    image = Image.open(source).convert("RGB").resize((width, height), Image.LANCZOS)
    grain = numpy.random.default_rng(1).normal(0, GRAIN, (height, width, 3))
    dots = numpy.clip(numpy.asarray(image).astype(float) + grain, 0, 255).astype("uint8")
    return saved(Image.fromarray(dots), "JPEG", quality=quality, subsampling=2)


def screenshot(width, height):
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, 64), fill="#203040")
    for line, top in enumerate(range(90, height - 30, 18)):
        draw.text((40 + 20 * (line % 4), top), WORDS * 2, fill=("#222222", "#0055aa", "#777777")[line % 3])
    # A part of it is a photograph, as in most pages.
    source = Path(sklearn.__file__).parent / "datasets" / "images" / "flower.jpg"
    image.paste(Image.open(source).convert("RGB").resize((480, 320)), (width - 520, 90))
    return saved(image, "PNG", optimize=False)


def moving(number):
    frames = []
    for step in range(12):
        frame = Image.new("RGB", (320, 240), "white")
        left = 10 + 20 * step
        ImageDraw.Draw(frame).ellipse((left, 80, left + 60, 140), fill=(number % 256, 90, 160))
        frames.append(frame.quantize(32))
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=80, loop=0)


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def numbered(picture, number):
    """The same picture with a comment that no other has."""
    comment = f"picture {number}".encode()
    if picture.startswith(b"\xff\xd8"):
        return picture[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + picture[2:]
    data = b"tEXt" + b"Comment\0" + comment
    chunk = struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    # Behind the signature and the header.
    return picture[:33] + chunk + picture[33:]


def main():
    folder, notes, pictures, kind = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    large = photo(4032, 3024, 82)
    if kind == "photos":
        made = [("jpg", large)] * 10
    else:
        handed_on = photo(1600, 1200, 80)
        page = screenshot(1920, 1200)
        made = [("jpg", large)] + [("jpg", handed_on)] * 5 + [("png", page)] * 3 + [("gif", None)]
    names = []
    total = 0
    for number in range(pictures):
        ending, picture = made[number % len(made)]
        name = f"img/{number % 7}/picture {number}.{ending}"
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        content = moving(number) if picture is None else numbered(picture, number)
        file.write_bytes(content)
        total += len(content)
        names.append(name)
    for note in range(notes):
        file = folder / f"notes/{note % 5}/note {note}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"# Note {note}\n", WORDS * 5 + "\n"]
        for place, name in enumerate(names[note::notes]):
            by_path = f"![A picture](<../../{name}>)\n"
            by_name = f"![[{Path(name).name}|400]]\n"
            lines += [by_name if place % 2 else by_path, WORDS * 3 + "\n"]
        file.write_text("\n".join(lines))
    print(f"{notes} notes, {pictures} pictures ({kind}) of {total / 2**20:.0f} MiB in all")


main()
