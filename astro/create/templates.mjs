// Copies examples/site of the repository into this package as the template `example`, ready for a site outside the repository.
// Git holds no second copy of it: `npm pack` and `npm publish` run this.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { stored } from './src/template.js';

const example = join(import.meta.dirname, '../../examples/site');
const template = join(import.meta.dirname, 'templates/example');
/** What only a site within the repository has: it builds the package, and has it by its path. */
const OF_THE_REPOSITORY = new Set(['package.mjs', 'package-lock.json', '.npmrc']);

/** What is part of the site: no build, and no file that somebody has lying about there. */
function files() {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: example, encoding: 'utf8' });
  return listed.split('\0').filter((path) => path && !OF_THE_REPOSITORY.has(basename(path)));
}

rmSync(join(import.meta.dirname, 'templates'), { recursive: true, force: true });
for (const path of files()) {
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
