// What stands in attributes: addresses, classes, identifiers, styles.

import { find, html } from 'property-information';
import type { DefaultTreeAdapterTypes } from 'parse5';
import { table, type Kind, type Policy } from './policy.js';

type Element = DefaultTreeAdapterTypes.Element;
type Attribute = Element['attrs'][number];

/** Where an address without a scheme leads. */
const SOMEWHERE = 'https://masthead.invalid/a/';
const WHITE_SPACE = /[\t\n\f\r ]+/;
const PICTURE = new RegExp(`^data:image/(${table.schemes.pictureTypes.join('|')});base64,[A-Za-z0-9+/=]*$`);
/** For an image alone, in which nothing runs and nothing is fetched. */
const DRAWING = /^data:image\/svg\+xml;base64,[A-Za-z0-9+/]+=*$/;
const HEADING = /^h[1-6]$/;
/** Astro marks images that it would fetch with an attribute of this name, which a parser writes small. */
const MARKED_IMAGE = '__astro_image_';
/** One word, number or colour of a style, or a function of them. */
const STYLE_VALUE = /^[\w#%.,()\s+-]{1,200}$/;
const STYLE_FUNCTION = /([\w-]*)\(/g;

/** Sets the attributes that are not plain text right; those that can't be go. */
export function setRight(element: Element, policy: Policy): void {
  if (element.tagName === 'img') unmark(element);
  element.attrs = element.attrs.flatMap((attribute) => {
    // Those with a prefix are none of HTML's.
    if (attribute.prefix) return [];
    const kind = policy.kindOf(element.tagName, attribute.name);
    const value = kind ? valueOf(kind, attribute.value, element.tagName, policy) : attribute.value;
    return value === null ? [] : [{ ...attribute, value }];
  });
  if (element.tagName === 'a') keepOpenerFrom(element);
}

/**
 * Whether a style sheet or a script is one of the site's own files, by its whole address; it then has
 * nothing but that. Any other element is not asked about.
 */
export function isOwnAsset(element: Element, assets: readonly string[]): boolean {
  const value = (name: string) => element.attrs.find((attribute) => attribute.name === name)?.value ?? '';
  const isStyle = element.tagName === 'link' && value('rel') === 'stylesheet';
  const isScript = element.tagName === 'script' && value('type') === 'module';
  const address = value(isStyle ? 'href' : 'src');
  const isOwn = assets.some((start) => address.startsWith(start) && /^[\w-]+(\.[\w-]+)*\.(css|js)$/.test(address.slice(start.length)));
  if (!(isStyle || isScript) || !isOwn) return false;
  element.childNodes = [];
  return true;
}

/** The value as it may stand there; `null` for none. */
function valueOf(kind: Kind, value: string, element: string, policy: Policy): string | null {
  switch (kind) {
    case 'link':
      return isAllowed(value, 'link') ? value : null;
    case 'image':
      return isShown(value, 'image') || PICTURE.test(value) || (policy.drawings && element === 'img' && DRAWING.test(value)) ? value : null;
    case 'media':
      return isShown(value, 'media') ? value : null;
    case 'imageSet':
      return imageSet(value);
    case 'identifier':
      return isIdentifier(value, element) ? value : null;
    case 'class':
      return words(value, (name) => policy.hasClass(element, name));
    case 'target':
      return table.targets.includes(value) ? value : null;
    case 'rel':
      return words(value.toLowerCase(), (word) => /^[a-z]+$/.test(word) && !table.refusedRelations.includes(word));
    case 'style':
      return declarations(value, (property) => policy.hasStyle(element, property));
  }
}

/** Read as a browser reads it: without tabs and line breaks in it, and controls around it. */
function isAllowed(address: string, kind: 'link' | 'image' | 'media'): boolean {
  const url = URL.parse(address, SOMEWHERE);
  return url !== null && table.schemes[kind].includes(url.protocol.slice(0, -1));
}

/** What the page shows by itself lies somewhere in the web, or below the site's root: a document has no folder. */
function isShown(address: string, kind: 'image' | 'media'): boolean {
  return isAllowed(address, kind) && (address.startsWith('/') || URL.canParse(address));
}

/** A `srcset` without the candidates that can't be shown (HTML standard, “parsing a srcset attribute”). */
function imageSet(value: string): string | null {
  const kept: string[] = [];
  for (let rest = value; ; ) {
    rest = rest.replace(/^[\t\n\f\r ,]+/, '');
    const [written = ''] = rest.split(WHITE_SPACE, 1);
    if (written === '') break;
    const address = written.replace(/,+$/, '');
    rest = rest.slice(written.length);
    const [descriptor = ''] = address === written ? rest.split(',', 1) : [''];
    rest = rest.slice(descriptor.length);
    // A comma within an address would end it in the eyes of those who cut at commas.
    if (isShown(address, 'image') && /^\s*([0-9.]+[wx])?\s*$/.test(descriptor)) kept.push(`${address.replaceAll(',', '%2C')} ${descriptor.trim()}`.trim());
  }
  return kept.length > 0 ? kept.join(', ') : null;
}

/**
 * Names that scripts look up on `window` or `document` are no identifiers. Headings have those that
 * Astro makes of their texts, and nothing on a page is found by a heading's identifier instead.
 */
function isIdentifier(value: string, element: string): boolean {
  if (value.startsWith('user-content-fn')) return /^[^\s"'<>]{1,1024}$/.test(value);
  if (HEADING.test(element)) return /^[^\s\p{C}"'<>`]+$/u.test(value);
  return /^[A-Za-z][\w-]{0,63}$/.test(value) && !table.refusedIdentifiers.includes(value.toLowerCase());
}

function words(value: string, isKept: (word: string) => boolean): string | null {
  const kept = value.split(WHITE_SPACE).filter((word) => word !== '' && isKept(word));
  return kept.length > 0 ? kept.join(' ') : null;
}

/** Values hold no address, no string, no comment and no escape, so that a declaration ends where it seems to. */
function declarations(value: string, isKept: (property: string) => boolean): string | null {
  const kept = value.split(';').filter((declaration) => {
    const [property = '', ...others] = declaration.split(':');
    const set = others.join(':').trim();
    return isKept(property.trim().toLowerCase()) && STYLE_VALUE.test(set) && [...set.matchAll(STYLE_FUNCTION)].every(([, name = '']) => name === '' || table.styleFunctions.includes(name.toLowerCase()));
  });
  return kept.length > 0 ? kept.map((declaration) => declaration.trim()).join(';') : null;
}

/** The page that is opened gets no hold of this one. */
function keepOpenerFrom(element: Element): void {
  const rel = element.attrs.find(({ name }) => name === 'rel');
  if (!element.attrs.some(({ name, value }) => name === 'target' && value !== '_self')) return;
  if (!rel) element.attrs.push({ name: 'rel', value: 'noopener' });
  else if (!rel.value.split(' ').includes('noopener')) rel.value = `${rel.value} noopener`;
}

/**
 * Gives an image that Astro has marked for its own processing its plain attributes back.
 *
 * Astro would fetch such an image while it builds, and fail where there is none: a member's file
 * must not be able to do that. An image of the build machine's own files loses its address.
 */
function unmark(element: Element): void {
  const marked = element.attrs.find(({ name }) => name === MARKED_IMAGE);
  if (!marked) return;
  const others = element.attrs.filter((attribute) => attribute !== marked);
  let written: unknown;
  try {
    written = JSON.parse(marked.value);
  } catch {
    // No mark of Astro's: a member wrote it.
  }
  const { src, index: _index, inferSize: _inferSize, ...kept } = typeof written === 'object' ? { ...written } as Record<string, unknown> : {};
  // Astro has decoded the address.
  const address = typeof src === 'string' && /^https?:/i.test(src) ? URL.parse(src)?.href : undefined;
  const restored = Object.entries({ ...(address ? { src: address } : {}), ...kept }).flatMap(([property, value]): Attribute[] => {
    const name = find(html, property).attribute;
    const text = attributeText(value);
    return text === null || others.some((other) => other.name === name) ? [] : [{ name, value: text }];
  });
  element.attrs = [...restored, ...others];
}

function attributeText(value: unknown): string | null {
  if (value === true) return '';
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
