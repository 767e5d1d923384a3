// The site's own renderer, and a second one made of it that reads formulas: the site's own documents keep their dollars.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { AstroConfig } from 'astro';
import type { Element, Nodes as HtmlNodes, Root } from 'hast';
import type { Nodes } from 'mdast';
import { withoutMoney } from './money.js';
import { classesOf, element } from './tree.js';

interface Rendered {
  code: string;
  metadata: Record<string, unknown>;
}

export interface Renderer {
  render(markdown: string, options: { frontmatter: Record<string, unknown> }): Promise<Rendered>;
}

/** A processor as Astro 7 has it in `markdown.processor`. */
interface Processor {
  name: string;
  options: Record<string, unknown>;
  createRenderer(shared: Record<string, unknown>): Promise<Renderer>;
}

/** What is needed of Sätteri. */
interface Parsing {
  markdownToMdast?: (markdown: string, options: object) => Nodes;
}

type Factory = (options: Record<string, unknown>) => Processor;

/** Why there is no second renderer, in a sentence. */
export class NoFormulas extends Error {}

/** The site's own renderer, told a document's frontmatter as values; `undefined` in Astro 5 and 6, which have no such thing. */
export async function rendererOf(config: AstroConfig): Promise<Renderer | undefined> {
  return processorOf(config)?.createRenderer(sharedOf(config));
}

/**
 * A renderer that reads formulas; `undefined` where the site's own does so already.
 *
 * @throws {NoFormulas} where none can be made
 */
export async function rendererWithFormulas(config: AstroConfig): Promise<Renderer | undefined> {
  const processor = processorOf(config);
  if (!processor) throw new NoFormulas('formulas need Astro 7');
  const shared = sharedOf(config);
  const load = (name: string) => loadFor(config.root, name);
  const pluginsOf = (list: string) => (processor.options[list] ?? []) as unknown[];
  if (processor.name === 'satteri') {
    const features = (processor.options['features'] ?? {}) as Record<string, unknown>;
    if (features['math']) return undefined;
    const { satteri } = (await load('@astrojs/markdown-satteri')) as { satteri: Factory };
    return careful(await satteri({ ...processor.options, hastPlugins: [formulasApart, ...pluginsOf('hastPlugins')], features: { ...features, math: true } }).createRenderer(shared), load);
  }
  if (processor.name === 'unified') {
    const plugins = pluginsOf('remarkPlugins');
    if (plugins.some((plugin) => isRemarkMath(Array.isArray(plugin) ? plugin[0] : plugin))) return undefined;
    const { unified } = (await load('@astrojs/markdown-remark')) as { unified: Factory };
    let remarkMath: unknown;
    try {
      ({ default: remarkMath } = (await load('remark-math')) as { default: unknown });
    } catch {
      throw new NoFormulas('formulas need the package remark-math beside @astrojs/markdown-remark: npm install remark-math');
    }
    return careful(await unified({ ...processor.options, remarkPlugins: [remarkMath, ...plugins], rehypePlugins: [rehypeFormulasApart, ...pluginsOf('rehypePlugins')] }).createRenderer(shared), load);
  }
  throw new NoFormulas(`formulas are read by Sätteri and by unified, and not by the processor “${processor.name}”`);
}

/** What Astro 7 renders by; `undefined` in an older one. */
export const processorOf = ({ markdown }: AstroConfig) => (markdown as { processor?: Processor } | undefined)?.processor;

/** What Astro hands its processors of the site's configuration. */
function sharedOf({ markdown, image }: AstroConfig): Record<string, unknown> {
  const { syntaxHighlight, shikiConfig, gfm, smartypants } = markdown as unknown as Record<string, unknown>;
  return { image, syntaxHighlight, shikiConfig, gfm, smartypants };
}

/** A formula of its own line as no block of code, which plugins of the site would take it for. */
function formulaOf(pre: Element): Element | undefined {
  const code = pre.children.find((child): child is Element => child.type === 'element' && child.tagName === 'code');
  if (!code || !classesOf(code).includes('language-math')) return undefined;
  return element('div', {}, [element('code', { className: ['language-math', 'math-display'] }, code.children)]);
}

const formulasApart = { name: 'masthead-formulas-apart', element: { filter: ['pre'], visit: (node: Readonly<Element>) => formulaOf(node as Element) } };

function rehypeFormulasApart() {
  return function visit(node: Root | HtmlNodes): void {
    if (!('children' in node)) return;
    node.children = node.children.map((child) => (child.type === 'element' && child.tagName === 'pre' && formulaOf(child)) || child) as typeof node.children;
    node.children.forEach(visit);
  };
}

const isRemarkMath = (plugin: unknown): boolean => plugin === 'remark-math' || (typeof plugin === 'function' && plugin.name === 'remarkMath');

/** The renderer, told which dollars are money where Sätteri is there to read the document without formulas. */
async function careful(renderer: Renderer, load: (name: string) => Promise<unknown>): Promise<Renderer> {
  const { markdownToMdast } = (await load('satteri').catch(() => ({}))) as Parsing;
  if (!markdownToMdast) return renderer;
  return { render: (markdown, options) => renderer.render(withoutMoney(markdown, markdownToMdast(markdown, { features: { frontmatter: false } })), options) };
}

/** What reads Markdown into a tree, where Sätteri is there. */
export async function parserOf(root: URL): Promise<((markdown: string) => Nodes) | undefined> {
  const { markdownToMdast } = (await loadFor(root, 'satteri').catch(() => ({}))) as Parsing;
  return markdownToMdast && ((markdown) => markdownToMdast(markdown, { features: { frontmatter: false } }));
}

/** A package that the site has, or else one that its Astro or its Astro's renderer brought along. */
async function loadFor(root: URL, name: string): Promise<unknown> {
  const failures: unknown[] = [];
  for (const from of [new URL('package.json', root).href, import.meta.resolve('astro/package.json')]) {
    try {
      const { resolve } = createRequire(from);
      const found = name === 'satteri' ? createRequire(resolve('@astrojs/markdown-satteri')).resolve(name) : resolve(name);
      return await import(pathToFileURL(found).href);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, `the package ${name} isn't there`);
}
