// Plugins for the site's Markdown: for Sätteri, which Astro 7 renders with, and for rehype.

export { callouts, rehypeCallouts } from './callouts.js';
export { rehypeTaskLabels, taskLabels } from './tasks.js';
