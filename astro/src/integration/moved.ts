// Redirects from addresses that documents had, at the paths where the site shows documents.

import type { AstroConfig } from 'astro';
import type { Moved } from '../manifest.js';
import { addressOf, type Form } from './address.js';
import type { SitesPage } from './places.js';

/** What Astro's `redirects` gets. What the site has at an address, a page or a redirect of its own, stays. */
export function redirectsFor(moved: readonly Moved[], pathOf: (id: string) => string, form: Form, { redirects }: Pick<AstroConfig, 'redirects'>, pages: readonly SitesPage[]): Record<string, string> {
  const taken = new Set([...Object.keys(redirects), ...pages.map(({ route }) => route)].map((path) => path.replace(/\/+$/, '')));
  return Object.fromEntries(moved.map(({ from, to }) => [pathOf(from), addressOf(pathOf(to), form)] as const).filter(([from]) => !taken.has(from)));
}
