// The collection of Astro's official blog template (withastro/astro, examples/blog/src/content.config.ts),
// loaded from Masthead instead of a folder.
import { defineCollection } from 'astro:content';
import { z } from 'astro/zod';
import { mastheadLoader } from 'masthead-astro';

const blog = defineCollection({
  loader: mastheadLoader(),
  schema: ({ image }) =>
    z.object({
      title: z.string(),
      description: z.string(),
      pubDate: z.coerce.date(),
      updatedDate: z.coerce.date().optional(),
      heroImage: z.optional(image()),
    }),
});

export const collections = { blog };
