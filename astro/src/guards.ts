// Keys of the frontmatter that a theme prints as HTML, takes for an address, or spreads over an element:
// Starlight does so with `head`, `hero`, `banner` and `sidebar`. What the converter lets through there
// (shared/frontmatter/src/entry/guards.rs), and nothing else, comes to a theme.

import { z, type ZodType } from 'astro/zod';
import { loose, strict } from './objects.js';

/** No tag and no character reference: the same text wherever it is printed as HTML. */
const plain = z.string().regex(/^[^<&]*$/);
const webAddress = z.string().refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''));
/** A web address, or a path or a fragment of the site itself. */
const link = z.union([webAddress, z.string().regex(/^(#|\/(?![/\\]))/)]);
const absent = z.undefined().optional();
const neighbour = z.union([z.boolean(), z.string(), strict({ link: link.optional(), label: z.string().optional() })]);
const named = strict({ name: z.string(), property: z.string(), content: z.string(), lang: z.string() }).partial();

const GUARDS: Readonly<Record<string, ZodType>> = {
  head: z.array(z.union([strict({ tag: z.literal('title'), attrs: named.optional(), content: plain.optional() }), strict({ tag: z.literal('meta'), attrs: named.optional() })])),
  hero: loose({
    title: plain.optional(),
    tagline: plain.optional(),
    // A file of the building machine, or raw HTML.
    image: absent,
    actions: z.array(loose({ text: plain, link, icon: absent, attrs: absent })).optional(),
  }),
  banner: loose({ content: plain }),
  sidebar: loose({ attrs: absent }),
  prev: neighbour,
  next: neighbour,
  editUrl: z.union([z.boolean(), webAddress]),
  layout: z.never(),
};

/** The data without those of these keys that hold more than text and links. */
export function guarded(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([key, value]) => !Object.hasOwn(GUARDS, key) || GUARDS[key]!.safeParse(value).success));
}
