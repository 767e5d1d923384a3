// The small picture that lists show of a file.

import { sizesOf } from './renditions.js';

const RENDITION = /^(.*)-(\d+)x(\d+)\.webp$/;

/** The smallest rendition of a picture, with its size in pixels; nothing where `url` is no rendition's. */
export function thumbnail(url: string): { url: string; width: number; height: number } | undefined {
  const [, upload, ...size] = RENDITION.exec(url) ?? [];
  const [width, height] = size.map(Number);
  const smallest = width && height ? sizesOf([width, height]).at(-1) : undefined;
  return smallest && { url: `${upload}-${smallest[0]}x${smallest[1]}.webp`, width: smallest[0], height: smallest[1] };
}
