// What becomes of a document's HTML once it is safe: each transform that has something to do, and then the wall once more.

import type { ContentOptions } from '../content.js';
import { parse } from '../html/parse.js';
import { writePlainly } from '../html/plain.js';
import { policyWith, type Allowance } from '../html/policy.js';
import { wallOf, withFirstLines, type Wall, type Walled } from '../html/wall.js';
import type { LiveSite } from '../settings.js';
import { asides } from './asides.js';
import { diagrams } from './diagrams.js';
import { footnotes } from './footnotes.js';
import { math } from './math.js';
import { callouts, pictures, tasks } from './plain.js';
import { tables } from './tables.js';
import type { Transform } from './transform.js';
import { videos } from './videos.js';
import { wordsOf } from './words.js';

/** What a transform makes of the same document; a higher number has every entry made anew. */
const REVISION = 3;

/** What transforms need to know of the site. */
export interface Place {
  content: ContentOptions;
  /** What the site allows in members' HTML by itself, and the addresses of its own files. */
  allowances: readonly Allowance[];
  assets: readonly string[];
  /** Whether the site is one of Starlight's. */
  hasStarlight?: boolean | undefined;
  /** Where scripts are that pages load, in a site that has the integration. */
  islands?: LiveSite['islands'];
  /** Says what the site could have installed, each sentence once. */
  advise?: ((advice: string) => void) | undefined;
}

/** What is known of a document. */
export interface Told {
  /** As its frontmatter says it. */
  lang: unknown;
  /** The handle. */
  author: string;
}

export interface Content {
  /**
   * HTML that a wall has let through, with what its transforms make of it. A transform that fails is left out, and `warn` is told.
   */
  html(walled: Walled, document: Told, warn: (message: string) => void): Promise<string>;
  /** Names all settings that the HTML depends on. */
  digest: string;
}

/** The transforms of a site, in their order. */
export function contentFor({ content, allowances, assets, hasStarlight = false, islands = {}, advise = () => {} }: Place): Content {
  const isOn = (name: keyof ContentOptions) => content[name] !== false;
  const advised = new Set<string>();
  const adviseOnce = (advice: string): void => {
    if (advised.has(advice)) return;
    advised.add(advice);
    advise(advice);
  };
  const drawing = isOn('diagrams') ? diagrams(islands.diagrams) : undefined;
  const transforms: Transform[] = [
    ...(isOn('callouts') ? [callouts, ...(hasStarlight ? [asides] : [])] : []),
    ...(isOn('tasks') ? [tasks] : []),
    ...(isOn('pictures') ? [pictures(typeof content.pictures === 'object' ? content.pictures : {})] : []),
    ...(isOn('math') ? [math] : []),
    ...(drawing ? [drawing] : []),
    ...(isOn('videos') ? [videos(islands.videos)] : []),
    ...(isOn('footnotes') ? [footnotes] : []),
    ...(isOn('tables') ? [tables] : []),
  ];
  const walls = new Map<string, Wall>();

  /** A wall that lets through what these have made beside what it let through before. */
  function wallAfter(all: readonly Transform[]): Wall {
    // What makes nothing of its own needs no wall of its own.
    const made = all.filter(({ allowance, asset, drawings }) => allowance || asset || drawings);
    const key = made.map(({ name }) => name).join();
    const known = walls.get(key);
    if (known) return known;
    const own = made.flatMap(({ allowance }) => (allowance ? [allowance] : []));
    const files = made.flatMap(({ asset }) => (asset ? [asset.slice(0, asset.lastIndexOf('/') + 1) + 'masthead.'] : []));
    const wall = wallOf(policyWith([...allowances, ...own], { assets: [...assets, ...files], drawings: made.some(({ drawings }) => drawings) }));
    walls.set(key, wall);
    return wall;
  }

  async function html({ html: safe, tree: first }: Walled, { lang, author }: Told, warn: (message: string) => void): Promise<string> {
    let concerned = transforms.filter((transform) => transform.concerns(safe));
    if (concerned.length === 0) return safe;
    const about = { words: await wordsOf(lang), lang: typeof lang === 'string' ? lang : undefined, author, advise: adviseOnce };
    // One that fails may have changed half of the tree: the others begin again.
    for (let tree = first; ; tree = withFirstLines(parse(safe))) {
      let failed: Transform | undefined;
      for (const transform of concerned) {
        try {
          await transform.apply(tree, about);
        } catch (error) {
          failed = transform;
          warn(`its ${transform.name} stay as they are written: ${error instanceof Error ? error.message : error}`);
          break;
        }
      }
      concerned = concerned.filter((transform) => transform !== failed);
      if (concerned.length === 0) return safe;
      if (failed) continue;
      try {
        return wallAfter(concerned).html(writePlainly(tree));
      } catch (error) {
        warn(`it stays as it is written: ${error instanceof Error ? error.message : error}`);
        return safe;
      }
    }
  }

  const names = transforms.map(({ name }) => name);
  return { html, digest: [REVISION, ...names, isOn('pictures') ? JSON.stringify(content.pictures ?? true) : '', islands.videos ?? '', drawing?.settings ?? ''].join('|') };
}
