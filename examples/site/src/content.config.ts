import { defineCollection } from 'astro:content';
import { mastheadLoader } from 'masthead-astro';

// The loader brings its own schema, and finds MASTHEAD_URL in .env.
const documents = defineCollection({ loader: mastheadLoader() });

export const collections = { documents };
