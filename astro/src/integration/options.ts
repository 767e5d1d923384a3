// What a site may say to `masthead()`, and what counts where it says nothing.

import type { Settings } from '../settings.js';

/** A page that the integration adds: `false` for none, `true` for its usual address. */
export type Page = string | boolean;

/** What the site says to the integration. */
export interface MastheadIntegrationOptions extends Pick<Settings, 'url' | 'content' | 'starlight'> {
  /**
   * The page on which members sign in and publish.
   *
   * @default '/account/'
   */
  account?: Page | undefined;
  /**
   * The page that takes the code of an invitation.
   *
   * @default '/join/'
   */
  join?: Page | undefined;
  /**
   * Where members and their documents have their pages: a list of members, a page for each member and for each document.
   *
   * @default '/members/', where `src/content.config.ts` has a collection of members' documents that has no pages yet
   */
  members?: Page | undefined;
  /**
   * The page for administrators and editors, `/office/`.
   *
   * @default false
   */
  office?: Page | undefined;
  /**
   * The page on which documents are written, `/write/`.
   *
   * @default false
   */
  write?: Page | undefined;
  /**
   * A component of the site that the pages stand in, from the site's root: it gets `title`, `description`, `lang`, `frontmatter` and a slot.
   *
   * @default what the site is recognised by, Starlight or Astro's blog template; else a plain one
   */
  layout?: string | undefined;
  /**
   * Whether documents that got another address are found by the former one.
   *
   * @default true
   */
  redirects?: boolean | undefined;
  /**
   * Whether Astro's `<Image />` may take members' pictures.
   *
   * @default true
   */
  images?: boolean | undefined;
  /**
   * Whether the site's own Content-Security-Policy, `security.csp`, lets the components work. A site without one gets none.
   *
   * @default true
   */
  csp?: boolean | undefined;
  /**
   * Whether Astro's toolbar has Masthead in `astro dev`.
   *
   * @default true
   */
  toolbar?: boolean | undefined;
}

/** The pages by their names. */
export type Name = 'account' | 'join' | 'members' | 'office' | 'write';

/** Where each is, and whether it is there when nothing is said. */
const USUAL: Readonly<Record<Name, { path: string; on: boolean }>> = {
  account: { path: '/account', on: true },
  join: { path: '/join', on: true },
  members: { path: '/members', on: true },
  office: { path: '/office', on: false },
  write: { path: '/write', on: false },
};

/** A page as it is wanted. */
export interface Wanted {
  name: Name;
  /** From the site's root, with a slash at its beginning and none at its end; empty for the root itself. */
  path: string;
  /** Whether the site named it, or said `true`. */
  said: boolean;
}

/**
 * The pages that a site wants.
 *
 * @throws {TypeError} for what can't be an address; the message is a sentence.
 */
export function wanted(options: MastheadIntegrationOptions): Wanted[] {
  const pages = (Object.keys(USUAL) as Name[]).flatMap((name): Wanted[] => {
    const option = options[name];
    if (!(option ?? USUAL[name].on)) return [];
    return [{ name, path: typeof option === 'string' ? pathOf(name, option) : USUAL[name].path, said: option !== undefined }];
  });
  for (const [at, { name, path }] of pages.entries()) {
    const other = pages.slice(0, at).find((one) => one.path === path);
    if (other) throw new TypeError(`masthead-astro: \`${other.name}\` and \`${name}\` are both at ${path}/; give one of them another address, or false`);
  }
  return pages;
}

function pathOf(name: Name, option: string): string {
  const path = option.replace(/\/+$/, '');
  const isRoot = path === '' && name === 'members';
  if (!isRoot && !/^(\/[\w.~-]+)+$/.test(path)) throw new TypeError(`masthead-astro: \`${name}: '${option}'\` is no address of a page; write one such as '${USUAL[name].path}/', or false`);
  return path;
}
