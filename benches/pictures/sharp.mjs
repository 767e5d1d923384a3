// node sharp.mjs FILE RUNS square|wide|tried: the same three renditions by sharp, and what they took, as JSON.
// "tried" makes each both lossy and near-lossless, and keeps the smaller one, as Masthead does for screenshots.

import { readFile } from "node:fs/promises";
import sharp from "sharp";

const [file, runs, kind] = process.argv.slice(2);
const bytes = await readFile(file);
// What is measured is one picture after the other, as a function gets them.
sharp.cache(false);

async function square() {
  const { width, height } = await sharp(bytes).metadata();
  const edge = Math.min(width, height);
  const [left, top] = [Math.floor((width - edge) / 2), Math.floor((height - edge) / 2)];
  // Decoded once: the smaller ones are made of the largest, as Masthead does.
  const { data, info } = await sharp(bytes)
    .extract({ left, top, width: edge, height: edge })
    .resize(512, 512, { kernel: "lanczos3", fastShrinkOnLoad: false })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const made = [];
  for (const size of [512, 256, 96]) {
    const { width, height, channels } = info;
    const image = sharp(data, { raw: { width, height, channels } });
    made.push(await (size === 512 ? image : image.resize(size, size)).webp({ quality: 85, effort: 4 }).toBuffer());
  }
  return made.map((file) => file.length);
}

async function wide() {
  let image = sharp(bytes).resize(1920, null, { kernel: "lanczos3", fastShrinkOnLoad: false }).rotate();
  const made = [];
  for (const width of [1920, 960, 480]) {
    const { data, info } = await image.toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
    const { height, channels } = info;
    const raw = { width, height, channels };
    const files = [await sharp(data, { raw }).webp({ quality: 85, effort: 4 }).toBuffer()];
    if (kind === "tried") files.push(await sharp(data, { raw }).webp({ nearLossless: true, quality: 40, effort: 3 }).toBuffer());
    made.push(Math.min(...files.map((file) => file.length)));
    image = sharp(data, { raw }).resize(width / 2, null, { kernel: "lanczos3" });
  }
  return made;
}

const renditions = kind === "square" ? square : wide;
let bytesOut = await renditions();
const times = [];
const before = process.cpuUsage();
for (let run = 0; run < Number(runs); run += 1) {
  const started = performance.now();
  bytesOut = await renditions();
  times.push(performance.now() - started);
}
const { user, system } = process.cpuUsage(before);
times.sort((one, other) => one - other);
const result = {
  name: kind === "tried" ? "sharp, both kinds" : "sharp",
  wall: times[Math.floor(times.length / 2)],
  processor: (user + system) / 1000 / Number(runs),
  memory: process.resourceUsage().maxRSS / 1024,
  bytes: bytesOut,
};
console.log(JSON.stringify(result));
