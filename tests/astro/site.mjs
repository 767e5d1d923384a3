// Building the sites, and showing what was built to a browser.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { ok } from '../browser/harness.mjs';

/** An origin that `masthead dev` lets call it. Nobody listens there: the browser's requests are answered here. */
export const ORIGIN = 'http://localhost:4321';
const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.xml': 'application/xml' };

export const folder = (site) => join(import.meta.dirname, 'work', site);
export const dist = (site) => join(folder(site), 'dist');

/** Runs `astro build`; gives what it printed, and ends the test where it exits with another status than is expected. */
export async function build(site, environment = {}, expected = 0) {
  const started = performance.now();
  const { status, output } = await run(site, ['build'], environment);
  ok(status === expected, `astro build of ${site} exits with ${expected}, but it is ${status}:\n${output.slice(-6000)}`);
  return { output, seconds: (performance.now() - started) / 1000 };
}

function run(site, parameters, environment) {
  const child = astro(site, parameters, environment);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, output })));
}

/** Starts Astro's command line; its output has no colours. */
export function astro(site, parameters, environment = {}) {
  const program = join(import.meta.dirname, 'node_modules/astro/bin/astro.mjs');
  return spawn(process.execPath, [program, ...parameters], {
    cwd: folder(site),
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Every file below a folder, by its path from there. */
export async function files(root) {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** Answers the browser's requests for the site from what was built; a test may have other types for them. */
export async function show(context, site, types = TYPES) {
  await context.route(`${ORIGIN}/**`, async (route) => {
    const path = decodeURIComponent(new URL(route.request().url()).pathname);
    const file = join(dist(site), path.endsWith('/') ? `${path}index.html` : path);
    const found = existsSync(file);
    const body = await readFile(found ? file : join(dist(site), '404.html'));
    await route.fulfill({ status: found ? 200 : 404, contentType: types[found ? extname(file) : '.html'] ?? 'application/octet-stream', body });
  });
}
