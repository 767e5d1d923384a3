// What the address of a member's picture tells of it: its size, and where its smaller ones are. Nothing is fetched.

import { sizesOf, WIDTHS, type Size } from './folder/sizes.js';

/** What an `<img>` needs: with the size a page doesn't jump, and with the set a browser takes what it has use for. */
export interface Rendered {
  src: string;
  /** In pixels. */
  width?: number;
  /** In pixels. */
  height?: number;
  /** Every size there is, each with its width; missing where there is but one. */
  srcset?: string;
}

/** Greatest height of a WebP file, in pixels. */
const MAX_HEIGHT = 16_383;
/** Edges of profile pictures, in pixels. */
const EDGES = [512, 256, 96];
/** No character of it means anything in a set of pictures or in HTML. */
const SERVER = String.raw`https?://[^\s\\?#,"'<>&]+`;
/** A file of a document, `…/files/<handle>/<upload>-<width>x<height>.webp`. */
const FILE = new RegExp(String.raw`^(${SERVER}/files/[a-z0-9-]+/[0-9a-f]{32})-([1-9]\d{0,3})x([1-9]\d{0,4})\.webp$`);
/** A profile picture, `…/pictures/<handle>/<upload>-<edge>.webp`. */
const PROFILE = new RegExp(String.raw`^(${SERVER}/pictures/[a-z0-9-]+/[0-9a-f]{32})-(${EDGES.join('|')})\.webp$`);

/**
 * What an `<img>` needs to show the picture at an address, such as an entry's `image`: `<img {...picture(data.image)} alt="" />`.
 * Of a picture that is no member's it is the address alone.
 *
 * The host doesn't count: Masthead may serve pictures under another name than the site knows, and an address of this form on a
 * foreign host leads to that host with or without its size.
 */
export function picture(address: string): Rendered {
  const [, file, ...size] = FILE.exec(address) ?? [];
  const [width = 0, height = 0] = size.map(Number);
  if (file !== undefined && width <= WIDTHS[0] && height <= MAX_HEIGHT) {
    return rendered(address, [width, height], certain([width, height]).map(([width, height]) => [`${file}-${width}x${height}.webp`, width]));
  }
  const [, profile, edge] = PROFILE.exec(address) ?? [];
  if (profile !== undefined) return rendered(address, [Number(edge), Number(edge)], EDGES.map((edge) => [`${profile}-${edge}.webp`, edge]));
  return { src: address };
}

function rendered(src: string, [width, height]: Size, set: [address: string, width: number][]): Rendered {
  const srcset = set.map(([address, width]) => `${address} ${width}w`).join(', ');
  return { src, width, height, ...(set.length > 1 ? { srcset } : {}) };
}

/**
 * Those sizes that a picture surely has. Somebody may have copied the address of a smaller rendition out of a page: where its
 * height was rounded up from a half, the next one's height is another than follows from it.
 */
function certain(size: Size): Size[] {
  const [width, height] = size;
  return width === WIDTHS[1] && height % 2 === 1 ? [size] : sizesOf(size);
}
