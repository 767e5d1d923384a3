// What may stand in a page: the table in policy.json, and what a site allows beside it.

import { find, html } from 'property-information';
import type { Schema } from 'hast-util-sanitize';
import table from './policy.json' with { type: 'json' };

/**
 * What a site allows in members' HTML beside the table: for what its own plugins make, such as KaTeX,
 * or for its own elements. Names are those of HTML, in lower case; `*` stands for every element.
 *
 * It holds for a member's own HTML as well, which nothing tells apart from a plugin's.
 */
export interface Allowance {
  elements?: readonly string[];
  /** Attributes by element. Addresses in them aren't looked at: name none that holds one. */
  attributes?: Readonly<Record<string, readonly string[]>>;
  /** Classes by element. A `*` at the end of one stands for anything. */
  classes?: Readonly<Record<string, readonly string[]>>;
  /** Properties of a `style` attribute by element. A `*` at the end of one stands for anything. */
  styles?: Readonly<Record<string, readonly string[]>>;
}

/** Attributes that hold more than text, by what they hold. */
export type Kind = 'link' | 'image' | 'media' | 'imageSet' | 'identifier' | 'class' | 'target' | 'rel' | 'style';

export interface Policy {
  /** For hast-util-sanitize. */
  schema: Schema;
  /** What the addresses of the site's own style sheets and scripts begin with; none may stand in the text where it is empty. */
  assets: readonly string[];
  /** Whether an image may be a drawing that stands in its address. */
  drawings: boolean;
  /** What an attribute holds; `undefined` for text, and for what isn't allowed at all. */
  kindOf(element: string, attribute: string): Kind | undefined;
  hasClass(element: string, name: string): boolean;
  hasStyle(element: string, property: string): boolean;
}

export { table };

type Names = Readonly<Record<string, readonly string[]>>;

const KINDS: Kind[] = ['link', 'image', 'media', 'imageSet', 'identifier', 'class', 'target', 'rel'];
/** Two languages whose elements a site may allow one by one. */
const FOREIGN = ['math', 'svg'];
/**
 * What runs, what takes over the page, what fetches, and what holds no markup: that would not be read
 * as it is written, as wouldn't what stands where one language changes into another.
 */
const NEVER = new Set([
  ...table.removedWithContent.filter((name) => !FOREIGN.includes(name)),
  'animate', 'animatetransform', 'annotation-xml', 'base', 'body', 'desc', 'feimage', 'foreignobject', 'frame', 'head', 'html', 'image', 'link',
  'malignmark', 'meta', 'mglyph', 'set', 'use',
]);
const NEVER_ATTRIBUTES = new Set([
  'action', 'background', 'class', 'data', 'formaction', 'href', 'http-equiv', 'id', 'is', 'name', 'ping', 'poster', 'rel', 'slot', 'src', 'srcdoc',
  'srcset', 'style', 'target',
]);
const ELEMENT = /^[a-z][a-z0-9-]*$/;
const ATTRIBUTE = /^[A-Za-z][A-Za-z0-9-]*$/;

/** What isn't allowed by names. */
export interface Own {
  /** What the addresses of the site's own style sheets and scripts begin with that may stand in the text. */
  assets?: readonly string[];
  /** Whether the address of an image may be a drawing: for drawings that the package has made. */
  drawings?: boolean;
}

/**
 * The table with what a site allows.
 *
 * @throws {TypeError} where an allowance names what would let members run scripts or take over the page.
 */
export function policyWith(allowances: readonly Allowance[], { assets = [], drawings = false }: Own = {}): Policy {
  for (const allowance of allowances) check(allowance);
  const rows: Allowance[] = [...table.rendered, ...allowances];
  const elements = new Set([...table.elements, ...rows.flatMap((row) => row.elements ?? []), ...(assets.length === 0 ? [] : ['link', 'script'])]);
  const classes = merged(rows.map((row) => row.classes));
  const styles = merged(rows.map((row) => row.styles));
  const attributes = merged([
    table.attributes.plain,
    ...KINDS.map((kind) => table.attributes[kind as keyof typeof table.attributes] as Names),
    ...rows.map((row) => row.attributes),
    ...(assets.length === 0 ? [] : [{ link: ['rel', 'href'], script: ['type', 'src'] }]),
  ]);
  for (const element of Object.keys(styles)) (attributes[element] ??= []).push('style');

  const everywhere = attributes['*'] ?? [];
  const schema: Schema = {
    allowComments: false,
    allowDoctypes: false,
    tagNames: [...elements],
    strip: table.removedWithContent.filter((name) => !elements.has(name)),
    ancestors: table.onlyWithin,
    attributes: Object.fromEntries(
      [...elements].map((element) => {
        const own = attributes[element] ?? [];
        const all = table.noOthers.includes(element) || element === 'link' || element === 'script' ? own : [...own, ...everywhere];
        return [element, all.map((name) => find(html, name).property)];
      }),
    ),
    clobber: [],
    clobberPrefix: '',
    // The values themselves are looked at in values.ts; this is the same once more, by other code.
    protocols: {
      href: table.schemes.link,
      cite: table.schemes.link,
      src: [...table.schemes.image, 'data'],
      poster: [...table.schemes.image, 'data'],
    },
    required: { input: { type: 'checkbox', disabled: true } },
  };
  const kinds = new Map<string, Kind>(
    KINDS.flatMap((kind) =>
      Object.entries(table.attributes[kind as keyof typeof table.attributes] as Names).flatMap(([element, names]) =>
        names.map((name) => [`${element} ${name}`, kind] as const),
      ),
    ),
  );
  kinds.set('* style', 'style');
  return {
    schema,
    assets,
    drawings,
    kindOf: (element, attribute) => kinds.get(`${element} ${attribute}`) ?? kinds.get(`* ${attribute}`),
    hasClass: (element, name) => isLanguage(name) || matches([...(classes[element] ?? []), ...(classes['*'] ?? [])], name),
    hasStyle: (element, property) => matches([...(styles[element] ?? []), ...(styles['*'] ?? [])], property),
  };
}

/** The name of a code block's language, as the converter leaves it. */
function isLanguage(name: string): boolean {
  return /^language-[A-Za-z0-9_+#-]+$/.test(name);
}

function matches(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}

function merged(all: readonly (Names | undefined)[]): Record<string, string[]> {
  const names: Record<string, string[]> = {};
  for (const one of all) for (const [element, own] of Object.entries(one ?? {})) (names[element] ??= []).push(...own);
  return names;
}

function check({ elements = [], attributes = {} }: Allowance): void {
  for (const element of elements) {
    if (!ELEMENT.test(element) || NEVER.has(element)) throw new TypeError(`masthead-astro: members' HTML can't be allowed the element “${element}”`);
  }
  for (const name of Object.values(attributes).flat()) {
    const small = name.toLowerCase();
    if (!ATTRIBUTE.test(name) || small.startsWith('on') || NEVER_ATTRIBUTES.has(small)) throw new TypeError(`masthead-astro: members' HTML can't be allowed the attribute “${name}”`);
  }
}
