// The sizes of a document's picture, of which its address tells the largest.

/** Width and height in pixels. @typedef {readonly [width: number, height: number]} Size */

/** Greatest widths of a document's pictures, in pixels, largest first: `WIDTHS` of shared/picture/src/wide.rs. @type {readonly [number, number, number]} */
export const WIDTHS = [1920, 960, 480];
/** The address of a rendition, and that of a drawing, which is one for every size. */
const RENDITION = /^(.*)-(\d+)x(\d+)\.(webp|svg)$/;

/**
 * The sizes of a picture's renditions, largest first: as `sizes` of shared/picture/src/wide.rs has them.
 *
 * @param {Size} largest
 * @returns {Size[]}
 */
export function sizesOf(largest) {
  return [largest, ...WIDTHS.filter((width) => width < largest[0]).map((width) => /** @type {const} */ ([width, heightAt(largest, width)]))];
}

/**
 * The height of a picture at another width: the nearest whole number of pixels, at least one.
 *
 * @param {Size} size
 * @param {number} at
 */
export function heightAt([width, height], at) {
  return Math.max(1, Math.floor((height * at + Math.floor(width / 2)) / width));
}

/**
 * What lists show of a picture: its smallest rendition, with its size in pixels; nothing where `url` is no picture's.
 *
 * @param {string} url of the largest rendition
 * @returns {{ url: string, width: number, height: number } | undefined}
 */
export function thumbnail(url) {
  const [, upload, wide, high, ending] = RENDITION.exec(url) ?? [];
  /** @type {Size} */
  const largest = [Number(wide), Number(high)];
  if (!largest[0] || !largest[1]) return undefined;
  const [width, height] = ending === 'svg' ? largest : (sizesOf(largest).at(-1) ?? largest);
  return { url: `${upload}-${width}x${height}.${ending}`, width, height };
}
