// The version of everything that is released together: where it stands, whether it is the same everywhere, and how it changes.
//
//   node release/versions.mjs check [--unreleased]   --unreleased: the changelog may still call it “Unreleased”
//   node release/versions.mjs set VERSION            writes it everywhere; `cargo update --workspace` brings Cargo.lock along

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOCK, PLACES } from './places.mjs';

const ROOT = join(import.meta.dirname, '..');
const SEMVER = /^\d+\.\d+\.\d+(-[0-9a-z.-]+)?$/;

const CHANGELOG = 'CHANGELOG.md';

const read = (file) => readFileSync(join(ROOT, file), 'utf8');
const write = (file, text) => writeFileSync(join(ROOT, file), text);
const versionsIn = ([file, pattern]) => [...read(file).matchAll(pattern)].map(([, , version]) => version);

/** What is wrong, each as a sentence. */
function faults({ unreleased }) {
  const [version] = versionsIn(PLACES[0]);
  const found = [];
  if (!SEMVER.test(version ?? '')) found.push(`Cargo.toml says no version that npm and Cargo take, but ${version}.`);
  for (const place of [...PLACES, LOCK]) {
    const others = versionsIn(place);
    if (others.length === 0) found.push(`${place[0]} doesn't say the version where release/versions.mjs looks for it.`);
    for (const other of new Set(others)) if (other !== version) found.push(`${place[0]} says ${other}, and Cargo.toml says ${version}.`);
  }
  const [, heading = ''] = /^## (.+)$/m.exec(read(CHANGELOG)) ?? [];
  const dated = new RegExp(`^${version?.replaceAll('.', '\\.')} \\(\\d{4}-\\d{2}-\\d{2}\\)$`);
  if (!dated.test(heading) && !(unreleased && heading === 'Unreleased')) found.push(`The first section of ${CHANGELOG} is “${heading}”, and not “${version} (YYYY-MM-DD)”: \`node release/versions.mjs set ${version}\` names it.`);
  return { version, found };
}

function set(version) {
  if (!SEMVER.test(version ?? '')) throw new Error(`“${version}” is no version, such as 0.2.0.`);
  for (const [file, pattern] of PLACES) write(file, read(file).replace(pattern, `$1${version}$3`));
  const today = new Date().toISOString().slice(0, 10);
  write(CHANGELOG, read(CHANGELOG).replace(/^## Unreleased$/m, `## ${version} (${today})`));
}

const [command, ...rest] = process.argv.slice(2);
if (command === 'check') {
  const { version, found } = faults({ unreleased: rest.includes('--unreleased') });
  for (const fault of found) console.error(fault);
  if (found.length > 0) process.exit(1);
  console.log(version);
} else if (command === 'set') {
  try {
    set(rest[0]);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
} else {
  console.error('usage: node release/versions.mjs check [--unreleased] | set VERSION');
  process.exit(2);
}
