// Files that members' documents bring to their pages: the scripts of videos and diagrams, and on Starlight the style. A build emits them, and `astro dev` serves them.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AstroConfig } from 'astro';
import type { ContentOptions } from '../content.js';
import { filesOf } from '../html/allowances.js';
import { INTEGRATION, settingsOf, type LiveSite } from '../settings.js';

/** A file by whose address pages load it. */
export interface Island {
  /** The script that pages load. */
  script: File;
  /** What the script loads, once somebody needs it. */
  others: readonly File[];
}

interface File {
  /** Below the site's folder of files. */
  name: string;
  source(): string;
}

/** The addresses of islands' scripts in a site, of those that there are. */
export type IslandAddresses = NonNullable<LiveSite['islands']>;

type Config = Partial<Pick<AstroConfig, 'integrations' | 'base' | 'build' | 'root'>>;

/** Who plays videos in a page, once they are clicked; nobody where the site doesn't want that. */
export function playersFor(videos: ContentOptions['videos']): string[] {
  if (videos === false) return [];
  const hosts = typeof videos === 'object' ? (videos.peertube ?? []) : [];
  return ['https://www.youtube-nocookie.com', 'https://player.vimeo.com', ...hosts.map((host) => `https://${host}`)];
}

/** Whose frames draw diagrams: those of the site's own files, where there is something to draw with. */
export function drawersFor(config: Config): string[] {
  if (!islandsOf(config)?.diagrams) return [];
  const files = filesOf(config);
  return [URL.canParse(files) ? new URL(files).origin : "'self'"];
}

const HOST = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;

/** The islands of a site; `undefined` where it doesn't have the integration, and every island's fallback stands. */
export function islandsOf(config: Config): { videos: Island; diagrams?: Island } | undefined {
  if (!has(config, INTEGRATION)) return undefined;
  const { videos, diagrams } = settingsOf(config).content ?? {};
  const mermaid = diagrams === false ? undefined : mermaidOf(config.root);
  return {
    videos: videosIsland((typeof videos === 'object' ? videos.peertube : undefined) ?? []),
    ...(mermaid ? { diagrams: diagramsIsland(mermaid, filesOf(config)) } : {}),
  };
}

/** Where a site's pages find the scripts. */
export function islandAddresses(config: Config): IslandAddresses {
  return Object.fromEntries(Object.entries(islandsOf(config) ?? {}).map(([name, { script }]) => [name, filesOf(config) + script.name]));
}

/** @throws {TypeError} where a host isn't one */
function videosIsland(hosts: readonly string[]): Island {
  const wrong = hosts.find((host) => !HOST.test(host));
  if (wrong !== undefined) throw new TypeError(`masthead-astro: “${wrong}” is no host of PeerTube; write one as video.club.example`);
  return { script: fileOf('videos', 'js', own('videos').replace('MASTHEAD_PEERTUBE_HOSTS', hosts.join(' '))), others: [] };
}

/** The style for members' documents on Starlight, whose one route makes the pages of all documents; `undefined` elsewhere. */
function styleOf(config: Config): File | undefined {
  if (!has(config, INTEGRATION) || !has(config, '@astrojs/starlight')) return undefined;
  const read = (name: string) => readFileSync(new URL(`../../components/${name}`, import.meta.url), 'utf8');
  return fileOf('content', 'css', tightened(read('content.css').replace(/@import "\.\/([\w.]+)";/g, (_, name: string) => read(name))));
}

/** The package's own style without what people read: what Astro does for the styles of pages passes this file by. */
const tightened = (style: string): string =>
  style
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .replace(/: /g, ':')
    .trim();

/** The address of that style. */
export function styleAddress(config: Config): string | undefined {
  const style = styleOf(config);
  return style && filesOf(config) + style.name;
}

const has = ({ integrations }: Config, wanted: string): boolean => integrations?.some(({ name }) => name === wanted) ?? false;

interface Mermaid {
  version: string;
  file: string;
}

/** The site's own Mermaid, else the package's; `undefined` where neither is installed. */
function mermaidOf(root: URL | undefined): Mermaid | undefined {
  for (const from of [...(root ? [new URL('package.json', root)] : []), import.meta.url]) {
    const { resolve } = createRequire(from);
    try {
      const file = resolve('mermaid/dist/mermaid.min.js');
      const { version } = JSON.parse(readFileSync(resolve('mermaid/package.json'), 'utf8')) as { version: string };
      return { version, file };
    } catch (error) {
      // An optional package: without it the code stays.
      if (!['MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return undefined;
}

/** A frame's page with Mermaid, which its own policy lets do nothing but style what it draws; and the script that opens it. */
function diagramsIsland({ version, file }: Mermaid, files: string): Island {
  const mermaid: File = { name: `masthead.mermaid.${digestOf(version)}.js`, source: () => readFileSync(file, 'utf8') };
  // No module: an origin of nobody's is given none, and TypeScript says of each file that it is one.
  const drawing = fileOf('drawing', 'js', own('mermaid').replace(/^export \{\};$/m, ''));
  const policy = `default-src 'none'; script-src ${URL.canParse(files) ? new URL(files).origin : "'self'"}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;
  const page = [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="robots" content="noindex">',
    '<title>Diagrams</title>',
    `<script src="${files}${mermaid.name}"></script>`,
    `<script src="${files}${drawing.name}"></script>`,
    '</head>',
    '<body data-pagefind-ignore="all"></body>',
    '</html>',
    '',
  ].join('\n');
  const frame = fileOf('diagrams', 'html', page);
  return { script: fileOf('diagrams', 'js', own('diagrams').replace('MASTHEAD_DIAGRAM_FRAME', () => files + frame.name)), others: [frame, drawing, mermaid] };
}

const own = (name: string): string => readFileSync(new URL(`../islands/${name}.js`, import.meta.url), 'utf8');
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);
const fileOf = (name: string, ending: string, source: string): File => ({ name: `masthead.${name}.${digestOf(source)}.${ending}`, source: () => source });
const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', html: 'text/html; charset=utf-8' };

/** What Vite calls, as far as it is needed here: the package has no Vite of its own. */
interface Plugin {
  name: string;
  apply?: 'build' | 'serve';
  buildEnd?(this: { emitFile(file: { type: 'asset'; fileName: string; source: string }): string }): void;
  configureServer?(server: { middlewares: { use(handler: (request: { url?: string }, response: Response, next: () => void) => void): void } }): void;
}

interface Response {
  setHeader(name: string, value: string): void;
  end(body: string): void;
}

/** Vite's plugins for a site: `updateConfig({ vite: { plugins: islandPlugins(config, settings) } })`. */
export function islandPlugins(config: Config): Plugin[] {
  const style = styleOf(config);
  const files = [...Object.values(islandsOf(config) ?? {}).flatMap(({ script, others }) => [script, ...others]), ...(style ? [style] : [])];
  return [
    {
      name: 'masthead-islands-build',
      apply: 'build',
      buildEnd() {
        for (const { name, source } of files) this.emitFile({ type: 'asset', fileName: `${config.build?.assets ?? '_astro'}/${name}`, source: source() });
      },
    },
    {
      name: 'masthead-islands-dev',
      apply: 'serve',
      configureServer({ middlewares }) {
        middlewares.use((request, response, next) => {
          const path = request.url?.split('?')[0] ?? '';
          const file = files.find(({ name }) => path === filesOf(config) + name || path === `/${config.build?.assets ?? '_astro'}/${name}`);
          if (!file) return next();
          response.setHeader('Content-Type', TYPES[file.name.slice(file.name.lastIndexOf('.') + 1)] ?? 'application/octet-stream');
          response.end(file.source());
        });
      },
    },
  ];
}
