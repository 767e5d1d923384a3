import rss from '@astrojs/rss';
import type { APIContext } from 'astro';
import { addressOf, dateOf, documents, MOTTO, NAME } from '../club';

/** As many documents stand in the feed. */
const LATEST = 50;

export async function GET({ site }: APIContext): Promise<Response> {
  if (import.meta.env.PROD && site!.hostname === 'localhost') console.warn(`SITE_URL isn't set: the feed and the sitemap lead to ${site!.href}.`);
  const latest = (await documents()).slice(0, LATEST);
  return rss({
    title: NAME,
    description: MOTTO,
    site: site!,
    customData: '<language>en</language>',
    xmlns: { dc: 'http://purl.org/dc/elements/1.1/' },
    items: latest.map((document) => ({
      title: xml(document.data.title).trim() || document.id,
      link: addressOf(document),
      pubDate: dateOf(document),
      description: xml(document.data.description),
      categories: document.data.tags?.map(xml) ?? [],
      customData: `<dc:creator>${escaped(xml(document.data.author))}</dc:creator>`,
    })),
  });
}

/** A text without the characters that no XML may have, not even escaped: one of them, and no reader takes the feed. */
function xml(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '');
}

/** `customData` is XML already. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
