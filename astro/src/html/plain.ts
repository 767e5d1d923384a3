// HTML that is written plainly: each element is closed where it was opened, and nothing is left for a parser to add, to move or to
// repair. Its tree is read off the text, many times as fast as by a parser of the whole standard.

import type { Element, ElementContent, Properties, Root, RootContent } from 'hast';
import { write } from './parse.js';

/** What a wall makes of HTML, with its tree. */
export interface Plain {
  html: string;
  tree: Root;
}

/**
 * An element of that name and those attributes as a wall leaves it, whatever is in it; `undefined` where it doesn't leave it there.
 * The element hasn't got any children.
 */
export type Judge = (tagName: string, attributes: Attribute[]) => Element | undefined;

export interface Attribute {
  name: string;
  value: string;
}

/** How a parser takes an element (HTML standard, “the rules for parsing tokens in HTML content”, “in body” and “in table”). */
interface Rule {
  /** It would end a paragraph that is open, so that none may be. */
  isBlock?: true;
  /** No block may stand in it: it would end there. */
  isText?: true;
  isVoid?: true;
  /** It would end another of its name that is open, so that none may be. */
  isOnce?: true;
  /** The elements that it stands in, without any between them: elsewhere others are added or ended. */
  within?: ReadonlySet<string>;
  /** Its only children, beside white space: others are moved to before the table. */
  holds?: ReadonlySet<string>;
}

const named = (names: string, rule: Rule = {}): [string, Rule][] => names.split(' ').map((name) => [name, rule]);
const set = (...names: string[]): ReadonlySet<string> => new Set(names);
const [GROUPS, CELLS] = [set('thead', 'tbody', 'tfoot'), set('td', 'th')];

/** Elements that are read here. HTML with any other goes the long way: of another language, or with rules of their own, such as `ruby`. */
const RULES: ReadonlyMap<string, Rule> = new Map([
  ...named('abbr audio b code del em i ins kbd mark picture q s samp small span strike strong sub sup tt var video'),
  ...named('a button', { isOnce: true }),
  ...named('br img input source', { isVoid: true }),
  ...named('hr', { isBlock: true, isVoid: true }),
  ...named('aside blockquote center details div dl figcaption figure ol pre section summary ul', { isBlock: true }),
  ...named('h1 h2 h3 h4 h5 h6 p', { isBlock: true, isText: true }),
  ...named('li', { isBlock: true, within: set('ol', 'ul') }),
  ...named('dd dt', { isBlock: true, within: set('dl') }),
  ...named('table', { isBlock: true, holds: GROUPS }),
  ...named('thead tbody tfoot', { within: set('table'), holds: set('tr') }),
  ...named('tr', { within: GROUPS, holds: CELLS }),
  ...named('td th', { within: set('tr') }),
]);

/** Elements in each other, and all of one document: far fewer than the long way takes. */
const MAX_OPEN = 100;
const MAX_ELEMENTS = 500_000;
/** Of a tag, in characters: drawings stand in addresses. */
const MAX_TAG = 1_000_000;
/** Attributes of a tag. */
const MAX_ATTRIBUTES = 100;
/** Tags that are kept, and how long one may be that is: in a build the same few come thousands of times. */
const MAX_KEPT = 5_000;
const MAX_KEPT_TAG = 200;

const NAME = /<([a-z][a-z0-9]*)/y;
const ATTRIBUTE = / ([a-z][a-z0-9-]*)(?:="([^"<\0\r\ufeff]*)")?/y;
const END = / ?\/?>/y;
/** What a parser reads as it stands, but for references. */
const NO_TEXT = /[\0\r\ufeff]/;
const BLANK = /^[\t\n ]*$/;
/** References whose meaning no parser doubts. */
const REFERENCE = /&(?:(amp|lt|gt|quot|#x26|#x3C|#x3E|#x22|#x27|#x60|#39);)?/g;
const REFERRED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x26': '&', '#x3C': '<', '#x3E': '>', '#x22': '"', '#x27': "'", '#x60': '`', '#39': "'" };

/** An element that isn't closed yet. */
interface Open {
  tagName: string;
  rule: Rule;
  /** What the element that it stands in has so far. */
  outer: ElementContent[];
}

/** A tag that begins an element. */
interface Tag {
  tagName: string;
  rule: Rule;
  properties: Properties;
  /** As a wall writes it; `undefined` for what it was read from. */
  written: string | undefined;
  /** Length of what it was read from. */
  length: number;
}

/**
 * Reads plain HTML; `undefined` for any other. What comes out is what the long way would give, and comes of nothing but what `judge` let
 * through. Without `hasTree` the tree is empty: whoever doesn't want it needn't have it made.
 */
export function plainReader(judge: Judge): (html: string, hasTree?: boolean) => Plain | undefined {
  const kept = new Map<string, Tag>();

  /** The tag that begins at a place; `undefined` where it isn't plain, or isn't let through. */
  function tagAt(html: string, at: number): Tag | undefined {
    const source = html.slice(at, html.indexOf('>', at) + 1);
    const known = kept.get(source);
    if (known) return known;
    if (source.length <= MAX_KEPT_TAG) {
      // A part of a string holds on to the whole of it, and with it to the document.
      const own = Buffer.from(source, 'utf16le').toString('utf16le');
      const tag = readTag(own, 0, judge);
      if (tag) {
        keep(kept, own, tag);
        return tag;
      }
    }
    // Too long to be kept, or a value in it has the sign that ends a tag.
    return readTag(html, at, judge);
  }

  return (html, hasTree = true) => {
    if (NO_TEXT.test(html)) return undefined;
    const tree: Root = { type: 'root', children: [] };
    const open: Open[] = [];
    let children = tree.children as ElementContent[];
    let holds: ReadonlySet<string> | undefined;
    let elements = 0;
    /** How many elements are open that hold no block. */
    let texts = 0;
    let written = '';
    /** What stands before it is written. */
    let done = 0;
    const replace = (from: number, to: number, by: string) => {
      written += html.slice(done, from) + by;
      done = to;
    };
    for (let at = 0; at < html.length; ) {
      const next = html.indexOf('<', at);
      const end = next < 0 ? html.length : next;
      if (end > at) {
        const source = html.slice(at, end);
        if (holds && !BLANK.test(source)) return undefined;
        const value = source.includes('&') ? referred(source) : source;
        if (value === undefined) return undefined;
        if (hasTree) children.push({ type: 'text', value });
        if (value !== source) {
          const again = escaped(value);
          if (again !== source) replace(at, end, again);
        }
        at = end;
        continue;
      }
      const top = open.at(-1);
      if (html[at + 1] === '/') {
        if (!top || !html.startsWith(top.tagName, at + 2) || html[at + 2 + top.tagName.length] !== '>') return undefined;
        open.pop();
        if (top.rule.isText) texts -= 1;
        at += top.tagName.length + 3;
        children = top.outer;
        holds = open.at(-1)?.rule.holds;
        continue;
      }
      const tag = tagAt(html, at);
      if (!tag) return undefined;
      const { tagName, rule, length } = tag;
      if (rule.isBlock && texts > 0) return undefined;
      if (rule.within && !(top && rule.within.has(top.tagName))) return undefined;
      if (holds && !holds.has(tagName)) return undefined;
      if (rule.isOnce && open.some((other) => other.tagName === tagName)) return undefined;
      if ((elements += 1) > MAX_ELEMENTS) return undefined;
      if (tag.written !== undefined) replace(at, at + length, tag.written);
      at += length;
      const outer = children;
      if (hasTree) {
        children = [];
        outer.push({ type: 'element', tagName, properties: copied(tag.properties), children });
      }
      if (rule.isVoid) {
        children = outer;
        continue;
      }
      // A parser drops the line break that it begins with.
      if (tagName === 'pre' && html[at] === '\n') return undefined;
      if (open.push({ tagName, rule, outer }) > MAX_OPEN) return undefined;
      if (rule.isText) texts += 1;
      holds = rule.holds;
    }
    if (open.length > 0) return undefined;
    return { html: done === 0 ? html : written + html.slice(done), tree };
  };
}

/**
 * The tree as `write` writes it, several times as fast. For what a wall reads next: that a text is written with its escapes is what the
 * long way of a wall relies on, and there the library's own writer stays.
 */
export function writePlainly(tree: Root): string {
  return tree.children.map(writeNode).join('');
}

function writeNode(node: RootContent): string {
  if (node.type === 'text') return escaped(node.value);
  // Of another language, or none of those that are plain: there other rules hold.
  const rule = node.type === 'element' ? RULES.get(node.tagName) : undefined;
  if (node.type !== 'element' || !rule || (rule.isVoid && node.children.length > 0)) return write({ type: 'root', children: [node] });
  const start = startOf(node, rule);
  if (rule.isVoid) return start;
  let written = start;
  for (const child of node.children) written += writeNode(child);
  return `${written}</${node.tagName}>`;
}

/** Tags that were written, by what they say. */
const tags = new Map<string, string>();

/** The tag that begins an element. */
function startOf({ tagName, properties }: Element, { isVoid }: Rule): string {
  if (isEmpty(properties)) return `<${tagName}>`;
  const key = tagName + JSON.stringify(properties);
  const known = tags.get(key);
  if (known !== undefined) return known;
  const written = write({ type: 'root', children: [{ type: 'element', tagName, properties, children: [] }] });
  const start = isVoid ? written : written.slice(0, -`</${tagName}>`.length);
  // JSON says the same of what is nothing and of numbers that are none.
  if (key.length <= MAX_KEPT_TAG && !key.includes('null')) keep(tags, key, start);
  return start;
}

function keep<Value>(all: Map<string, Value>, key: string, value: Value): void {
  if (all.size >= MAX_KEPT) all.clear();
  all.set(key, value);
}

function isEmpty(properties: Properties): boolean {
  for (const _ in properties) return false;
  return true;
}

const escaped = (text: string): string => (/[&<]/.test(text) ? text.replace(/&/g, '&#x26;').replace(/</g, '&#x3C;') : text);

function readTag(html: string, from: number, judge: Judge): Tag | undefined {
  NAME.lastIndex = from;
  const tagName = NAME.exec(html)?.[1];
  const rule = tagName === undefined ? undefined : RULES.get(tagName);
  if (tagName === undefined || !rule) return undefined;
  const attributes: Attribute[] = [];
  let at = NAME.lastIndex;
  for (;;) {
    ATTRIBUTE.lastIndex = at;
    const [, name, source = ''] = ATTRIBUTE.exec(html) ?? [];
    if (name === undefined) break;
    const value = source.includes('&') ? referred(source) : source;
    // Of two attributes of a name a parser takes the first.
    if (value === undefined || attributes.length >= MAX_ATTRIBUTES || attributes.some((other) => other.name === name)) return undefined;
    attributes.push({ name, value });
    at = ATTRIBUTE.lastIndex;
  }
  END.lastIndex = at;
  const [end] = END.exec(html) ?? [];
  const length = END.lastIndex - from;
  // A slash is passed over by parsers, and then what is in such an element is a surprise to whoever wrote it.
  if (end === undefined || (end !== '>' && !rule.isVoid) || length > MAX_TAG) return undefined;
  const element = judge(tagName, attributes);
  if (!element) return undefined;
  const written = startOf(element, rule);
  const isSame = written.length === length && html.startsWith(written, from);
  return { tagName, rule, properties: element.properties, written: isSame ? undefined : written, length };
}

/** A text without its references; `undefined` where there are others. */
function referred(source: string): string | undefined {
  let isPlain = true;
  const text = source.replace(REFERENCE, (_, name: string | undefined) => {
    if (name === undefined) isPlain = false;
    return REFERRED[name ?? ''] ?? '';
  });
  return isPlain ? text : undefined;
}

/** Properties that may be changed: each element has its own. */
function copied(properties: Properties): Properties {
  const own: Properties = {};
  for (const name in properties) {
    const value = properties[name];
    own[name] = Array.isArray(value) ? [...value] : value;
  }
  return own;
}
