// Writes a module for each table of `../languages` into src/tables, with what the package says and no more: it is built from
// these, and the browser loads one of them. One more has the words that plugins for Markdown put in, in every language, which only builds
// read. Run by `npm run build` and `npm run check`, and by the tests.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const LANGUAGES = join(HERE, '../languages');
const TABLES = join(HERE, 'src/tables');
/** What the keys of words for Markdown begin with. */
const MARKDOWN = 'markdown.';
const KEY = /\b(?:[a-z]+\.)+[a-z\d_]+/g;

/** Keys of sentences that a folder's files name; whatever else looks like one is in no table. */
function named(folder) {
  const files = readdirSync(join(HERE, folder), { recursive: true }).filter((name) => /\.(?:ts|js|astro)$/.test(name) && !name.startsWith('tables'));
  return new Set(files.flatMap((name) => readFileSync(join(HERE, folder, name), 'utf8').match(KEY) ?? []));
}

/** A key without the plural that it is for. */
const singular = (key) => key.replace(/_(?:zero|one|two|few|many|other)$/, '');

/** Writes the tables, and gives their languages. */
export function writeTables() {
  const keys = new Set([...named('src'), ...named('components'), ...named('pages')]);
  const codes = readdirSync(LANGUAGES).map((name) => name.replace(/\.json$/, '')).sort();
  rmSync(TABLES, { recursive: true, force: true });
  mkdirSync(TABLES, { recursive: true });
  const type = '/** @type {Readonly<Record<string, string>>} */';
  const words = {};
  for (const code of codes) {
    const all = Object.entries(JSON.parse(readFileSync(join(LANGUAGES, `${code}.json`), 'utf8')));
    words[code] = Object.fromEntries(all.filter(([key]) => key.startsWith(MARKDOWN)).map(([key, word]) => [key.slice(MARKDOWN.length), word]));
    const own = Object.fromEntries(all.filter(([key]) => keys.has(key) || keys.has(singular(key))));
    writeFileSync(join(TABLES, `${code}.js`), `${type}\nconst sentences = ${JSON.stringify(own, undefined, 1)};\nexport default sentences;\n`);
  }
  const loads = codes.filter((code) => code !== 'en').map((code) => `  ${JSON.stringify(code)}: () => import('./${code}.js'),\n`);
  const all = `/** @type {Readonly<Record<string, () => Promise<{ default: Readonly<Record<string, string>> }>>>} */`;
  writeFileSync(join(TABLES, 'index.js'), `// How each language but English is loaded.\n\n${all}\nexport const TABLES = {\n${loads.join('')}};\n`);
  const wordsType = '/** @type {Readonly<Record<string, Readonly<Record<string, string>>>>} */';
  writeFileSync(join(TABLES, 'words.js'), `// The words that plugins for Markdown put in, by language.\n\n${wordsType}\nexport const WORDS = ${JSON.stringify(words, undefined, 1)};\n`);
  return codes;
}

if (process.argv[1] === import.meta.filename) writeTables();
