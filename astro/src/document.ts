// A published file: its frontmatter and its Markdown.

import yaml from 'js-yaml';
import { guarded } from './guards.js';
import type { Answer } from './http.js';
import type { ManifestEntry, Picture } from './manifest.js';
import { neutralData } from './neutral.js';

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
  /** What it says of itself, with no mark in it that Astro takes for a command, and no HTML where themes print some. */
  frontmatter: Record<string, unknown>;
  /** The same, and what the loader adds. */
  data: Record<string, unknown>;
  /** As it was written. */
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
  const { data, body } = blockOf(text);
  if (!data) throw new Error('the file has no frontmatter');
  const about: About = {
    handle: entry.id.split('/')[0] ?? entry.id,
    url: entry.url,
    updated: new Date(entry.updated),
    picture: entry.picture,
  };
  const frontmatter = guarded(neutralData(data));
  return { frontmatter, data: { ...frontmatter, masthead: about }, body: body.trim() };
}

/**
 * The digest of the file that came, as the list would have it. A cache on the way may still have the one before: whoever
 * kept that as the one of the list would never ask for it again.
 */
export function digestOf({ etag }: Answer, { digest }: ManifestEntry): string {
  // Whoever changes an ETag on the way gives it another form, as a rule.
  const [, came] = /^(?:W\/)?"([0-9a-f]{32}(?:-[0-9]+)?)"$/.exec(etag ?? '') ?? [];
  return came ?? digest;
}

/**
 * A file's frontmatter, where it has any, and the text behind it.
 *
 * @throws {Error} where there is one that can't be read; the message is a sentence.
 */
export function blockOf(text: string): { data: Record<string, unknown> | undefined; body: string } {
  const found = FRONTMATTER.exec(text);
  if (!found) return { data: undefined, body: text };
  let data: unknown;
  try {
    data = yaml.load(found[1] ?? '');
  } catch (error) {
    throw new Error(`the frontmatter can't be read: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw new Error('the frontmatter is no map');
  return { data: data as Record<string, unknown>, body: text.slice(found[0].length) };
}

/** A parser makes elements of each pair, far more than are set: a mebibyte of them takes gigabytes of memory. */
const MAX_DOLLARS = 20_000;

/** Whether a document has formulas, as its converter says of it, and not so many that a build would suffer: then they stay as they are written. */
export function hasFormulas({ frontmatter: { derived }, body }: Document): boolean {
  if (body.split('$', MAX_DOLLARS + 2).length > MAX_DOLLARS + 1) return false;
  const features = typeof derived === 'object' && derived !== null && 'features' in derived ? derived.features : undefined;
  return Array.isArray(features) && features.includes('math');
}
