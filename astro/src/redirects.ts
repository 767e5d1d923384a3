// Redirects from addresses that documents had, for `astro.config.mjs`: Astro writes them for static and server output.

import { readManifest } from './manifest.js';
import { baseUrl, count, type MastheadOptions } from './options.js';

export interface RedirectOptions extends Pick<MastheadOptions, 'url' | 'filter' | 'attempts'> {
  /**
   * The path under which the site shows entries, as Masthead's `LINK_BASE` has it; or where it shows the entry with an id.
   *
   * @default '/'
   */
  base?: string | ((id: string) => string) | undefined;
}

const DEFAULT_ATTEMPTS = 4;

/**
 * What Astro's option `redirects` takes: from where documents were to where they are. The environment's MASTHEAD_URL counts;
 * `.env` isn't read, as Astro reads none for its configuration. While the server is away there are none, and the build goes on.
 */
export async function redirects(options: RedirectOptions = {}): Promise<Record<string, string>> {
  const { base = '/', filter } = options;
  const path = typeof base === 'string' ? (id: string) => `${base.replace(/\/*$/, '')}/${id}/` : base;
  const url = baseUrl(options.url, process.env);
  try {
    const { moved } = await readManifest(url, count(options.attempts, DEFAULT_ATTEMPTS), []);
    const wanted = moved.filter(({ to }) => filter?.(to) ?? true);
    return Object.fromEntries(wanted.map(({ from, to }) => [path(from), path(to)]));
  } catch (error) {
    console.warn(`masthead: documents that got another address are not redirected in this build: ${error instanceof Error ? error.message : String(error)}`);
    return {};
  }
}
