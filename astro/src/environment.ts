// Variables of the environment, as Astro itself reads them: the process's own, and those of `.env` and its kin.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { LoaderContext } from 'astro/loaders';

export type Environment = Readonly<Record<string, string | undefined>>;

interface Vite {
  loadEnv(mode: string, folder: string | false, prefix: string): Record<string, string>;
}

/** The variables that a build or, where files are watched, `astro dev` of this site has; what the process has comes before files. */
export async function environment({ config, watcher }: Pick<LoaderContext, 'config'> & { watcher?: unknown }): Promise<Environment> {
  // `--mode` is no part of the configuration that a loader sees.
  const { values } = parseArgs({ args: process.argv.slice(2), options: { mode: { type: 'string' } }, strict: false });
  const mode = typeof values.mode === 'string' ? values.mode : watcher ? 'development' : 'production';
  const { loadEnv } = vite();
  return loadEnv(mode, config.vite?.envDir ?? fileURLToPath(config.root), '');
}

/**
 * The Vite that Astro has. This package has none of its own, and would find another one or none by itself. It is required, since the loaders
 * of Astro 5 run after the runner is closed by which their modules import.
 */
function vite(): Vite {
  const require = createRequire(createRequire(import.meta.url).resolve('astro/package.json'));
  return require('vite') as Vite;
}
