"""screenshot.py FILE: a screen of 2,560 × 1,440 pixels with an editor and a page, as PNG."""

import sys

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 2560, 1440
COLOURS = [(204, 120, 50), (106, 135, 89), (169, 183, 198), (104, 151, 187), (152, 118, 170)]
WORDS = "let made = picture of the club in which members publish what they write for each other and everybody".split()

image = Image.new("RGB", (WIDTH, HEIGHT), (255, 255, 255))
draw = ImageDraw.Draw(image)
font, heading = ImageFont.load_default(22), ImageFont.load_default(48)

draw.rectangle((0, 0, WIDTH // 2, HEIGHT), fill=(43, 43, 43))
draw.rectangle((0, 0, WIDTH, 56), fill=(60, 63, 65))
for at, colour in enumerate([(255, 95, 86), (255, 189, 46), (39, 201, 63)]):
    draw.ellipse((24 + 40 * at, 16, 48 + 40 * at, 40), fill=colour)
for line in range(42):
    left = 80 + 44 * (line * 7 % 4)
    draw.text((20, 80 + 32 * line), str(line + 1), fill=(96, 99, 102), font=font)
    for at in range(3 + line * 5 % 7):
        word = WORDS[(line * 3 + at) % len(WORDS)]
        draw.text((left, 80 + 32 * line), word, fill=COLOURS[(line + at) % len(COLOURS)], font=font)
        left += 12 + int(draw.textlength(word, font=font))
draw.text((WIDTH // 2 + 60, 100), "What members publish", fill=(20, 20, 30), font=heading)
for line in range(34):
    words = " ".join(WORDS[(line + at) % len(WORDS)] for at in range(14))
    draw.text((WIDTH // 2 + 60, 200 + 34 * line), words[:90], fill=(40, 42, 54), font=font)
image.save(sys.argv[1])
