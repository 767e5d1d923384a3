// Members' pictures with their sizes, so that pages don't jump: for Sätteri, which Astro 7 renders with, and for rehype.

import type { Element, Nodes, Properties, Root } from 'hast';
import { heightAt, type Size } from './folder/sizes.js';
import { replaceElements } from './html/parse.js';
import { picture } from './renditions.js';

export interface PicturesOptions {
  /**
   * How wide a picture stands in a page, as the attribute `sizes` says it. A browser that can measure a picture before it
   * loads does so; the others, and the first picture of a document, go by this.
   *
   * @default '(min-width: 45rem) 45rem, 100vw'
   */
  sizes?: string | undefined;
}

/** The column of most themes, and on small screens all of it. */
const COLUMN = '(min-width: 45rem) 45rem, 100vw';
/** Below this width, in pixels, a picture is taken for no wider than it is on every screen. */
const NARROW = 480;
/** A length as HTML reads it, up to six digits: what stands behind the number doesn't count, but for a percent sign. */
const LENGTH = /^\s*\+?(\d{1,6}(?:\.\d+)?)(?!\d)(%?)/;

/** What a plugin of Sätteri can ask for and do. */
interface Context {
  parent(node: Readonly<Nodes>): Readonly<Nodes> | undefined;
  setProperty(node: Readonly<Element>, key: string, value: unknown): void;
}

/** HTML as it was written, which hast has no type for. */
interface Raw {
  type: 'raw';
  value: string;
}

/** A plugin for Sätteri, before the wall if there is one: `satteri({ hastPlugins: [pictures()] })`. */
export function pictures(options: PicturesOptions = {}) {
  // Called anew for each document.
  return () => {
    const gallery = galleryOf(options);
    return {
      name: 'masthead-pictures',
      element: {
        filter: ['img'],
        visit(node: Readonly<Element>, context: Context): void {
          const parent = context.parent(node);
          const added = gallery.of(node.properties, parent?.type === 'element' && parent.tagName === 'picture');
          for (const [key, value] of Object.entries(added)) context.setProperty(node, key, value);
        },
      },
      raw(node: Readonly<Raw>): Raw | undefined {
        const value = gallery.within(node.value);
        return value === node.value ? undefined : { type: 'raw', value };
      },
    };
  };
}

/** The same for rehype: `unified().use(rehypePictures)`, or `rehypePlugins: [[rehypePictures, { sizes: '40rem' }]]` in Astro. */
export function rehypePictures(options: PicturesOptions = {}) {
  return (tree: Root): void => {
    const gallery = galleryOf(options);
    visit(tree, false);

    function visit(node: Root | Nodes | Raw, isChoice: boolean): void {
      if (node.type === 'raw') node.value = gallery.within(node.value);
      if (node.type === 'element' && node.tagName === 'img') Object.assign(node.properties, gallery.of(node.properties, isChoice));
      if ('children' in node) for (const child of node.children) visit(child, node.type === 'element' && node.tagName === 'picture');
    }
  };
}

/** The pictures of one document, in the order in which they stand there. */
function galleryOf({ sizes = COLUMN }: PicturesOptions) {
  let isFirst = true;
  // Each tag in a line of text is HTML of its own.
  let isOpen = false;

  /** What an `<img>` has to have beside what its author wrote. `isChoice`: a `<picture>` may show another one in its place. */
  function of(written: Properties, isChoice: boolean): Properties {
    const { width, height, srcset } = picture(String(written['src'] ?? ''));
    if (width === undefined || height === undefined) return {};
    // The converter writes `lazy` to every picture that has a size: a text's first one is not to wait for that.
    const loading = isFirst ? 'eager' : (written['loading'] ?? 'lazy');
    isFirst = false;
    const shown = sizeOf(written, [width, height]);
    const own = shown !== undefined && shown[0] < NARROW ? `${shown[0]}px` : sizes;
    // What measures itself has the proportions of its attributes alone, so it needs them, and they must be its own.
    const measures = loading === 'lazy' && shown !== undefined && !isChoice && !isOpen;
    return {
      ...(shown ? { width: shown[0], height: shown[1] } : {}),
      ...(srcset && !('srcSet' in written) ? { srcSet: srcset, sizes: written['sizes'] ?? (measures ? `auto, ${own}` : own) } : {}),
      loading,
      decoding: written['decoding'] ?? 'async',
    };
  }

  /** HTML with the same in its pictures; nothing else in it changes. */
  function within(html: string): string {
    const changed = /<ima?ge?[\s/]/i.test(html)
      ? replaceElements(html, 'img', (properties, parent) => {
          const added = of(properties, parent === 'picture');
          return Object.keys(added).length > 0 ? { ...properties, ...added } : undefined;
        })
      : html;
    const last = html.match(/<\/?picture[\s>]/gi)?.at(-1);
    if (last) isOpen = !last.startsWith('</');
    return changed;
  }

  return { of, within };
}

/**
 * The size at which a page shows a picture: its own, or the width that its author wrote, or else the height, and the other by its
 * proportions. A page that makes pictures no wider than its column shows them in those anyway, once they are loaded. `undefined`
 * for a share of the page.
 */
function sizeOf({ width, height }: Properties, size: Size): Size | undefined {
  const [wide, high] = [width, height].map((value) => LENGTH.exec(String(value ?? '')));
  if (wide?.[2] || high?.[2]) return undefined;
  if (wide) return [Number(wide[1]), heightAt(size, Number(wide[1]))];
  if (high) return [heightAt([size[1], size[0]], Number(high[1])), Number(high[1])];
  return size;
}
