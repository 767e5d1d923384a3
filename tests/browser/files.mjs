// What members upload, made here.

import { deflateRawSync, deflateSync } from "node:zlib";

/** An Obsidian note, as members have them. */
export const NOTE = `---
tags:
  - es_website
  - backend
date: next Tuesday
---

# Flask Backend
- [[YAML Conversion]]

>[!blank|right]
>- [[02 Flask APIs]]

The Flask backend signs members in, takes their pictures and their READMEs, and hands them to the site.
- [x] Manage authentication ✅ 2025-07-10

## Tokens

API tokens are generally preferred.
\`\`\`js
const response = await fetch('/api/login', {
    method: 'POST',
});
\`\`\`

%%nobody else's business%%
`;

export const HOSTILE = `---
title: '<img src=x onerror="globalThis.ran = true">'
description: "</pre><script>globalThis.ran = true</script>"
---

Text with <b>markup</b>, <script>globalThis.ran = true</script> and [a link](javascript:alert(1)).

\`\`\`html
<script>globalThis.ran = true</script>
\`\`\`
`;

/** A file as a browser's file chooser gives it. */
export function markdown(name, text) {
  return { name, mimeType: "text/markdown", buffer: Buffer.from(text) };
}

/** A picture of somebody, 640 x 480, as PNG. */
export function portrait() {
  const within = (x, y, cx, cy, rx, ry) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1;
  const buffer = png(640, 480, (x, y) => {
    const face = within(x, y, 320, 205, 88, 108);
    const hair = within(x, y, 320, 180, 108, 122) && y < 215;
    const coat = within(x, y, 320, 500, 215, 185);
    return face && y > 140 ? [222, 178, 144] : hair ? [62, 43, 34] : coat ? [140, 35, 24] : [226 - y / 8, 214 - y / 10, 190 - y / 12];
  });
  return { name: "portrait.png", mimeType: "image/png", buffer };
}

/** A PNG, each pixel's red, green and blue as `colour` gives them. */
export function png(width, height, colour) {
  const rows = Array.from({ length: height }, (_, y) => {
    const row = Buffer.alloc(1 + 3 * width);
    for (let x = 0; x < width; x += 1) {
      row.set(colour(x, y).map(Math.round), 1 + 3 * x);
    }
    return row;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const parts = [
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", Buffer.alloc(0)),
  ];
  return Buffer.concat(parts);
}

/** A GIF of two frames, a bar that jumps (GIF89a). Codes stay eight bits wide, since the table is cleared in time: a byte is a pixel. */
export function gif(edge = 48) {
  const size = [edge & 0xff, edge >> 8, edge & 0xff, edge >> 8];
  const frame = (bar) => {
    const codes = [];
    for (let at = 0; at < edge * edge; at += 1) {
      codes.push(...(at % 120 === 0 ? [128] : []), Math.floor(at / edge / (edge / 2)) === bar ? 1 : 0);
    }
    codes.push(129);
    const data = Buffer.from(codes);
    const blocks = [];
    for (let at = 0; at < data.length; at += 255) {
      const block = data.subarray(at, at + 255);
      blocks.push(Buffer.from([block.length]), block);
    }
    return Buffer.concat([
      Buffer.from([0x21, 0xf9, 4, 0, 50, 0, 0, 0, 0x2c, 0, 0, 0, 0, ...size, 0, 7]), ...blocks, Buffer.from([0]),
    ]);
  };
  const colours = Buffer.alloc(3 * 128, 0xee);
  colours.set([0x8c, 0x23, 0x18], 3);
  const repeat = Buffer.from("\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0", "latin1");
  return Buffer.concat([Buffer.from("GIF89a"), Buffer.from([...size, 0xf6, 0, 0]), colours, repeat, frame(0), frame(1), Buffer.from([0x3b])]);
}

/** A drawing as a program exports it: with a declaration, a style and words. */
export const DRAWING = `<?xml version="1.0" encoding="UTF-8"?>
<!-- Made by hand -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 120">
  <style>.beam { fill: #8c2318 }</style>
  <rect class="beam" x="20" y="20" width="200" height="16"/>
  <path d="M120 36V90" stroke="#334" stroke-width="6"/>
  <text x="120" y="112" text-anchor="middle" font-size="14">The crane</text>
</svg>
`;

/** An AVIF, 32 x 24 pixels: its left half is red, its right half transparent. */
export const AVIF = Buffer.from(
  "AAAAHGZ0eXBhdmlmAAAAAG1pZjFhdmlmbWlhZgAAAXBtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAABlAABAAAAAAAA" +
  "ACcAAgAAAAABuwABAAAAAAAAABgAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABhdjAxAAAAABVpbmZlAgAAAAACAABhdjAxAAAAAA5waXRtAAAAAAABAAAAr2lwcnAAAACKaXBj" +
  "bwAAAAxhdjFDgSACAAAAABRpc3BlAAAAAAAAACAAAAAYAAAAEHBpeGkAAAAAAwgICAAAAAxhdjFDgQAcAAAAAA5waXhpAAAAAAEIAAAAOGF1eEMAAAAAdXJuOm1wZWc6bXBlZ0I6Y2lj" +
  "cDpzeXN0ZW1zOmF1eGlsaWFyeTphbHBoYQAAAAAdaXBtYQAAAAAAAAACAAEDgQIDAAIEhAIFhgAAABppcmVmAAAAAAAAAA5hdXhsAAIAAQABAAAAR21kYXQSAAoIOBE/dtAQ0GkyGReC" +
  "YwTAADKAAAAAAEXPO79f9JKXKmcDUugSAAoFGBE/flUyDRZAAAEAo4PN0eZ4Fhw=",
  "base64",
);

/** What a HEIC picture begins with (ISO/IEC 23008-12): its brands, and a list of pictures with one in it. */
export function heic() {
  const box = (type, ...parts) => {
    const body = Buffer.concat(parts.map((part) => Buffer.from(part, "latin1")));
    const head = Buffer.alloc(8, type, "latin1");
    head.writeUInt32BE(8 + body.length, 0);
    head.write(type, 4, "latin1");
    return Buffer.concat([head, body]).toString("latin1");
  };
  const handler = box("hdlr", "\0\0\0\0\0\0\0\0pict", "\0".repeat(13));
  const main = box("pitm", "\0\0\0\0\0\x01");
  const items = box("iinf", "\0\0\0\0\0\x01", box("infe", "\x02\0\0\0\0\x01\0\0hvc1\0"));
  return Buffer.from(box("ftyp", "heic\0\0\0\0mif1heic") + box("meta", "\0\0\0\0", handler, main, items) + box("mdat", "\0".repeat(64)), "latin1");
}

/** A bitmap of 24 bits a pixel, as Windows has them; `colour` as for a PNG. */
export function bmp(width, height, colour) {
  const stride = Math.ceil((3 * width) / 4) * 4;
  const bytes = Buffer.alloc(54 + stride * height);
  bytes.write("BM");
  [[2, bytes.length], [10, 54], [14, 40], [18, width], [22, height], [34, stride * height]].forEach(([at, value]) => bytes.writeUInt32LE(value, at));
  bytes.set([1, 0, 24, 0], 26);
  for (let y = 0; y < height; y += 1) {
    // Rows go up, and colours from blue to red.
    for (let x = 0; x < width; x += 1) bytes.set(colour(x, y).map(Math.round).reverse(), 54 + stride * (height - 1 - y) + 3 * x);
  }
  return bytes;
}

/** A TIFF of one grey pixel (TIFF 6.0, section 4). */
export function tiff() {
  const entries = [[256, 3, 1], [257, 3, 1], [258, 3, 8], [259, 3, 1], [262, 3, 1], [273, 4, 8], [278, 3, 1], [279, 4, 1]];
  const bytes = Buffer.alloc(10 + 2 + 12 * entries.length + 4);
  bytes.write("II*\0\x0a\0\0\0\x80", "latin1");
  bytes.writeUInt16LE(entries.length, 10);
  entries.forEach(([tag, type, value], index) => {
    const at = 12 + 12 * index;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(1, at + 4);
    bytes.writeUInt32LE(value, at + 8);
  });
  return bytes;
}

/** A folder of notes as somebody has it who never read how: paths and bytes. */
export function vault() {
  const arm = png(900, 600, (x, y) => (Math.abs(x - y - 100) < 60 ? [140, 35, 24] : [236, 230, 214]));
  const screenshot = png(1400, 900, (x, y) => (y < 60 ? [60, 62, 70] : x % 90 < 60 && y % 40 < 14 ? [90, 90, 96] : [250, 250, 250]));
  const hall = png(700, 500, (x, y) => [120 + x / 7, 150 - y / 5, 120]);
  return {
    "README.md": "# The robot club\n\nWe meet on Fridays.\n\n![Our hall](img/hall.png)\n",
    "notes/Arm.md": "---\ntags: [robots]\n---\n\n# The arm\n\nIt lifts cups.\n\n![[arm.png|300]]\n\n![It waves](./img/wave.gif)\n\n![The plan on the wall](plan.png)\n\nBack to [[README]].\n",
    "notes/deep/Eye.md": "# The eye\n\nWhat it sees, upstairs: ![](../../img/hall.png)\n\n![A screenshot](Screenshot.png)\n",
    "notes/img/arm.png": arm,
    "notes/img/wave.gif": gif(),
    "notes/deep/Screenshot.png": screenshot,
    "img/hall.png": hall,
    "img/old.png": png(40, 40, () => [10, 90, 90]),
    "film.mp4": Buffer.from("\0\0\0\x18ftypmp42"),
    ".obsidian/app.json": "{}",
    ".DS_Store": "x",
  };
}

/** A ZIP archive of `files`, paths and bytes, as a Mac makes it: with a folder around and one of its own beside. */
export function zip(folder, files) {
  const listed = [];
  const parts = [];
  let at = 0;
  const entries = Object.entries(files).map(([path, bytes]) => [`${folder}/${path}`, Buffer.from(bytes)]);
  for (const [path, bytes] of [...entries, [`__MACOSX/${folder}/._README.md`, Buffer.from("x")]]) {
    const [name, packed] = [Buffer.from(path), deflateRawSync(bytes)];
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(8, 4);
    head.writeUInt32LE(crc32(bytes), 10);
    head.writeUInt32LE(packed.length, 14);
    head.writeUInt32LE(bytes.length, 18);
    head.writeUInt16LE(name.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    listed.push(Buffer.from("PK\x01\x02\x14\x03", "latin1"), head, rest, name);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), head, name, packed]);
    parts.push(local);
    at += local.length;
  }
  const list = Buffer.concat(listed);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(listed.length / 4, 8);
  end.writeUInt16LE(listed.length / 4, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return { name: `${folder}.zip`, mimeType: "application/zip", buffer: Buffer.concat([...parts, list, end]) };
}

/** What the phone's photo says of the place, as text beside its coordinates. */
export const PLACE = "52 deg 31 min north, 13 deg 24 min east";

/**
 * A photo as a phone makes it: 12 megapixels and more than 12 MB of JPEG, held upright, so stored
 * lying down with orientation 6, and with the place in its EXIF. `page` draws it.
 *
 * Its corners are red, green (top), blue and yellow (bottom) in the square that becomes of it.
 */
export async function phonePhoto(page) {
  const base64 = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 4032, height: 3024 });
    const context = canvas.getContext("2d");
    // From here on upright, 3024 wide and 4032 high: what is up is stored at the left.
    context.setTransform(0, -1, 1, 0, 0, 3024);
    context.fillStyle = "#8fb6d8";
    context.fillRect(0, 0, 3024, 4032);
    // The square is moved up by a quarter of what is cut off: it begins 252 pixels from the top.
    const [left, right, top, bottom] = [0, 2424, 252, 252 + 2424];
    for (const [colour, x, y] of [["#d01818", left, top], ["#10a030", right, top], ["#1830d0", left, bottom], ["#e8d010", right, bottom]]) {
      context.fillStyle = colour;
      context.fillRect(x, y, 600, 600);
    }
    const ellipse = (colour, x, y, rx, ry) => {
      context.fillStyle = colour;
      context.beginPath();
      context.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
      context.fill();
    };
    ellipse("#8c2318", 1512, 3700, 1100, 1500);
    ellipse("#3e2b22", 1512, 1500, 700, 820);
    ellipse("#deb290", 1512, 1620, 560, 700);
    for (const x of [1300, 1724]) {
      ellipse("#ffffff", x, 1500, 110, 70);
      ellipse("#302018", x, 1500, 50, 50);
    }
    ellipse("#a03830", 1512, 1980, 200, 60);
    const pixels = context.getImageData(0, 0, 4032, 3024);
    let grain = 1;
    for (let at = 0; at < pixels.data.length; at += 1) {
      if (at % 4 !== 3) {
        grain = (Math.imul(grain, 1664525) + 1013904223) >>> 0;
        pixels.data[at] += 1.2 * ((grain >>> 26) - 32);
      }
    }
    context.putImageData(pixels, 0, 0);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.99));
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 32768) {
      text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    }
    return btoa(text);
  });
  const jpeg = Buffer.from(base64, "base64");
  const buffer = Buffer.concat([jpeg.subarray(0, 2), exif(), jpeg.subarray(2)]);
  return { name: "IMG_0815.JPG", mimeType: "image/jpeg", buffer };
}

/** An EXIF segment: orientation 6, a description and GPS coordinates (CIPA DC-008, big-endian). */
function exif() {
  const entry = (tag, type, count, value) => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16BE(tag, 0);
    bytes.writeUInt16BE(type, 2);
    bytes.writeUInt32BE(count, 4);
    value.copy(bytes, 8);
    return bytes;
  };
  const long = (number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(number);
    return bytes;
  };
  const folder = (entries) => {
    const count = Buffer.alloc(2);
    count.writeUInt16BE(entries.length);
    return Buffer.concat([count, ...entries, long(0)]);
  };
  const rationals = (...numbers) => Buffer.concat(numbers.flatMap((number) => [long(number), long(1)]));
  const place = Buffer.from(`${PLACE}\0`, "latin1");
  const gps = 8 + 2 + 3 * 12 + 4;
  const data = gps + 2 + 4 * 12 + 4;
  const tiff = Buffer.concat([
    Buffer.from("MM\0*\0\0\0\x08", "latin1"),
    folder([entry(0x010e, 2, place.length, long(data + 48)), entry(0x0112, 3, 1, Buffer.from([0, 6])), entry(0x8825, 4, 1, long(gps))]),
    folder([
      entry(1, 2, 2, Buffer.from("N\0")),
      entry(2, 5, 3, long(data)),
      entry(3, 2, 2, Buffer.from("E\0")),
      entry(4, 5, 3, long(data + 24)),
    ]),
    rationals(52, 31, 12),
    rationals(13, 24, 18),
    place,
  ]);
  const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** A chunk of a PNG file (PNG specification, section 5.3). */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}
