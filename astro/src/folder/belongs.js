// Which files a note shows or leads to, told before anything is sent. The server's report is the authority: this reads the
// usual spellings, and finds files by the server's order.

import { baseName, endingOf, fold, folderOf } from './paths.js';

/** Endings of what a note may show or lead to, notes apart. */
const FILES = new Set('avif bmp gif heic heif jpeg jpg png apng svg tif tiff webp pdf'.split(' '));
/** Keys of the frontmatter that name a picture (docs/conversion.md, 2.4.4). */
const KEYS = new Set('image cover ogimage heroimage coverimage cover_image thumbnail featured_image socialimage banner hero'.split(' '));
/** Longest text that is looked through, in characters: no note may be longer. */
const MAX_CHARACTERS = 2 * 1024 ** 2;
/** Longest code within a line, in characters. */
const MAX_CODE = 2000;

/** Where code and comments begin: what stands in them is no reference. */
const CONCEALING = /^ {0,3}(`{3,}|~{3,})[^\n]*$|<!--|%%|`+/gm;
/**
 * Spellings of references, each with the destination in its first group that has one. Each is bounded, so that no note
 * takes the square of its length.
 *
 * @type {readonly RegExp[]}
 */
const SPELLINGS = [
  // ![[x.png|300]] and [[x.pdf]]
  /\[\[([^[\]|#\n]{1,400})(?:[|#][^[\]\n]{0,400})?\]\]/g,
  // ![](x.png "title"), [](<a b.pdf>)
  /\]\(\s{0,9}(?:<([^<>\n]{1,400})>|((?:[^\s()\\]|\\.|\([^\s()]{0,200}\)){1,400}))/g,
  // [label]: x.png
  /^ {0,3}\[[^\]\n]{1,200}\]:[ \t]{0,9}(?:<([^<>\n]{1,400})>|(\S{1,400}))/gm,
];
const TAG = /<(?:img|a|source|video)\s([^<>]{1,1000})/gi;
const ADDRESS = /(?:^|\s)(?:src|href|poster)\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi;

/**
 * The relative destinations of files that a note shows or leads to, as they are written, each once.
 *
 * @param {string} note
 * @returns {string[]}
 */
export function references(note) {
  const text = note.slice(0, MAX_CHARACTERS).replaceAll('\r\n', '\n');
  const block = /^---\n([^]*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)/.exec(text.replace(/^\ufeff/, ''));
  const found = new Set(block?.[1] === undefined ? [] : named(block[1]));
  const body = seen(text);
  const tags = [...body.matchAll(TAG)].flatMap(([, attributes = '']) => [...attributes.matchAll(ADDRESS)]);
  for (const [, ...groups] of [...SPELLINGS.flatMap((spelling) => [...body.matchAll(spelling)]), ...tags]) {
    const destination = groups.find((group) => group !== undefined);
    if (destination !== undefined) found.add(destination.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1').trim());
  }
  return [...found].filter(isFile);
}

/**
 * A text without its code and comments.
 *
 * @param {string} text
 */
function seen(text) {
  const kept = [];
  /** What begins such a part, and has no end in the rest of the text. */
  const endless = new Set();
  const marks = new RegExp(CONCEALING);
  let from = 0;
  for (let mark = marks.exec(text); mark; mark = marks.exec(text)) {
    const [begun, fence] = mark;
    const after = mark.index + begun.length;
    if (endless.has(begun)) continue;
    const end = fence === undefined ? endOf(text, begun, after) : endOfFence(text, fence, after);
    if (end < 0) {
      // Code in a line ends in it; a comment that nothing ends is text.
      if (!begun.startsWith('`')) endless.add(begun);
      continue;
    }
    kept.push(text.slice(from, mark.index));
    from = marks.lastIndex = end;
  }
  return [...kept, text.slice(from)].join(' ');
}

/** @param {string} text @param {string} fence @param {number} from */
function endOfFence(text, fence, from) {
  const end = new RegExp(`^ {0,3}${fence[0] ?? ''}{${fence.length},}[^\\n]*$`, 'gm');
  end.lastIndex = from;
  const found = end.exec(text);
  return found ? found.index + found[0].length : text.length;
}

/** @param {string} text @param {string} begun @param {number} from */
function endOf(text, begun, from) {
  const by = begun === '<!--' ? '-->' : begun;
  if (!begun.startsWith('`')) {
    const end = text.indexOf(by, from);
    return end < 0 ? -1 : end + by.length;
  }
  const next = text.indexOf('\n', from);
  const line = text.slice(from, next < 0 ? text.length : Math.min(next, from + MAX_CODE));
  const run = new RegExp(`(?<!\`)\`{${by.length}}(?!\`)`).exec(line);
  return run ? from + run.index + by.length : -1;
}

/**
 * What the frontmatter's keys of pictures name.
 *
 * @param {string} block
 */
function named(block) {
  /** @type {string[]} */
  const values = [];
  for (const line of block.split('\n')) {
    const [, key = '', value = ''] = /^\s*([\w-]+)\s*:\s*(.*)$/.exec(line) ?? [];
    if (!KEYS.has(key.toLowerCase()) && !/^\s+(?:src|url|path|file|image)\s*:/.test(line)) continue;
    const bare = value.replace(/^(["'])(.*)\1\s*$/, '$2').trim();
    // What is written as a link is found as one.
    const link = /!?\[\[([^\]|#]+)/.exec(bare) ?? /\]\(\s*<?([^)>\s]+)/.exec(bare);
    values.push(link?.[1]?.trim() ?? bare);
  }
  return values;
}

/** Whether a destination leads to a file of the member's, by its ending. @param {string} destination */
export function isFile(destination) {
  return !/^[a-z][a-z\d+.-]*:|^[/\\]{2}|^#/i.test(destination) && FILES.has(endingOf(pathOf(destination)));
}

/** The path of a destination, decoded. @param {string} destination */
function pathOf(destination) {
  const [path = ''] = destination.split(/[?#]/);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * A path without `.`, `..` and empty names; `..` stays at the top.
 *
 * @param {string} path
 */
function straight(path) {
  /** @type {string[]} */
  const names = [];
  for (const name of path.split(/[/\\]/)) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names.join('/');
}

/**
 * Where a file must lie to be what a note in `folder` asks for: the path that leads on from the folder, or from the top
 * where it begins with `/`. For a name alone that is beside the note.
 *
 * @param {string} folder
 * @param {string} destination
 */
export function wantedPath(folder, destination) {
  const path = pathOf(destination);
  return straight(/^[/\\]/.test(path) ? path : `${folder}/${path}`);
}

/**
 * Files by which destinations are found, as the server finds them: the path from the note's folder, that from the top, the
 * end of a path, the name alone; of several the shortest path.
 *
 * @param {Iterable<string>} paths
 */
export function finder(paths) {
  /** @type {Map<string, { folded: string, path: string }[]>} */
  const byName = new Map();
  for (const path of paths) {
    const folded = fold(path);
    const name = baseName(folded);
    const others = byName.get(name);
    if (others) others.push({ folded, path });
    else byName.set(name, [{ folded, path }]);
  }
  const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text).length;
  const deep = (/** @type {string} */ text) => text.split('/').length;
  for (const files of byName.values()) {
    files.sort((one, other) => deep(one.folded) - deep(other.folded) || bytes(one.folded) - bytes(other.folded));
  }
  /**
   * The path of the file that a note in `folder` means, if there is one.
   *
   * @param {string} folder
   * @param {string} destination
   * @returns {string | undefined}
   */
  return (folder, destination) => {
    const fromTop = fold(straight(pathOf(destination)));
    const fromFolder = fold(wantedPath(folder, destination));
    const files = byName.get(baseName(fromTop)) ?? [];
    const tries = [
      (/** @type {string} */ known) => known === fromFolder,
      (/** @type {string} */ known) => known === fromTop,
      (/** @type {string} */ known) => known.endsWith(`/${fromTop}`),
      () => true,
    ];
    for (const fits of tries) {
      const file = files.find(({ folded }) => fits(folded));
      if (file) return file.path;
    }
    return undefined;
  };
}

/**
 * A note with the files that it shows or leads to, and the destinations under which nothing is found.
 *
 * @typedef {{ path: string, shows: string[], missing: string[] }} Belonging
 */

/**
 * Which file belongs to which note. `files` are those that are sent, and `known` those that are on the server.
 *
 * @param {readonly { path: string, text: string }[]} notes
 * @param {readonly string[]} files
 * @param {readonly string[]} [known]
 * @returns {{ notes: Belonging[], unshown: string[] }} `unshown` are those of `files` that no note asks for
 */
export function belongings(notes, files, known = []) {
  const find = finder([...files, ...known.filter((path) => !files.includes(path))]);
  const shown = new Set();
  const found = notes.map(({ path, text }) => {
    /** @type {Belonging} */
    const belonging = { path, shows: [], missing: [] };
    for (const destination of references(text)) {
      const file = find(folderOf(path), destination);
      if (file === undefined) {
        belonging.missing.push(destination);
      } else if (!belonging.shows.includes(file)) {
        belonging.shows.push(file);
        shown.add(file);
      }
    }
    return belonging;
  });
  return { notes: found, unshown: files.filter((path) => !shown.has(path)) };
}
