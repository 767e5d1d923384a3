// A link to a video that stands alone, as a box that says what it is and loads nothing.

import type { Element, ElementContent, Root } from 'hast';
import { videoOf } from '../islands/videos.js';
import { element, elementsOf, replaceEach, text, textOf } from './tree.js';
import type { Surroundings, Transform, Words } from './transform.js';

/** `script`: the address of the island, where the site has the integration. */
export const videos = (script: string | undefined): Transform => ({
  name: 'videos',
  concerns: (html) => /<p>\s*<a href="https?:\/\/(?:[^"]*\.)?(?:youtu|vimeo)|<p>\s*<a href="https:\/\/[^"/]+\/(?:w|videos)\//.test(html),
  allowance: { classes: { div: ['masthead-video', 'not-content'], span: ['masthead-video-host', 'masthead-video-title'] } },
  asset: script,
  apply(tree: Root, { words }: Surroundings) {
    let found = false;
    replaceEach(tree, (node) => {
      const box = node.tagName === 'p' ? boxOf(node, words) : undefined;
      if (!box) return undefined;
      found = true;
      return [box];
    });
    if (found && script) tree.children.push(element('script', { type: 'module', src: script }));
  },
});

/** What the picture in a link says, where it has one. */
const altIn = (link: Element): string => String(elementsOf(link).find(({ tagName }) => tagName === 'img')?.properties['alt'] ?? '');

/** `undefined` where the paragraph is another one. */
function boxOf({ children }: Element, words: Words): ElementContent | undefined {
  const [link, ...others] = children.filter((child) => child.type !== 'text' || child.value.trim() !== '');
  if (others.length > 0 || link?.type !== 'element' || link.tagName !== 'a') return undefined;
  const video = videoOf(String(link.properties['href'] ?? ''));
  if (!video) return undefined;
  const written = (textOf(link) || altIn(link)).trim();
  // Without words of its author the service is all that is known.
  const title = written === '' || /^(?:https?:\/\/|www\.)\S*$/i.test(written) ? undefined : written;
  const host = video.service === 'PeerTube' ? video.host : video.service;
  const shown = [
    element('span', { className: ['masthead-video-title'] }, [text(title ?? words('content.video_untitled'))]),
    text(' '),
    element('span', { className: ['masthead-video-host'] }, [text(words('content.video', { host }))]),
  ];
  return element('div', { className: ['masthead-video', 'not-content'] }, [element('a', { href: video.page }, shown)]);
}
