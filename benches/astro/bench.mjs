// One site built by mastheadLoader() and by Astro's own glob() from the same files, in turns: time, processor time and peak memory, from
// nothing and with nothing changed.
//
//   node bench.mjs FOLDER SITES PAIRS [OPTION..]
//
// FOLDER holds the documents, SITES where the two sites are made. --most RATIO fails where the loader takes more than that many times
// glob()'s processor time; --profile FOLDER writes a profile of the loader's first build there, for Chromium's developer tools.

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { most: { type: 'string' }, profile: { type: 'string' } } });
const [folder, sites, pairs] = positionals;
const ASTRO = join(import.meta.dirname, '../../tests/astro/node_modules/astro/bin/astro.mjs');
/** How often a build is looked at, in milliseconds; the kernel counts its time and keeps its highest memory. */
const LOOK_MS = 20;
/** The kernel's ticks in a second. */
const TICKS = 100;

const PAGE = `---
import { getCollection, render } from 'astro:content';

export async function getStaticPaths() {
  const documents = await getCollection('members');
  return documents.map((document) => ({ params: { id: document.id }, props: { document } }));
}
const { document } = Astro.props;
const { Content } = await render(document);
---
<html lang="en"><head><title>{document.data.title}</title></head><body><h1>{document.data.title}</h1><Content /></body></html>
`;
const LOADERS = {
  masthead: `mastheadLoader()`,
  glob: `glob({ base: './documents', pattern: '**/*.md', generateId: ({ entry }) => entry.replace(/\\.md$/, '') })`,
};

function prepare(name) {
  const site = join(sites, name);
  rmSync(site, { recursive: true, force: true });
  mkdirSync(join(site, 'src/pages'), { recursive: true });
  writeFileSync(join(site, 'package.json'), '{ "private": true, "type": "module" }\n');
  // Pictures are left to the browser, as the loader leaves them.
  writeFileSync(join(site, 'astro.config.mjs'), 'export default {};\n');
  writeFileSync(join(site, 'src/pages/[...id].astro'), PAGE);
  const config = `import { defineCollection } from 'astro:content';
import { glob } from 'astro/loaders';
import { mastheadLoader, mastheadSchema } from 'masthead-astro';

export const collections = { members: defineCollection({ loader: ${LOADERS[name]}, schema: mastheadSchema }) };
`;
  writeFileSync(join(site, 'src/content.config.ts'), config);
  if (name === 'glob') cpSync(folder, join(site, 'documents'), { recursive: true });
  return site;
}

/** Builds a site; seconds, seconds of a processor in all threads, and mebibytes at the peak. */
async function build(site, url, profile) {
  const started = performance.now();
  const flags = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
  const child = spawn(process.execPath, [...flags, ASTRO, 'build'], { cwd: site, env: { ...process.env, MASTHEAD_URL: url, NO_COLOR: '1', ASTRO_TELEMETRY_DISABLED: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let peak = 0;
  let cpu = 0;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const look = setInterval(() => {
    try {
      peak = Math.max(peak, Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0));
      // Behind the name, which may hold blanks: user and system time are the 12th and 13th field.
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
      cpu = (Number(fields[11]) + Number(fields[12])) / TICKS;
    } catch {
      // It has ended meanwhile.
    }
  }, LOOK_MS);
  const status = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(look);
  if (status !== 0 || output.includes('passed over')) throw new Error(`the build of ${site} ended with ${status}:\n${output.slice(-4000)}`);
  return { seconds: (performance.now() - started) / 1000, cpu, mib: peak / 1024, pages: Number(/(\d+) page\(s\) built/.exec(output)?.[1] ?? 0) };
}

const server = spawn(process.execPath, [join(import.meta.dirname, 'masthead.mjs'), folder], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const url = await new Promise((resolve, reject) => {
    server.stdout.once('data', (text) => resolve(String(text).trim()));
    server.once('exit', (status) => reject(new Error(`the server ended with ${status}`)));
  });
  const places = Object.fromEntries(Object.keys(LOADERS).map((name) => [name, prepare(name)]));
  const taken = Object.fromEntries(['cold', 'warm'].flatMap((kind) => Object.keys(LOADERS).map((name) => [`${kind} ${name}`, []])));
  for (let pair = 0; pair < Number(pairs); pair += 1) {
    // Who comes first has the colder caches.
    const order = Object.keys(LOADERS);
    if (pair % 2) order.reverse();
    for (const name of order) {
      for (const left of ['dist', '.astro', 'node_modules']) rmSync(join(places[name], left), { recursive: true, force: true });
      taken[`cold ${name}`].push(await build(places[name], url, pair === 0 && name === 'masthead' ? values.profile : undefined));
      taken[`warm ${name}`].push(await build(places[name], url));
    }
  }
  const median = (list, of) => list.map(of).sort((a, b) => a - b)[Math.floor(list.length / 2)];
  for (const kind of ['cold', 'warm']) {
    const [ours, theirs] = Object.keys(LOADERS).map((name) => taken[`${kind} ${name}`]);
    if (ours[0].pages !== theirs[0].pages) throw new Error(`${ours[0].pages} pages against ${theirs[0].pages}`);
    const [time, cpu, memory] = ['seconds', 'cpu', 'mib'].map((of) => median(ours, (one) => one[of]) / median(theirs, (one) => one[of]));
    const each = (list, of) => `${median(list, of).toFixed(2)} s (${list.map((one) => of(one).toFixed(2)).join(', ')})`;
    const said = (list) => `${each(list, ({ seconds }) => seconds)}, of a processor ${each(list, ({ cpu }) => cpu)}, ${median(list, ({ mib }) => mib).toFixed(0)} MiB`;
    console.log(`${kind}, ${ours[0].pages} pages\n  mastheadLoader()  ${said(ours)}\n  glob()            ${said(theirs)}\n  ratio             ${time.toFixed(2)} of time, ${cpu.toFixed(2)} of the processor's, ${memory.toFixed(2)} of memory`);
    if (values.most && cpu > Number(values.most)) {
      console.error(`bench: ${kind}, the loader takes ${cpu.toFixed(2)} times glob()'s processor time, and ${values.most} is the most.`);
      process.exitCode = 1;
    }
  }
} finally {
  server.kill();
}
