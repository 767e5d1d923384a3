// What takes our frontmatter: eight themes' schemas and our own collection's, in Zod.
//
// Restated from the themes' sources, which are named at each. `image()` stands for Astro's helper: it
// takes a string, and looks for the file only when the page is built.
import { z } from 'zod';

const image = () => z.string();
const strings = z.array(z.string());

const badge = z.union([z.string(), z.object({
  variant: z.enum(['note', 'danger', 'success', 'caution', 'tip', 'default']).default('default'),
  text: z.string(),
  class: z.string().optional(),
})]).optional();
const neighbour = z.union([z.boolean(), z.string(), z.strictObject({ link: z.string().optional(), label: z.string().optional() })]).optional();

// withastro/starlight, packages/starlight/schema.ts and schemas/
const starlight = z.object({
  title: z.string(),
  description: z.string().optional(),
  editUrl: z.union([z.url(), z.boolean()]).optional(),
  head: z.array(z.object({
    tag: z.enum(['title', 'base', 'link', 'style', 'meta', 'script', 'noscript', 'template']),
    attrs: z.record(z.string(), z.union([z.string(), z.boolean()])).optional(),
    content: z.string().optional(),
  }).refine(({ tag, content }) => tag !== 'meta' || content === undefined)).default([]),
  tableOfContents: z.union([
    z.object({
      minHeadingLevel: z.int().min(1).max(6).optional().default(2),
      maxHeadingLevel: z.int().min(1).max(6).optional().default(3),
    }).refine((toc) => toc.minHeadingLevel <= toc.maxHeadingLevel),
    z.boolean(),
  ]).optional(),
  template: z.enum(['doc', 'splash']).default('doc'),
  hero: z.object({
    title: z.string().optional(),
    tagline: z.string().optional(),
    image: z.object({
      alt: z.string().default(''), file: image().optional(), dark: image().optional(), light: image().optional(), html: z.string().optional(),
    }).optional(),
    actions: z.array(z.object({
      text: z.string(), link: z.string(), variant: z.enum(['primary', 'secondary', 'minimal']).default('minimal'), icon: z.string().startsWith('<svg').optional(),
    })).default([]),
  }).optional(),
  lastUpdated: z.union([z.date(), z.boolean()]).optional(),
  prev: neighbour,
  next: neighbour,
  sidebar: z.object({
    order: z.number().optional(),
    label: z.string().optional(),
    hidden: z.boolean().default(false),
    badge,
    attrs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
  }).prefault({}),
  banner: z.object({ content: z.string() }).optional(),
  pagefind: z.boolean().default(true),
  draft: z.boolean().default(false),
});

// withastro/astro, examples/blog/src/content.config.ts
const blog = z.object({
  title: z.string(),
  description: z.string(),
  pubDate: z.coerce.date(),
  updatedDate: z.coerce.date().optional(),
  heroImage: z.optional(image()),
});

// satnaing/astro-paper, src/content.config.ts
const astropaper = z.object({
  author: z.string().default('Site'),
  pubDatetime: z.date(),
  modDatetime: z.date().optional().nullable(),
  title: z.string(),
  featured: z.boolean().optional(),
  draft: z.boolean().optional(),
  tags: strings.default(['others']),
  ogImage: image().or(z.string()).optional(),
  description: z.string(),
  canonicalURL: z.string().optional(),
  hideEditPost: z.boolean().optional(),
  timezone: z.string().optional(),
  mermaid: z.boolean().optional(),
});

// onwidget/astrowind, src/content/config.ts
const astrowind = z.object({
  publishDate: z.date().optional(),
  updateDate: z.date().optional(),
  draft: z.boolean().optional(),
  title: z.string(),
  excerpt: z.string().optional(),
  image: z.string().optional(),
  category: z.string().optional(),
  tags: strings.optional(),
  author: z.string().optional(),
  metadata: z.object({
    title: z.string().optional(),
    ignoreTitleTemplate: z.boolean().optional(),
    canonical: z.url().optional(),
    robots: z.object({ index: z.boolean().optional(), follow: z.boolean().optional() }).optional(),
    description: z.string().optional(),
    openGraph: z.object({
      url: z.string().optional(),
      siteName: z.string().optional(),
      images: z.array(z.object({ url: z.string(), width: z.number().optional(), height: z.number().optional() })).optional(),
      locale: z.string().optional(),
      type: z.string().optional(),
    }).optional(),
    twitter: z.object({ handle: z.string().optional(), site: z.string().optional(), cardType: z.string().optional() }).optional(),
  }).optional(),
});

// saicaca/fuwari, src/content/config.ts
const fuwari = z.object({
  title: z.string(),
  published: z.date(),
  updated: z.date().optional(),
  draft: z.boolean().optional(),
  description: z.string().optional(),
  image: z.string().optional(),
  tags: strings.optional(),
  category: z.string().optional().nullable(),
  lang: z.string().optional(),
  prevTitle: z.string().default(''),
  prevSlug: z.string().default(''),
  nextTitle: z.string().default(''),
  nextSlug: z.string().default(''),
});

// HiDeoo/starlight-blog, packages/starlight-blog/schema.ts, beside Starlight's own
const author = z.object({ name: z.string().min(1), title: z.string().optional(), picture: z.string().optional(), url: z.url().optional() });
const starlightBlog = starlight.extend({
  authors: z.union([z.string(), author, z.array(z.union([z.string(), author]))]).optional(),
  date: z.date().optional(),
  excerpt: z.string().optional(),
  tags: strings.optional(),
  cover: z.union([
    z.object({ alt: z.string(), image: image() }),
    z.object({ alt: z.string(), dark: image(), light: image() }),
  ]).optional(),
  featured: z.boolean().optional(),
  metrics: z.object({ readingTime: z.number().optional(), words: z.number().optional() }).optional(),
});

// chrismwilliams/astro-theme-cactus, src/content.config.ts, collection `post`. Not held here: titles of
// at most 60 characters, and the collection `note`, whose `publishDate` is a string where AstroWind
// wants a date.
const cactus = z.object({
  title: z.string(),
  description: z.string(),
  coverImage: z.object({ alt: z.string(), src: image() }).optional(),
  draft: z.boolean().default(false),
  ogImage: z.string().optional(),
  tags: strings.default([]),
  publishDate: z.string().or(z.date()),
  updatedDate: z.string().optional(),
  pinned: z.boolean().default(false),
  footnotesSidebar: z.boolean().default(false),
  tocSidebar: z.boolean().default(true),
});

// jktrn/astro-erudite, src/content.config.ts. Not held here: `authors` must name existing entries.
const erudite = z.object({
  title: z.string(),
  description: z.string(),
  date: z.coerce.date(),
  order: z.number().optional(),
  tags: strings.optional(),
  authors: strings,
  image: image().optional(),
  draft: z.boolean().optional(),
});

export const themes = { starlight, blog, astropaper, astrowind, fuwari, 'starlight-blog': starlightBlog, cactus, erudite };

/** A collection of our own, as `docs/conversion.md` describes it (3.1). */
export const own = z.object({
  title: z.string().min(1),
  description: z.string().default(''),
  slug: z.string().optional(),
  date: z.coerce.date(),
  updated: z.coerce.date().optional(),
  author: z.string(),
  authors: strings.default([]),
  tags: strings.default([]),
  aliases: strings.default([]),
  category: z.string().optional(),
  categories: strings.optional(),
  image: z.string().optional(),
  imageAlt: z.string().optional(),
  lang: z.string().optional(),
  dir: z.enum(['ltr', 'rtl']).optional(),
  license: z.string().optional(),
  draft: z.boolean().default(false),
  extra: z.record(z.string(), z.unknown()).default({}),
  derived: z.object({
    schema: z.literal(1),
    converter: z.string(),
    bodySha256: z.string().length(64),
    filled: strings.default([]),
    warnings: strings.default([]),
    words: z.int().min(0),
    readingMinutes: z.int().min(1),
    headings: z.array(z.object({ depth: z.int().min(1).max(6), id: z.string(), text: z.string() })).default([]),
    links: z.object({
      external: strings.default([]),
      internal: strings.default([]),
      wiki: z.array(z.object({
        target: z.string(), heading: z.string().optional(), text: z.string().optional(),
        embed: z.boolean().default(false), resolved: z.boolean().default(false),
      })).default([]),
    }).prefault({}),
    codeLanguages: strings.default([]),
    tasks: z.object({ total: z.int(), done: z.int(), lastDone: z.coerce.date().optional() }).optional(),
    badges: z.array(z.object({ alt: z.string().optional(), image: z.string(), href: z.string().optional() })).default([]),
    callouts: z.array(z.object({
      type: z.string(), metadata: z.string().optional(), fold: z.enum(['+', '-']).optional(), title: z.string().optional(), line: z.int(),
    })).default([]),
    features: z.array(z.enum(['math', 'mermaid', 'callouts', 'footnotes', 'tables', 'html'])).default([]),
  }),
}).loose();
