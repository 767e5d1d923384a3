// The addresses of a picture's smaller renditions, which follow from the largest one's.

/** Width of the renditions that lists show, in pixels. */
const WIDTH = 480;
const RENDITION = /^(.*)-(\d+)x(\d+)\.webp$/;

/** A rendition at most 480 pixels wide, with its size in pixels; nothing where `url` is no rendition's. */
export function thumbnail(url: string): { url: string; width: number; height: number } | undefined {
  const [, upload, ...size] = RENDITION.exec(url) ?? [];
  const [width, height] = size.map(Number);
  if (!width || !height) return undefined;
  if (width <= WIDTH) return { url, width, height };
  const lower = Math.max(1, Math.floor((height * WIDTH + Math.floor(width / 2)) / width));
  return { url: `${upload}-${WIDTH}x${lower}.webp`, width: WIDTH, height: lower };
}
