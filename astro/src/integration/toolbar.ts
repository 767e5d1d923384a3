// The server's side of Masthead in Astro's toolbar: it sends what the loaders did to the panel, when it asks and when something happened.

import type { HookParameters } from 'astro';
import { news, onNews } from '../news.js';
import { ASKED, SENT, type Sent } from './events.js';

type Channel = HookParameters<'astro:server:setup'>['toolbar'];

/** Serves the panel of every page that is open. */
export function serveToolbar(channel: Channel, about: Omit<Sent, 'news'>): void {
  const send = (): void => channel.send(SENT, { ...about, news: news() } satisfies Sent);
  channel.on(ASKED, send);
  onNews(send);
}
