// `GET /api/site`: what Masthead says of itself, and whether it fits this site and this package.

import { readFileSync } from 'node:fs';
import { ask, Unavailable } from '../http.js';
import { plain } from '../names.js';
import { originOf } from '../options.js';

/** What the server says of itself; what it doesn't say is `undefined`. */
export interface Site {
  name: string;
  version: string | undefined;
  /** Which documents wait for an editor: `off`, `first` or `all`. */
  review: string | undefined;
  /** The prefix of links between documents, `LINK_BASE`. */
  linkBase: string | undefined;
  /** The origin to which browsers put large files. */
  uploads: string | undefined;
  /** Whether members are known to everybody, whether or not they have published something. */
  publicMembers: boolean;
  /** Whether pages of the site may call it, where that was asked. */
  allows: boolean | undefined;
}

const MAX_BYTES = 64 * 1024;

/**
 * Asks once.
 *
 * @throws {Unavailable} where there is no answer, or none of Masthead's.
 */
export async function readSite(base: URL, origin: string | undefined): Promise<Site> {
  const url = new URL('api/site', base);
  const answer = await ask(url, { attempts: 1, maxBytes: MAX_BYTES, origin });
  const site = answer.status === 200 ? siteIn(answer.text) : undefined;
  if (!site) throw new Unavailable(`${url.href} is no answer of Masthead (status ${answer.status}): is this its address?`);
  return { ...site, allows: origin === undefined ? undefined : answer.allowsOrigin === origin || answer.allowsOrigin === '*' };
}

function siteIn(text: string): Omit<Site, 'allows'> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { status, site } = record(value);
  const { name, version, review, link_base, uploads_url, public_members } = record(site);
  if (status !== 'success' || typeof name !== 'string') return undefined;
  const word = (given: unknown) => (typeof given === 'string' && given !== '' ? plain(given, 40) : undefined);
  return {
    name: plain(name) || 'Masthead',
    version: word(version),
    review: word(review),
    linkBase: typeof link_base === 'string' ? plain(link_base, 200) : undefined,
    uploads: typeof uploads_url === 'string' ? originOf(uploads_url) : undefined,
    publicMembers: public_members === true,
  };
}

const record = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});

/** The version of this package. */
export function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return version;
}

/** Versions that understand each other begin alike: by the first number, and below 1.0 by the second as well. */
export function fits(server: string, own: string): 'fits' | 'too old' | 'too new' {
  const line = (version: string) => {
    const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
    return major > 0 ? major * 1000 : minor;
  };
  return line(server) === line(own) ? 'fits' : line(server) < line(own) ? 'too old' : 'too new';
}
