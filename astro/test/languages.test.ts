// The tables of sentences, held against what uses them and against each other.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'parse5';
import { expect, test } from 'vitest';
import { OFFERED } from '../src/languages/say.js';
import { markup, modules, others, page, ROOT, texts } from './support/sources.js';

type Table = Record<string, string>;

/** Those that the page or the package says; the server's have others. */
const PREFIXES = ['page', 'pages', 'site', 'desk', 'report', 'editor', 'history', 'rename', 'account', 'schedule', 'content', 'roster', 'review', 'audit'];
const KEY = new RegExp(`["'\`]((?:${PREFIXES.join('|')})\\.[a-z\\d_.]+)\\\\?["'\`]`, 'g');
const PLURAL = /_(zero|one|two|few|many|other)$/;

const isOwn = (key: string): boolean => PREFIXES.includes(key.split('.')[0] ?? '');
const codes = readdirSync(join(ROOT, 'languages')).map((name) => name.replace(/\.json$/, ''));
const text = (code: string): string => readFileSync(join(ROOT, 'languages', `${code}.json`), 'utf8');
const table = (code: string): Table => JSON.parse(text(code)) as Table;
const english = table('en');

/** Keys without their plurals, each with its plurals. */
function byKey(sentences: Table): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const key of Object.keys(sentences)) {
    const plural = PLURAL.exec(key)?.[1];
    const base = plural && Object.hasOwn(english, key.replace(PLURAL, '_other')) ? key.replace(PLURAL, '') : key;
    const plurals = found.get(base) ?? new Set();
    found.set(base, base === key ? plurals : plurals.add(plural!));
  }
  return found;
}

const named = new Map([...page, ...modules, ...markup, ...others].flatMap(({ path, text }) => [...text.matchAll(KEY)].map(([, key = '']) => [key, path] as const)));

test('every key that is named has its sentence', () => {
  const known = byKey(english);
  expect([...named].filter(([key]) => !known.has(key)).map(([key, path]) => `${key} in ${path}`)).toEqual([]);
  expect(named.size).toBeGreaterThan(200);
});

test('every sentence of the page and the package is named somewhere', () => {
  const own = [...byKey(english).keys()].filter(isOwn);
  expect(own.filter((key) => !named.has(key))).toEqual([]);
});

test('the words for Markdown are those of task lists and callouts', () => {
  const words = Object.keys(english).filter((key) => key.startsWith('markdown.'));
  expect(words.filter((key) => !/^markdown\.(?:task\.(?:done|to_do)|callout\.[a-z]+)$/.test(key))).toEqual([]);
});

test('no key is put together, so that each can be found', () => {
  const composed = [...page, ...modules].filter(({ text }) => /\b(?:t|pieces)\(\s*(?:`[^`]*\$\{|["'][^"']*["']\s*\+)/.test(text));
  expect(composed.map(({ path }) => path)).toEqual([]);
});

test('the folder holds the languages that are offered', () => {
  expect(codes.sort()).toEqual([...OFFERED].sort());
});

test.each(codes)('the sentences of “%s” stand in the order of their keys, each once', (code) => {
  const keys = [...text(code).matchAll(/^ {2}"([^"]+)":/gm)].map(([, key = '']) => key);
  expect(keys).toEqual([...new Set(keys)].sort());
  expect(keys).toEqual(Object.keys(table(code)));
});

test.each(codes)('“%s” has the keys of English, with its own plurals', (code) => {
  const categories = [...new Intl.PluralRules(code).resolvedOptions().pluralCategories].sort();
  const [own, wanted] = [byKey(table(code)), byKey(english)];
  expect([...own.keys()].sort()).toEqual([...wanted.keys()].sort());
  const wrong = [...wanted].filter(([, plurals]) => plurals.size > 0).map(([key]) => [key, [...(own.get(key) ?? [])].sort()] as const);
  expect(wrong.filter(([, plurals]) => plurals.join() !== categories.join())).toEqual([]);
});

test.each(codes)('the sentences of “%s” have the values of the English ones', (code) => {
  const values = (sentence = ''): string[] => [...new Set([...sentence.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name))].sort();
  const wrong = Object.entries(table(code)).flatMap(([key, sentence]) => {
    // “The one file” needs no number.
    const isFree = PLURAL.test(key) && !key.endsWith('_other');
    const [own, wanted] = [sentence, english[key] ?? english[key.replace(PLURAL, '_other')]].map((one) => values(one).filter((name) => name !== 'count' || !isFree));
    return String(own) === String(wanted) ? [] : [`${key} has ${own} and not ${wanted}`];
  });
  expect(wrong).toEqual([]);
});

test('no sentence of the page or the package holds markup', () => {
  expect(codes.flatMap((code) => Object.entries(table(code)).filter(([key, sentence]) => isOwn(key) && /<[a-z/!]|&\w+;/i.test(sentence)).map(([key]) => `${code}: ${key}`))).toEqual([]);
});

/** What reads like a sentence and is none, each with the reason. */
const NO_SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^Bearer $/, 'of HTTP'],
  [/^Unfit$/, 'the name of an error'],
  [/^\x89PNG\r\n/, 'what a PNG begins with'],
  [/^Çüéâ/, 'a code page'],
  [/^(?:Files|Meta|Control|Shift)$/, 'how the web’s interfaces call keys and what is dragged'],
  [/^<!doctype html>/, 'the document of a preview’s frame'],
  [/^ui-monospace|^\.cm-/, 'CSS'],
];

test('no sentence goes around its key', () => {
  const isSentence = (one: string): boolean => (/\p{Lu}/u.test(one) && /\s/.test(one)) || /^\p{Lu}\p{Ll}+$/u.test(one);
  const isSaid = (one: string): boolean => isSentence(one) && !NO_SENTENCES.some(([is]) => is.test(one));
  const around = [...page, ...modules].flatMap((module) => texts(module).filter(isSaid).map((one) => `${module.path}: ${one}`));
  expect(around).toEqual([]);
});

/** What stands in the page's markup and has no key. */
const WITHOUT_KEY = [
  // The club's own name takes its place.
  'Masthead',
  // Without JavaScript, or where no table could be loaded, there is nothing to translate with.
  'This page needs JavaScript.',
  'This page could not be loaded whole. Please reload it.',
];

interface Markup {
  nodeName: string;
  value?: string;
  attrs?: { name: string; value: string }[];
  childNodes?: Markup[];
}

test('the page’s markup is in English, and each of its texts has its key', () => {
  const html = markup.find(({ path }) => path.endsWith('index.html'))!;
  const found: string[] = [];
  const visit = (node: Markup, key?: string): void => {
    const attributes = Object.fromEntries((node.attrs ?? []).map(({ name, value }) => [name, value]));
    const own = attributes['data-t'];
    if (own !== undefined && node.childNodes?.some(({ nodeName }) => nodeName !== '#text')) found.push(`${own} would take the elements in it away`);
    for (const name of ['alt', 'title', 'placeholder', 'aria-label']) {
      const wanted = attributes[`data-t-${name}`];
      if ((attributes[name] ?? '') !== (wanted === undefined ? '' : english[wanted])) found.push(`${name}="${attributes[name]}" of ${wanted}`);
    }
    const said = node.nodeName === '#text' ? (node.value ?? '').trim() : '';
    if (said && (key === undefined ? !WITHOUT_KEY.includes(said) : said !== english[key])) found.push(`“${said}” of ${key}`);
    if (!['script', 'style', 'title'].includes(node.nodeName)) for (const child of node.childNodes ?? []) visit(child, own);
  };
  // As without scripts: what stands in <noscript> is markup then.
  visit(parse(html.text, { scriptingEnabled: false }) as unknown as Markup);
  expect(found).toEqual([]);
});

test('the components’ markup holds keys in the place of texts', () => {
  const components = markup.filter(({ path }) => path.endsWith('.astro'));
  const found = components.flatMap(({ path, text }) => {
    const template = text.split(/^---$/m)[2] ?? '';
    // An arrow of a function ends no tag.
    const said = [...template.replace(/<script>[^]*<\/script>/, '').replace(/=>\s*\(?/g, '').matchAll(/>\s*([^<>{}\s][^<>{}]*)<|\s(?:aria-label|alt|title|placeholder)="([^"]+)"/g)];
    return said.map(([, words, attribute]) => `${path}: ${words ?? attribute}`);
  });
  expect(found).toEqual([]);
});
