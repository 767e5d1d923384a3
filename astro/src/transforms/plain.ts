// What the plugins for processors make as well: callouts, names of boxes, sizes of pictures.

import { rehypeCallouts } from '../callouts.js';
import { rehypePictures, type PicturesOptions } from '../pictures.js';
import { rehypeTaskLabels } from '../tasks.js';
import { wordsOf } from '../words.js';
import type { Transform } from './transform.js';

export const callouts: Transform = {
  name: 'callouts',
  concerns: (html) => /<blockquote>\s*<p>\s*\[!/.test(html),
  apply: (tree, { lang }) => rehypeCallouts(() => wordsOf(lang))(tree),
};

export const tasks: Transform = {
  name: 'task lists',
  concerns: (html) => html.includes('type="checkbox"'),
  apply: (tree, { lang }) => rehypeTaskLabels(() => wordsOf(lang))(tree),
};

export const pictures = (options: PicturesOptions): Transform => ({
  name: 'pictures',
  concerns: (html) => /<img [^>]*\/(?:files|pictures)\//.test(html),
  apply: (tree) => rehypePictures(options)(tree),
});
