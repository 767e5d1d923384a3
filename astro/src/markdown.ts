// Plugins for the site's Markdown: for Sätteri, which Astro 7 renders with, and for rehype.

export { callouts, rehypeCallouts } from './callouts.js';
export { katex } from './html/allowances.js';
export { htmlWall, rehypeHtmlWall } from './html/plugins.js';
export type { Allowance } from './html/policy.js';
export { pictures, rehypePictures, type PicturesOptions } from './pictures.js';
export { rehypeTaskLabels, taskLabels } from './tasks.js';
export { wordsOf, type Words, type WordsFor } from './words.js';
