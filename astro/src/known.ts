// Every option that the package's functions take, by their names: one that is mistyped is told at once. TypeScript tells it as well, and not
// everybody has that.

import type { ContentOptions, VideosOptions } from './content.js';
import type { MastheadIntegrationOptions } from './integration/options.js';
import type { MastheadLiveOptions } from './live.js';
import type { MastheadLoaderOptions } from './loader.js';
import type { MastheadMembersOptions } from './members.js';
import type { PicturesOptions } from './pictures.js';
import type { RedirectOptions } from './redirects.js';
import type { StarlightOptions } from './starlight/options.js';

/** The options of a type, each once; what a group of options holds is a name in the table. */
type Options<Type> = Readonly<Record<keyof Required<Type>, true | keyof Known>>;

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

const READING = { url: true, filter: true, concurrency: true, attempts: true, allow: true, content: 'content' } as const;

const KNOWN: Known = {
  masthead: { url: true, content: 'content', starlight: 'starlightMasthead', account: true, join: true, members: true, office: true, write: true, layout: true, redirects: true, images: true, csp: true, toolbar: true },
  mastheadLoader: { ...READING, prefix: true, beside: true, pollMs: true, failWhenEmpty: true, buildKey: true },
  mastheadLiveLoader: { ...READING, render: true, keep: true },
  mastheadMembers: { url: true, filter: true, prefix: true, concurrency: true, attempts: true, pollMs: true, failWhenEmpty: true },
  redirects: { url: true, filter: true, attempts: true, base: true, cacheDir: true },
  starlightMasthead: { label: true, group: true, collapsed: true, byline: true, editor: true },
  content: { callouts: true, tasks: true, math: true, diagrams: true, videos: 'content.videos', pictures: 'content.pictures', tables: true, footnotes: true },
  'content.videos': { peertube: true },
  'content.pictures': { sizes: true },
};

/**
 * Looks through what a function is given, and through the groups of options in it.
 *
 * @throws {TypeError} for the first option that there isn't; the message is a sentence.
 */
export function onlyKnown(of: keyof Known, given: object, by: string = of): void {
  const known: Readonly<Record<string, true | keyof Known>> = KNOWN[of];
  for (const [name, value] of Object.entries(given)) {
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) throw new TypeError(sentence(by, name, Object.keys(known)));
    if (kind !== true && typeof value === 'object' && value !== null) onlyKnown(kind, value, `${by}, ${name}`);
  }
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
