// Files that members' documents bring to their pages: the script of videos, and on Starlight the style. A build emits them, and `astro dev` serves them.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AstroConfig } from 'astro';
import type { ContentOptions } from '../content.js';
import { filesOf } from '../html/allowances.js';
import { INTEGRATION, settingsOf } from '../settings.js';

/** A file by whose address pages load it. */
export interface Island {
  /** Of the file, below the site's folder of files. */
  name: string;
  source: string;
}

type Config = Partial<Pick<AstroConfig, 'integrations' | 'base' | 'build'>>;

/** Who plays videos in a page, once they are clicked; nobody where the site doesn't want that. */
export function playersFor(videos: ContentOptions['videos']): string[] {
  if (videos === false) return [];
  const hosts = typeof videos === 'object' ? (videos.peertube ?? []) : [];
  return ['https://www.youtube-nocookie.com', 'https://player.vimeo.com', ...hosts.map((host) => `https://${host}`)];
}

const HOST = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;

/** The islands of a site; `undefined` where it doesn't have the integration, and every island's fallback stands. */
export function islandsOf(config: Config): { videos: Island; style?: Island } | undefined {
  const has = (wanted: string) => config.integrations?.some(({ name }) => name === wanted) ?? false;
  if (!has(INTEGRATION)) return undefined;
  const { videos } = settingsOf(config).content ?? {};
  return { videos: videosIsland((typeof videos === 'object' ? videos.peertube : undefined) ?? []), ...(has('@astrojs/starlight') ? { style: styleIsland() } : {}) };
}

/** The address of the style for members' documents on Starlight, whose one route makes the pages of all documents; `undefined` elsewhere. */
export function styleAddress(config: Config): string | undefined {
  const { style } = islandsOf(config) ?? {};
  return style && filesOf(config) + style.name;
}

/** The address of the script that plays videos; `undefined` where the site doesn't have the integration. */
export function videosAddress(config: Config): string | undefined {
  const islands = islandsOf(config);
  return islands && filesOf(config) + islands.videos.name;
}

/** @throws {TypeError} where a host isn't one */
function videosIsland(hosts: readonly string[]): Island {
  const wrong = hosts.find((host) => !HOST.test(host));
  if (wrong !== undefined) throw new TypeError(`masthead-astro: “${wrong}” is no host of PeerTube; write one as video.club.example`);
  return island('videos', 'js', readFileSync(new URL('../islands/videos.js', import.meta.url), 'utf8').replace('MASTHEAD_PEERTUBE_HOSTS', hosts.join(' ')));
}

function styleIsland(): Island {
  const read = (name: string) => readFileSync(new URL(`../../components/${name}`, import.meta.url), 'utf8');
  return island('content', 'css', read('content.css').replace(/@import "\.\/([\w.]+)";/g, (_, name: string) => read(name)));
}

const island = (name: string, kind: keyof typeof TYPES, source: string): Island => ({ name: `masthead.${name}.${createHash('sha256').update(source).digest('hex').slice(0, 8)}.${kind}`, source });

const TYPES = { js: 'text/javascript', css: 'text/css' };

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
  const islands = Object.values(islandsOf(config) ?? {});
  return [
    {
      name: 'masthead-islands-build',
      apply: 'build',
      buildEnd() {
        for (const { name, source } of islands) this.emitFile({ type: 'asset', fileName: `${config.build?.assets ?? '_astro'}/${name}`, source });
      },
    },
    {
      name: 'masthead-islands-dev',
      apply: 'serve',
      configureServer({ middlewares }) {
        middlewares.use((request, response, next) => {
          const path = request.url?.split('?')[0] ?? '';
          const island = islands.find(({ name }) => path === filesOf(config) + name || path === `/${config.build?.assets ?? '_astro'}/${name}`);
          if (!island) return next();
          response.setHeader('Content-Type', island.name.endsWith('.css') ? TYPES.css : TYPES.js);
          response.end(island.source);
        });
      },
    },
  ];
}
