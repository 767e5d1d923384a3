// The site's own Content-Security-Policy, widened by what the components and members' pictures need.

import { createHash } from 'node:crypto';
import type { AstroConfig } from 'astro';
import { FRAME } from '../elements/framed.js';

type Csp = AstroConfig['security']['csp'];
type Widened = Exclude<Csp, boolean | undefined>;

/** The style of the frame in which the editor shows a preview: the page's policy holds for it, too. */
const FRAME_STYLE = `sha256-${createHash('sha256').update(/<style>([\s\S]*?)<\/style>/.exec(FRAME)?.[1] ?? '').digest('base64')}` as const;

/** What components and documents need of other hosts: the server, where large files are put, where pictures are, and whose frames play videos and draw diagrams. */
export interface Hosts {
  server: string;
  /** `undefined` where the server doesn't say. */
  uploads: string | undefined;
  pictures: readonly string[];
  frames: readonly string[];
}

/** What components and documents need beside the site itself. */
const needs = ({ server, uploads, pictures, frames }: Hosts): Readonly<Record<string, readonly string[]>> => ({
  'connect-src': ["'self'", server, ...(uploads === undefined ? [] : [uploads])],
  'img-src': ["'self'", 'blob:', 'data:', ...pictures],
  'form-action': ["'self'"],
  ...(frames.length > 0 ? { 'frame-src': frames } : {}),
});

/** Those that nothing stands in for. */
const ALONE = new Set(['form-action']);

/**
 * What Astro's `security.csp` is to be; `undefined` where the site has none. A directive is widened where the site restricts what it is
 * about, and left out where it doesn't: a new one would forbid what was allowed.
 */
export function policyFor(csp: Csp, hosts: Hosts): Widened | undefined {
  if (!csp) return undefined;
  // What Astro takes for `true`, which it doesn't fill in for a policy that is one already.
  const given: Partial<Widened> = csp === true ? { algorithm: 'SHA-256' } : csp;
  const directives = [...(given.directives ?? [])] as string[];
  for (const [name, sources] of Object.entries(needs(hosts))) {
    const at = directives.findIndex((directive) => nameOf(directive) === name);
    const inherited = ALONE.has(name) ? undefined : directives.find((directive) => nameOf(directive) === 'default-src');
    if (at >= 0) directives[at] = joined(name, directives[at] ?? '', sources);
    else if (inherited) directives.push(joined(name, inherited, sources));
  }
  const style = given.styleDirective ?? {};
  return {
    ...given,
    ...(directives.length > 0 ? { directives } : {}),
    styleDirective: { ...style, hashes: [...new Set([...(style.hashes ?? []), FRAME_STYLE])] },
  } as Widened;
}

const nameOf = (directive: string): string => directive.trim().split(/\s+/)[0]?.toLowerCase() ?? '';

function joined(name: string, directive: string, sources: readonly string[]): string {
  const before = directive.trim().split(/\s+/).slice(1).filter((source) => source !== "'none'");
  return [name, ...new Set([...before, ...(before.includes('*') ? sources.filter((source) => /^(blob|data):$/.test(source)) : sources)])].join(' ');
}
