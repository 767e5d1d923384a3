import { expect, test } from 'vitest';
import { thumbnail } from '../src/folder/sizes.js';

const BASE = 'https://club.example/files/jo/0f3a';

test('the smallest rendition’s address follows from the largest one’s', () => {
  const sizes = [[1920, 1280, '480x320'], [1920, 1, '480x1'], [480, 9, '480x9'], [481, 1000, '480x998'], [960, 721, '480x361'], [40, 64, '40x64']];
  for (const [width, height, expected] of sizes) expect(thumbnail(`${BASE}-${width}x${height}.webp`)?.url).toBe(`${BASE}-${expected}.webp`);
  expect(thumbnail(`${BASE}-1920x2560.webp`)).toEqual({ url: `${BASE}-480x640.webp`, width: 480, height: 640 });
});

test('a drawing is one for every size', () => {
  expect(thumbnail(`${BASE}-1920x1280.svg`)).toEqual({ url: `${BASE}-1920x1280.svg`, width: 1920, height: 1280 });
});

test('what is no rendition has none', () => {
  for (const url of [`${BASE}.pdf`, `${BASE}-0x4.webp`, `${BASE}-1920x1280.png`]) expect(thumbnail(url)).toBe(undefined);
});
