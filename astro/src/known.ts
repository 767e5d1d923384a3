// Every option that the package's functions take, by their names and with what each may be: what is mistyped is told at once. TypeScript tells
// it as well, and not everybody has that.

import type { ContentOptions, VideosOptions } from './content.js';
import type { MastheadIntegrationOptions } from './integration/options.js';
import type { MastheadLiveOptions } from './live.js';
import type { MastheadLoaderOptions } from './loader.js';
import type { MastheadMembersOptions } from './members.js';
import type { PicturesOptions } from './pictures.js';
import type { RedirectOptions } from './redirects.js';
import type { StarlightOptions } from './starlight/options.js';

/** What a value must be, in a sentence's words. */
interface Kind {
  is: (value: unknown) => boolean;
  such: string;
}

const KINDS = {
  switch: { is: (value) => typeof value === 'boolean', such: 'true or false' },
  text: { is: (value) => typeof value === 'string', such: 'a text' },
  texts: { is: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'), such: 'a list of texts' },
  number: { is: (value) => typeof value === 'number' && !Number.isNaN(value), such: 'a number' },
  function: { is: (value) => typeof value === 'function', such: 'a function' },
  list: { is: Array.isArray, such: 'a list' },
  loader: { is: (value) => typeof (value as { load?: unknown } | null)?.load === 'function', such: 'another loader, such as glob({ … })' },
  page: { is: (value) => typeof value === 'boolean' || typeof value === 'string', such: "an address, such as '/here/', or false" },
  base: { is: (value) => typeof value === 'function' || (typeof value === 'string' && /^(\/(?!\/)|$)/.test(value)), such: "a path from the site's root, such as '/members', or a function of an id" },
  editor: { is: (value) => value === false || (typeof value === 'string' && /^(\/(?!\/)|https?:\/\/)/i.test(value)), such: "an address, such as '/write/', or false" },
  label: {
    is: (value) => typeof value === 'string' || (isGroup(value) && Object.values(value).every((one) => typeof one === 'string')),
    such: "a text, or one for each language, such as { en: 'Members' }",
  },
  group: { is: (value) => value === 'member' || value === 'flat', such: "'member' or 'flat'" },
} satisfies Record<string, Kind>;

/** What an option holds: a value of a kind, or a group of options, which some have a switch for. */
type Held = keyof typeof KINDS | { of: keyof Known; or?: 'switch' };

/** The options of a type, each once. */
type Options<Type> = Readonly<Record<keyof Required<Type>, Held>>;

interface Known {
  masthead: Options<MastheadIntegrationOptions>;
  mastheadLoader: Options<MastheadLoaderOptions>;
  mastheadLiveLoader: Options<MastheadLiveOptions>;
  mastheadMembers: Options<MastheadMembersOptions>;
  redirects: Options<RedirectOptions>;
  starlightMasthead: Options<StarlightOptions>;
  content: Options<ContentOptions>;
  'content.videos': Options<VideosOptions>;
  'content.pictures': Options<PicturesOptions>;
}

/** Of whatever asks the server. */
const ASKING = { url: 'text', filter: 'function', attempts: 'number' } as const;
/** Of what reads documents. */
const READING = { ...ASKING, concurrency: 'number', allow: 'list', content: { of: 'content' } } as const;

const KNOWN: Known = {
  masthead: {
    url: 'text',
    content: { of: 'content' },
    starlight: { of: 'starlightMasthead', or: 'switch' },
    account: 'page',
    join: 'page',
    members: 'page',
    office: 'page',
    write: 'page',
    layout: 'text',
    redirects: 'switch',
    images: 'switch',
    csp: 'switch',
    toolbar: 'switch',
  },
  mastheadLoader: { ...READING, prefix: 'text', beside: 'loader', pollMs: 'number', failWhenEmpty: 'switch', buildKey: 'text' },
  mastheadLiveLoader: { ...READING, render: 'function', keep: 'number' },
  mastheadMembers: { ...ASKING, concurrency: 'number', prefix: 'text', pollMs: 'number', failWhenEmpty: 'switch' },
  redirects: { ...ASKING, base: 'base', cacheDir: 'text' },
  starlightMasthead: { label: 'label', group: 'group', collapsed: 'switch', byline: 'switch', editor: 'editor' },
  content: {
    callouts: 'switch',
    tasks: 'switch',
    math: 'switch',
    diagrams: 'switch',
    videos: { of: 'content.videos', or: 'switch' },
    pictures: { of: 'content.pictures', or: 'switch' },
    tables: 'switch',
    footnotes: 'switch',
  },
  'content.videos': { peertube: 'texts' },
  'content.pictures': { sizes: 'text' },
};

const isGroup = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Looks through what a function is given, and through the groups of options in it.
 *
 * @throws {TypeError} for the first option that there isn't, or whose value is of another kind; the message is a sentence.
 */
export function onlyKnown(of: keyof Known, given: unknown, by: string = of): void {
  if (!isGroup(given)) throw new TypeError(`${by}: options are an object, such as { ${Object.keys(KNOWN[of])[0]!}: … }, and not ${shown(given)}`);
  const known: Readonly<Record<string, Held>> = KNOWN[of];
  for (const [name, value] of Object.entries(given)) {
    const held = Object.hasOwn(known, name) ? known[name] : undefined;
    if (held === undefined) throw new TypeError(sentence(by, name, Object.keys(known)));
    if (value === undefined) continue;
    if (typeof held === 'string') {
      const kind: Kind = KINDS[held];
      if (!kind.is(value)) throw new TypeError(`${by}: \`${name}\` is ${kind.such}, and not ${shown(value)}`);
    } else if (!(held.or && KINDS[held.or].is(value))) {
      onlyKnown(held.of, value, `${by}, ${name}`);
    }
  }
}

/** A value as a sentence has room for it. */
function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = typeof value === 'string' ? `'${value}'` : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function sentence(by: string, name: string, known: readonly string[]): string {
  const distances = known.map((one) => ({ one, far: distance(name.toLowerCase(), one.toLowerCase()) }));
  const nearest = distances.reduce((best, other) => (other.far < best.far ? other : best));
  const instead = nearest.far <= Math.max(2, Math.floor(name.length / 3)) ? `did you mean \`${nearest.one}\`?` : `there are ${known.map((one) => `\`${one}\``).join(', ')}`;
  return `${by}: there is no option \`${name}\`; ${instead}`;
}

/** How many characters have to be put in, left out or changed to make one text of the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, sign] of [...one].entries()) {
    const next = [at + 1];
    for (let to = 1; to <= other.length; to += 1) next.push(Math.min(row[to]! + 1, next[to - 1]! + 1, row[to - 1]! + (other[to - 1] === sign ? 0 : 1)));
    row = next;
  }
  return row[other.length]!;
}
