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
      title: document.data.title,
      link: addressOf(document),
      pubDate: dateOf(document),
      description: document.data.description,
      categories: document.data.tags ?? [],
      customData: `<dc:creator>${escaped(document.data.author)}</dc:creator>`,
    })),
  });
}

/** `customData` is XML already. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
