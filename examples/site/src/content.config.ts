import { defineCollection } from 'astro:content';
import { mastheadLoader } from 'masthead-astro';

// The loader brings its own schema.
const documents = defineCollection({ loader: mastheadLoader({ url: import.meta.env.MASTHEAD_URL }) });

export const collections = { documents };
