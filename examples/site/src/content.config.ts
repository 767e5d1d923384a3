import { defineCollection } from 'astro:content';
import { mastheadLoader, mastheadMembers } from 'masthead-astro';

// The loaders bring their own schemas, and find MASTHEAD_URL in .env.
const documents = defineCollection({ loader: mastheadLoader() });
const members = defineCollection({ loader: mastheadMembers() });

export const collections = { documents, members };
