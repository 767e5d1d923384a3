// What people read from: the page's files, and everything of the package that a browser may load.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

export const ROOT = join(import.meta.dirname, '../../..');

export interface Source {
  /** From the repository's top. */
  path: string;
  text: string;
}

const source = (path: string): Source => ({ path: relative(ROOT, path), text: readFileSync(path, 'utf8') });
const listed = (folder: string, ending: RegExp): Source[] => readdirSync(join(ROOT, folder)).filter((name) => ending.test(name)).map((name) => source(join(ROOT, folder, name)));

export const page = listed('shared/local/page', /\.js$/);
export const markup = [...listed('shared/local/page', /\.html$/), ...listed('astro/components', /\.astro$/), ...listed('astro/pages', /\.astro$/)];
/** Files that put further markup into the page, and into members' documents. */
export const others = [source(join(ROOT, 'shared/local/src/gateway/page.rs')), ...listed('astro/src/transforms', /\.ts$/)];

/** The modules that these lead to by their imports, tables apart. */
function reached(...entries: string[]): Source[] {
  const found = new Map<string, Source>();
  const waiting = entries.map((entry) => join(ROOT, entry));
  for (let path = waiting.pop(); path; path = waiting.pop()) {
    if (found.has(path) || path.includes('/tables/')) continue;
    const module = source(path);
    found.set(path, module);
    for (const { fileName } of ts.preProcessFile(module.text).importedFiles) {
      // The page's own addresses begin at its top.
      const to = fileName.startsWith('/') ? [join(ROOT, 'astro/src', fileName)] : fileName.startsWith('.') ? [join(dirname(path), fileName)] : [];
      waiting.push(...to.flatMap((one) => [one, one.replace(/\.js$/, '.ts')]).filter((one) => existsSync(one)).slice(0, 1));
    }
  }
  return [...found.values()];
}

/** What a browser may load of the package, by itself or for the page. */
export const modules = reached('astro/src/client.ts', 'astro/src/elements/index.ts', ...page.map(({ path }) => path)).filter(({ path }) => path.startsWith('astro/'));

/** The texts of a module that stand in quotes, but for what only developers read: the console, and why something was given up. */
export function texts({ path, text }: Source): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isCallExpression(node) && /^console\./.test(node.expression.getText())) return;
    if (ts.isNewExpression(node) && node.expression.getText() === 'DOMException') return;
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return found;
}
