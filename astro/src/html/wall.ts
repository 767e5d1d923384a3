// The wall where HTML is made: whatever a renderer gives, only what the table allows comes out.

import type { Element, Root } from 'hast';
import { fromParse5 } from 'hast-util-from-parse5';
import { sanitize } from 'hast-util-sanitize';
import { defaultTreeAdapter, html as standard, type DefaultTreeAdapterTypes } from 'parse5';
import { neutralHtml } from '../neutral.js';
import { parse, write } from './parse.js';
import { plainReader, type Judge } from './plain.js';
import { policyWith, type Allowance, type Policy } from './policy.js';
import { isOwnAsset, setRight } from './values.js';

/** How often HTML is parsed again until it stands: misnested elements come to rest at the second or third time. */
const MAX_ROUNDS = 8;

/** What a wall has let through, as HTML and as the tree that it was written from. */
export interface Walled {
  html: string;
  /** Whoever changes it writes it by parse.ts. */
  tree: Root;
}

export interface Wall {
  /** @throws {Error} where the HTML can't be had in a form that every parser reads alike. */
  html(html: string): string;
  /** The same, with its tree. */
  read(html: string): Walled;
  tree(html: string): Root;
}

/** A wall that lets the table through, and what a site allows beside it. */
export function wallWith(...allowances: readonly Allowance[]): Wall {
  return wallOf(policyWith(allowances));
}

/** A wall with a policy. */
export function wallOf(policy: Policy): Wall {
  const readPlain = plainReader(judgeOf(policy));
  const settle = settlerOf(policy);
  const settled = (html: string, hasTree: boolean): Walled => readPlain(html, hasTree) ?? settle(html);

  return {
    html: (html) => neutralHtml(settled(html, false).html),
    read(html) {
      const { html: written, tree } = settled(html, true);
      return { html: neutralHtml(written), tree };
    },
    tree: (html) => parse(settled(html, false).html),
  };
}

/** Sets an element right, whatever is in it. `false`: it doesn't stay. */
function visitorOf(policy: Policy): (element: DefaultTreeAdapterTypes.Element) => boolean {
  return (element) => {
    if (policy.assets.length > 0 && (element.tagName === 'link' || element.tagName === 'script')) return isOwnAsset(element, policy.assets);
    setRight(element, policy);
    // What isn't a box to tick is a field, and a member's document has none.
    return element.tagName !== 'input' || element.attrs.some(({ name, value }) => name === 'type' && value.toLowerCase() === 'checkbox');
  };
}

/** Judges an element of plain HTML by itself, by the same code as all those of a tree. What it may stand in is for plain.ts to say. */
export function judgeOf(policy: Policy): Judge {
  const visit = visitorOf(policy);
  const alone = { ...policy.schema, ancestors: {} };
  return (tagName, attributes) => {
    const element = defaultTreeAdapter.createElement(tagName, standard.NS.HTML, attributes);
    if (!visit(element)) return undefined;
    const kept = sanitize(fromParse5(element), alone);
    return kept.type === 'element' && kept.tagName === tagName ? kept : undefined;
  };
}

/** The long way, for any HTML: what comes out is parsed until that gives the tree that was judged, and no other. A browser sees what is meant here. */
export function settlerOf(policy: Policy): (html: string) => Walled {
  const visit = visitorOf(policy);
  const clean = (html: string): Root => withFirstLines(sanitize(parse(html, visit), policy.schema) as Root);
  return (html) => {
    let tree = clean(html);
    let written = write(tree);
    // What was parsed and judged is what comes out.
    if (written === html) return { html: written, tree };
    for (let round = 1; round < MAX_ROUNDS; round += 1) {
      tree = withFirstLines(parse(written));
      const again = write(tree);
      if (again === written) return { html: written, tree };
      written = write(clean(again));
    }
    throw new Error('its HTML has no form that a browser reads as it is written');
  };
}

/** A parser drops the line break that `<pre>` begins with: one that is meant needs another before it. */
export function withFirstLines(tree: Root): Root {
  const rest: (Root | Element)[] = [tree];
  for (let node = rest.pop(); node; node = rest.pop()) {
    const [first] = node.children;
    if (node.type === 'element' && node.tagName === 'pre' && first?.type === 'text' && first.value.startsWith('\n')) first.value = `\n${first.value}`;
    for (const child of node.children) if (child.type === 'element') rest.push(child);
  }
  return tree;
}
