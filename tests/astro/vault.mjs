// A folder as somebody has it who never read how Masthead wants it: notes in folders, pictures beside and above them,
// Obsidian's embeds, a GIF that moves, and what isn't for anybody.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DRAWING, portrait } from '../browser/files.mjs';

const README = `# Harbour survey

What the old chart says, and what the lead line says.

![The harbour in 1911](img/Chart.png)
`;
const PRAM = `---
tags: [boats]
cover: ./pram.png
---

# The pram

![Bottom boards](./pram.png "From below")

The same stove as in the shed:

![The stove](../../stove.png)

[The plan](../../papers/Plan%20of%201911.pdf)
`;
const TIDES = `# Tides

![[wave.gif]]

![How the crane lifts](../drawings/Crane.svg)

The chart again, small: ![[chart.png|300]]. See [[pram]].

<img src="../img/Chart.png" width="200" alt="The chart, as HTML">
`;
const LOGBOOK = `# Logbook

![The mooring](pictures/mooring.png)
`;

/** As many pixels follow each other before the code table would grow, so that every code has eight bits. */
const RUN = 120;

/** A GIF of two frames, 48 x 24 (GIF89a, with codes that never grow). */
export function gif() {
  const [width, height] = [48, 24];
  const size = [width, 0, height, 0];
  const palette = Array.from({ length: 128 }, (_, at) => [at, 90, 255 - at]).flat();
  const frame = (shift) => {
    const codes = [];
    for (let at = 0; at < width * height; at += 1) {
      if (at % RUN === 0) codes.push(128);
      codes.push((2 * (at % width) + shift) % 128);
    }
    codes.push(129);
    const blocks = [];
    for (let at = 0; at < codes.length; at += 255) blocks.push(Math.min(255, codes.length - at), ...codes.slice(at, at + 255));
    return [0x21, 0xf9, 4, 0, 20, 0, 0, 0, 0x2c, 0, 0, 0, 0, ...size, 0, 7, ...blocks, 0];
  };
  const loop = [0x21, 0xff, 11, ...Buffer.from('NETSCAPE2.0'), 3, 1, 0, 0, 0];
  return Buffer.from([...Buffer.from('GIF89a'), ...size, 0xf6, 0, 0, ...palette, ...loop, ...frame(0), ...frame(64), 0x3b]);
}

/** The folder's files by their paths. */
export const FILES = {
  'README.md': README,
  'stove.png': portrait().buffer,
  'img/Chart.png': portrait().buffer,
  'notes/boats/pram.md': PRAM,
  'notes/boats/pram.png': portrait().buffer,
  'notes/Tides.md': TIDES,
  'Logbook.md': LOGBOOK,
  'attachments/wave.gif': gif(),
  'drawings/Crane.svg': DRAWING,
  'papers/Plan of 1911.pdf': Buffer.from('%PDF-1.7\n%%EOF\n'),
  'private/diary.png': portrait().buffer,
  'film.mp4': Buffer.from('\0\0\0\x18ftypmp42'),
  '.obsidian/app.json': '{}',
  'Thumbs.db': 'x',
};

/** Writes the folder, and gives its path. */
export function written(root) {
  for (const [path, content] of Object.entries(FILES)) {
    const to = join(root, path);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, content);
  }
  return root;
}
