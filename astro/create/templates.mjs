// Copies examples/site of the repository into this package as the template `example`, ready for a site outside the repository.
// Git holds no second copy of it: `npm pack` and `npm publish` run this.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { stored } from './src/template.js';

const example = join(import.meta.dirname, '../../examples/site');
const template = join(import.meta.dirname, 'templates/example');
/** What only a site within the repository has: it builds the package, and has it by its path. */
const OF_THE_REPOSITORY = ['package.mjs', 'package-lock.json', '.npmrc'];
/** What is no part of the site, as it says itself: each line of it is a name. */
const IGNORED = readFileSync(join(example, '.gitignore'), 'utf8').split('\n').filter(Boolean);

rmSync(join(import.meta.dirname, 'templates'), { recursive: true, force: true });
const left = new Set([...OF_THE_REPOSITORY, ...IGNORED]);
const entries = readdirSync(example, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
for (const entry of entries) {
  const path = relative(example, join(entry.parentPath, entry.name));
  if (path.split(sep).some((name) => left.has(name))) continue;
  const to = join(template, stored(path));
  mkdirSync(dirname(to), { recursive: true });
  cpSync(join(example, path), to);
}

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));
const manifest = JSON.parse(readFileSync(join(example, 'package.json'), 'utf8'));
delete manifest.description;
delete manifest.scripts.postinstall;
manifest.dependencies['masthead-astro'] = `^${version}`;
writeFileSync(join(template, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
