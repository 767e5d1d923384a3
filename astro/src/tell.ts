// `POST /api/content`: what a build read, so that authors learn since when the site has it.

import { ask, Unavailable } from './http.js';
import type { ManifestEntry } from './manifest.js';

/** The server takes no more at a time. */
const MAX_ENTRIES = 1000;
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Says which version of which entry a build read.
 *
 * @throws {Unavailable} where the server doesn't take it; the message holds no key.
 */
export async function tell(base: URL, key: string, attempts: number, read: readonly ManifestEntry[]): Promise<void> {
  const url = new URL('api/content', base);
  for (let at = 0; at < read.length; at += MAX_ENTRIES) {
    const entries = read.slice(at, at + MAX_ENTRIES).map(({ id, digest }) => ({ id, digest }));
    const answer = await ask(url, { attempts, maxBytes: MAX_ANSWER_BYTES, post: { key, json: { entries } } });
    if (answer.status !== 200) throw new Unavailable(`${url.href} answered with status ${answer.status}`);
  }
}
