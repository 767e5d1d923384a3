// What well-known plugins of a site make of members' text, to be allowed where the site has them.

import type { AstroConfig } from 'astro';
import type { Allowance } from './policy.js';

/** Formulas that rehype-katex has set, with their MathML: `mastheadLoader({ allow: [katex] })`. */
export const katex: Allowance = {
  elements: [
    'annotation', 'math', 'menclose', 'mfrac', 'mi', 'mn', 'mo', 'mover', 'mpadded', 'mphantom', 'mroot', 'mrow', 'ms', 'mspace',
    'msqrt', 'mstyle', 'msub', 'msubsup', 'msup', 'mtable', 'mtd', 'mtext', 'mtr', 'munder', 'munderover', 'path', 'semantics', 'svg',
  ],
  attributes: {
    annotation: ['encoding'],
    math: ['display', 'xmlns'],
    menclose: ['notation'],
    mfrac: ['linethickness'],
    mi: ['mathvariant'],
    mo: ['accent', 'fence', 'largeop', 'linebreak', 'lspace', 'maxsize', 'minsize', 'movablelimits', 'rspace', 'separator', 'stretchy', 'symmetric'],
    mover: ['accent'],
    mpadded: ['depth', 'lspace', 'voffset'],
    mspace: ['linebreak'],
    mstyle: ['displaystyle', 'mathbackground', 'mathcolor', 'scriptlevel'],
    mtable: ['columnalign', 'columnlines', 'columnspacing', 'rowlines', 'rowspacing'],
    mtd: ['columnalign'],
    munder: ['accentunder'],
    path: ['d'],
    svg: ['preserveAspectRatio', 'viewBox', 'xmlns'],
  },
  // KaTeX has some two hundred of them.
  classes: { span: ['*'] },
  styles: {
    span: [
      'background-color', 'border-bottom-width', 'border-color', 'border-right-width', 'border-style', 'border-top-width', 'border-width', 'bottom', 'height',
      'color', 'left', 'margin-left', 'margin-right', 'margin-top', 'min-width', 'padding-left', 'position', 'top', 'vertical-align', 'width',
    ],
    svg: ['height', 'width'],
  },
};

/** Code blocks of Expressive Code, which Starlight has: allowed by itself where the site has that integration. */
export const expressiveCode: Allowance = {
  elements: ['button'],
  attributes: { button: ['data-code', 'data-copied'], div: ['aria-live'], pre: ['data-language'] },
  classes: {
    div: ['code', 'copy', 'ec-*', 'expressive-code', 'gutter', 'highlight', 'ins', 'del', 'mark', 'ln', 'tm-label'],
    figcaption: ['header'],
    figure: ['frame', 'has-title', 'is-terminal', 'not-content'],
    pre: ['wrap'],
    span: ['indent', 'sr-only', 'title'],
  },
  styles: { div: ['--ec-*', '--tmLabel'], pre: ['--ecMaxLine'], span: ['--*', 'font-style', 'font-weight', 'text-decoration'] },
};

/** The names of Prism's classes differ from language to language. */
const prism: Allowance = { classes: { span: ['*'] } };

type Config = Partial<Pick<AstroConfig, 'markdown' | 'integrations' | 'base' | 'build'>>;

const hasExpressiveCode = ({ integrations }: Config) => integrations?.some(({ name }) => name === 'astro-expressive-code') ?? false;

/** What the addresses of the site's own files begin with, in a page. */
export function filesOf({ base = '/', build }: Config): string {
  const prefix = typeof build?.assetsPrefix === 'string' ? build.assetsPrefix : base;
  return `${prefix.endsWith('/') ? prefix : `${prefix}/`}${build?.assets ?? '_astro'}/`;
}

/**
 * What the addresses of the site's own style sheet and scripts for code blocks begin with, which
 * Expressive Code writes into the text: files of the site's, whoever names them. None where it isn't there.
 */
export function assetsOf(config: Config): readonly string[] {
  return hasExpressiveCode(config) ? [`${filesOf(config)}ec.`] : [];
}

/** What the configuration of a site says of what its renderer writes. */
export function allowancesOf(config: Config): Allowance[] {
  const { shikiConfig: { theme, themes } = {}, syntaxHighlight } = config.markdown ?? {};
  const names = [theme, ...Object.values(themes ?? {})].flatMap((one) => (typeof one === 'string' ? [one] : (one?.name ?? [])));
  const highlighter = typeof syntaxHighlight === 'object' ? syntaxHighlight.type : syntaxHighlight;
  return [{ classes: { pre: names } }, ...(highlighter === 'prism' ? [prism] : []), ...(hasExpressiveCode(config) ? [expressiveCode] : [])];
}
