// `POST /api/content`: what a build read and what the site refused, so that authors learn of both.

import { send } from './connection.js';
import { ask, Unavailable } from './http.js';
import type { ManifestEntry } from './manifest.js';
import type { Refusal } from './refusal.js';

/** The server takes no more at a time. */
const MAX_ENTRIES = 1000;
const MAX_REFUSED = 200;
const MAX_ANSWER_BYTES = 64 * 1024;

/** What a build says. */
export interface Outcome {
  read: readonly ManifestEntry[];
  refused: readonly Refusal[];
}

/**
 * Says which version of which entry a build read, and which ones the site's own schema refused. What was refused is said by itself: a
 * server that knows nothing of refusals has then been told what was read, and passes over the rest.
 *
 * @throws {Unavailable} where the server doesn't take it; the message holds no key.
 */
export async function tell(base: URL, key: string, attempts: number, { read, refused }: Outcome): Promise<void> {
  const url = new URL('api/content', base);
  const post = async (json: unknown) => {
    const answer = await ask(url, { attempts, maxBytes: MAX_ANSWER_BYTES, post: { key, json }, send });
    if (answer.status !== 200) throw new Unavailable(`${url.href} answered with status ${answer.status}`);
  };
  const entries = read.map(({ id, digest }) => ({ id, digest }));
  for (const part of parts(entries, MAX_ENTRIES)) await post({ entries: part });
  for (const part of parts(refused, MAX_REFUSED)) await post({ entries: [], refused: part });
}

function parts<Item>(items: readonly Item[], most: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / most) }, (_, at) => items.slice(at * most, (at + 1) * most));
}
