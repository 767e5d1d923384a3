// The frontmatter of a published file, as Zod reads it: `shared/frontmatter/entry.schema.json` in
// other words. The tests hold the two against each other.

import { z } from 'astro/zod';
import { loose, strict } from './objects.js';

const TIME = /^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$/;

/** Dates are read by YAML; some stand in quotes for the sake of themes that want a string. */
const time = z.union([z.date(), z.string().regex(TIME).transform((text) => new Date(text))]);
const line = z.string().min(1).regex(/^[^\n\r]*$/);
const lines = z.array(line).min(1);
const strings = z.array(z.string());
const count = z.number().int().min(0);
/** An absolute address, or the bytes of a small picture; never a path. */
const picture = z.string().regex(/^(https?:|data:image\/(png|jpeg|gif|webp);base64,)/);
const addresses = z.array(z.string()).max(200).refine(areUnique, 'stands there twice');
const neighbour = z.union([z.boolean(), z.string(), strict({ link: z.string().optional(), label: z.string().optional() })]);
const map = z.record(z.string(), z.unknown());
/** What would be dangerous, or no use to any theme. */
const absent = z.undefined().optional();

/** Made anew at each conversion from the body; an author's own value never stands here. */
const derived = strict({
  schema: z.literal(1),
  converter: z.string().regex(/^masthead\//),
  bodySha256: z.string().regex(/^[0-9a-f]{64}$/),
  filled: strings.default([]),
  warnings: strings.default([]),
  words: count,
  readingMinutes: z.number().int().min(1),
  headings: z.array(strict({ depth: z.number().int().min(1).max(6), id: z.string(), text: z.string() })).max(500).default([]),
  links: z.preprocess((value) => (value === undefined ? {} : value), strict({
    external: addresses.default([]),
    internal: addresses.default([]),
    wiki: z.array(strict({
      target: z.string(),
      heading: z.string().optional(),
      text: z.string().optional(),
      embed: z.boolean(),
      resolved: z.boolean(),
    })).max(200).default([]),
  })),
  tasks: strict({
    total: count,
    done: count,
    lastDone: z.union([z.date(), z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])/).transform((text) => new Date(text))]).optional(),
  }).optional(),
  codeLanguages: strings.default([]),
  badges: z.array(strict({ alt: z.string().optional(), image: z.string(), href: z.string().optional() })).max(50).default([]),
  callouts: z.array(strict({
    type: z.string(),
    metadata: z.string().optional(),
    fold: z.enum(['+', '-']).optional(),
    title: z.string().optional(),
    line: z.number().int().min(1),
  })).default([]),
  features: z.array(z.enum(['math', 'mermaid', 'callouts', 'footnotes', 'tables', 'html'])).refine(areUnique, 'stands there twice').default([]),
});

/** What the loader knows of an entry beside its file. */
const about = z.object({
  handle: z.string(),
  url: z.string(),
  updated: z.date(),
  picture: z.object({ 96: z.string(), 256: z.string(), 512: z.string() }).nullable(),
});

/**
 * The data of an entry. Keys that are not named here are the author's own and stay.
 *
 * A site that knows more of its members' files extends it:
 * `mastheadSchema.extend({ course: z.string().optional() })`.
 */
export const mastheadSchema = loose({
  title: line,
  description: z.string().regex(/^[^\n\r]*$/),
  slug: z.string().regex(/^[a-z0-9-]+(\/[a-z0-9-]+)?$/).max(200),
  date: time,
  updated: time.optional(),
  author: line,
  authors: lines.optional(),
  tags: z.array(z.string().min(1).refine((tag) => [...tag].length <= 64, 'is longer than 64 characters')).min(1).max(50).refine(areUnique, 'stands there twice').optional(),
  category: line.optional(),
  categories: lines.optional(),
  image: picture.optional(),
  imageAlt: line.optional(),
  draft: z.boolean(),
  lang: z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/).optional(),
  dir: z.enum(['ltr', 'rtl']).optional(),
  license: line.optional(),
  aliases: lines.optional(),

  // What themes call the same things.
  pubDate: time.optional(),
  pubDatetime: time.optional(),
  publishDate: time.optional(),
  published: time.optional(),
  updatedDate: time.optional(),
  modDatetime: time.optional(),
  updateDate: time.optional(),
  lastUpdated: z.union([time, z.literal(false)]).optional(),
  excerpt: z.string().optional(),
  ogImage: picture.optional(),

  // What means something to a theme.
  head: z.array(strict({
    tag: z.enum(['title', 'meta']),
    attrs: z.record(z.string(), z.union([z.string(), z.boolean()])).optional(),
    content: z.string().optional(),
  })).optional(),
  template: z.enum(['doc', 'splash']).optional(),
  hero: map.optional(),
  sidebar: map.optional(),
  metadata: map.optional(),
  metrics: map.optional(),
  banner: loose({ content: z.string() }).optional(),
  prev: neighbour.optional(),
  next: neighbour.optional(),
  prevTitle: z.string().optional(),
  nextTitle: z.string().optional(),
  editUrl: z.union([z.string(), z.boolean()]).optional(),
  pagefind: z.boolean().optional(),
  featured: z.boolean().optional(),
  pinned: z.boolean().optional(),
  hideEditPost: z.boolean().optional(),
  tableOfContents: z.union([z.boolean(), z.record(z.string(), z.number().int())]).optional(),
  order: z.number().optional(),
  canonicalURL: z.string().optional(),
  timezone: z.string().optional(),
  layout: absent,
  cover: absent,
  coverImage: absent,
  heroImage: absent,

  /** What the author wrote under a key that holds something else. */
  extra: map.optional(),
  derived,
  /** Set by the loader. */
  masthead: about.optional(),
});

/** An entry's data, as pages get it. */
export type MastheadEntry = z.output<typeof mastheadSchema>;

function areUnique(items: readonly string[]): boolean {
  return new Set(items).size === items.length;
}
