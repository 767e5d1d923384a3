// What members upload, made here.

import { deflateSync } from "node:zlib";

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
  const [width, height] = [640, 480];
  const within = (x, y, cx, cy, rx, ry) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1;
  const rows = [];
  for (let y = 0; y < height; y += 1) {
    const row = Buffer.alloc(1 + 3 * width);
    for (let x = 0; x < width; x += 1) {
      const face = within(x, y, 320, 205, 88, 108);
      const hair = within(x, y, 320, 180, 108, 122) && y < 215;
      const coat = within(x, y, 320, 500, 215, 185);
      const colour = face && y > 140 ? [222, 178, 144] : hair ? [62, 43, 34] : coat ? [140, 35, 24] : [226 - y / 8, 214 - y / 10, 190 - y / 12];
      row.set(colour.map(Math.round), 1 + 3 * x);
    }
    rows.push(row);
  }
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
  return { name: "portrait.png", mimeType: "image/png", buffer: Buffer.concat(parts) };
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
