// Addresses of the site's pages, as its configuration has them written.

import type { AstroConfig } from 'astro';

export type Form = Pick<AstroConfig, 'base' | 'trailingSlash'> & { build: Pick<AstroConfig['build'], 'format'> };

/** The address of a page of this site: with `base` before it, and a slash at its end where the site has one. */
export function addressOf(path: string, { base, trailingSlash, build }: Form): string {
  const bare = `/${[base, path].join('/').split('/').filter(Boolean).join('/')}`;
  const slash = trailingSlash === 'always' || (trailingSlash === 'ignore' && build.format === 'directory');
  return slash && bare !== '/' ? `${bare}/` : bare;
}

/** The addresses of pages by their names, for the components' links. */
export function addressesOf<Name extends string>(at: Partial<Record<Name, string>>, form: Form): Partial<Record<Name, string>> {
  return Object.fromEntries(Object.entries<string | undefined>(at).flatMap(([name, path]) => (path === undefined ? [] : [[name, addressOf(path, form)]]))) as Partial<Record<Name, string>>;
}
