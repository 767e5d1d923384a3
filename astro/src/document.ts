// A published file: its frontmatter, its Markdown, and what a page may safely show of it.

import yaml from 'js-yaml';
import type { ManifestEntry, Picture } from './manifest.js';

/** What the loader adds to an entry's own data, under the key `masthead`. */
export interface About {
  /** The member's name in addresses: the first part of the id. */
  handle: string;
  /** Where the file is. */
  url: string;
  /** When the file was last written. */
  updated: Date;
  /** The member's profile picture, where they have one. */
  picture: Picture | null;
}

export interface Document {
  data: Record<string, unknown>;
  body: string;
}

// Masthead writes the block itself, as the first thing in the file.
const FRONTMATTER = /^---\r?\n([\s\S]*?\r?\n)---[ \t]*\r?\n?/;

/**
 * Takes a published file apart.
 *
 * @throws {Error} where it has no readable frontmatter; the message is a sentence.
 */
export function readDocument(text: string, entry: ManifestEntry): Document {
  const found = FRONTMATTER.exec(text);
  if (!found) throw new Error('the file has no frontmatter');
  let data: unknown;
  try {
    data = yaml.load(found[1] ?? '');
  } catch (error) {
    throw new Error(`the frontmatter can't be read: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw new Error('the frontmatter is no map');
  const about: About = {
    handle: entry.id.split('/')[0] ?? entry.id,
    url: entry.url,
    updated: new Date(entry.updated),
    picture: entry.picture,
  };
  return { data: { ...data, masthead: about }, body: text.slice(found[0].length).trim() };
}

// @astrojs/markdown-satteri and -remark, the plugin that marks images.
const MARKED_IMAGE = /__ASTRO_IMAGE_="([^"]+)"/g;

/**
 * Gives images that Astro has marked for its own processing their plain attributes back.
 *
 * Astro would fetch such an image while it builds, and fail where there is none: a member's file
 * must not be able to do that. An image of the build machine's own files loses its address.
 */
export function plainImages(html: string): string {
  return html.replace(MARKED_IMAGE, (_marker, json: string) => {
    const attributes: Record<string, unknown> = JSON.parse(unescape(json));
    const { src, index: _index, inferSize: _inferSize, ...others } = attributes;
    // Astro has decoded the address.
    const address = typeof src === 'string' && /^https?:/i.test(src) ? URL.parse(src)?.href : undefined;
    const kept: Record<string, unknown> = { src: address, ...others };
    return Object.entries(kept)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => `${name}="${escape(String(value))}"`)
      .join(' ');
  });
}

const unescape = (text: string) =>
  text.replace(/&(?:#x22|quot);/g, '"').replace(/&(?:#x27|apos);/g, "'").replace(/&(?:#x3C|lt);/gi, '<').replace(/&(?:#x3E|gt);/gi, '>').replace(/&(?:amp|#x26|#38);/g, '&');

const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
