import { docsSchema } from '@astrojs/starlight/schema';
import { defineCollection } from 'astro:content';
import { mastheadLoader } from 'masthead-astro';

export const collections = { docs: defineCollection({ loader: mastheadLoader(), schema: docsSchema() }) };
