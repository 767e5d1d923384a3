// Astro's `image.remotePatterns`: members' pictures may be taken by `<Image />`, and nothing else of their host.

import type { AstroConfig } from 'astro';

type Pattern = NonNullable<AstroConfig['image']['remotePatterns']>[number];

const FOLDERS = ['/pictures/**', '/files/**'];

/** The patterns that a site lacks, for pictures of these origins. */
export function patternsFor(origins: readonly string[], had: readonly Pattern[] = []): Pattern[] {
  const wanted = origins.flatMap((origin) => {
    const { protocol, hostname, port } = new URL(origin);
    return FOLDERS.map((pathname): Pattern => ({ protocol: protocol.slice(0, -1), hostname, ...(port ? { port } : {}), pathname }));
  });
  return wanted.filter((pattern) => !had.some((one) => (Object.keys({ ...one, ...pattern }) as (keyof Pattern)[]).every((key) => one[key] === pattern[key])));
}
