// A release, tried out on a clone of this repository: what is refused, what `set` writes, and a dry run up to what npm would take.
//
//   node release.mjs    `run` sets the environment.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { LOCK, PLACES } from '../../release/places.mjs';
import { equal, ok } from '../browser/harness.mjs';

const ROOT = join(import.meta.dirname, '../..');
const around = mkdtempSync(join(tmpdir(), 'masthead-release-'));
process.on('exit', () => spawnSync('rm', ['-rf', around]));
const clone = join(around, 'clone');
const out = join(around, 'out');

function run(command, parameters, environment = {}, cwd = clone) {
  const env = { ...process.env, GITHUB_ACTIONS: undefined, GITHUB_REF_TYPE: undefined, GITHUB_REF_NAME: undefined, ...environment };
  const { status, stdout, stderr } = spawnSync(command, parameters, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env });
  return { status, output: stdout + stderr };
}
const git = (...parameters) => {
  const { status, output } = run('git', ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', ...parameters]);
  equal(status, 0, `the status of git ${parameters.join(' ')}: ${output}`);
};
const release = (parameters, environment) => run('release/run', parameters, environment);
const read = (path, root = clone) => readFileSync(join(root, path), 'utf8');
const edit = (path, change) => {
  const [before, after] = [read(path), change(read(path))];
  ok(before !== after, `${path} is changed`);
  writeFileSync(join(clone, path), after);
};

async function step(name, action) {
  const started = performance.now();
  await action();
  console.log(`ok    ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

// As the work tree is: what isn't committed yet is part of what is tried.
equal(run('git', ['clone', '--quiet', '--no-hardlinks', ROOT, clone], {}, around).status, 0, 'the status of git clone');
const changed = run('git', ['ls-files', '-z', '--modified', '--others', '--exclude-standard'], {}, ROOT).output.split('\0').filter(Boolean);
const gone = new Set(run('git', ['ls-files', '-z', '--deleted'], {}, ROOT).output.split('\0'));
for (const path of changed) {
  if (gone.has(path)) git('rm', '--quiet', '--force', path);
  else cpSync(join(ROOT, path), join(clone, path));
}
git('add', '--all');
git('commit', '--quiet', '--allow-empty', '-m', 'as it is');
const version = JSON.parse(read('astro/package.json')).version;

await step('what is released has one version, in every place', () => {
  const { status, output } = release(['--dry-run', 'check']);
  equal([status, output], [0, `ok    version ${version}\n`], 'what the check says');
});

await step('another version in any place is named, with the place', () => {
  for (const [path, pattern] of [...PLACES.slice(1), LOCK]) {
    const before = read(path);
    edit(path, (text) => text.replace(pattern, (_, front, _version, back = '') => `${front}9.9.9${back}`));
    const { status, output } = release(['--dry-run', 'check']);
    ok(status === 1 && output.includes(`${path} says`) && output.includes(`and Cargo.toml says ${version}.`), `${path} is named: ${output}`);
    writeFileSync(join(clone, path), before);
  }
});

await step('what is no release is refused', () => {
  const refused = (parameters, sentence, environment) => {
    const { status, output } = release(parameters, environment);
    ok(status !== 0 && sentence.test(output), `${parameters.join(' ')} is refused with ${sentence}, but it says ${output}`);
  };
  refused(['check'], /The first section of CHANGELOG\.md is “Unreleased”, and not/);
  refused(['--dry-run', 'check'], new RegExp(`the tag is v9\\.9\\.9, and the version is ${version.replaceAll('.', '\\.')}`), { GITHUB_REF_TYPE: 'tag', GITHUB_REF_NAME: 'v9.9.9' });
  refused(['--dry-run', 'publish', out], /there is no .*masthead-astro-.*: release\/run npm makes it/);
  refused(['nothing'], /release\/run \[--dry-run\] check/);
  writeFileSync(join(clone, 'stray.txt'), 'x');
  refused(['check'], /the tree has changes that are no part of a commit: \?\? stray\.txt/);
  git('clean', '--quiet', '-f', 'stray.txt');
  equal(run('node', ['release/versions.mjs', 'set', 'next']), { status: 1, output: '“next” is no version, such as 0.2.0.\n' }, 'what is said of no version');
});

await step('a dry run packs both packages, and asks npm about them', () => {
  cpSync(join(ROOT, 'astro/node_modules'), join(clone, 'astro/node_modules'), { recursive: true, verbatimSymlinks: true });
  const packed = release(['--dry-run', 'npm', out]);
  equal(packed.status, 0, `the status: ${packed.output}`);
  const published = release(['--dry-run', 'publish', out]);
  equal(published.status, 0, `the status: ${published.output}`);
  for (const name of ['masthead-astro', 'create-masthead']) ok(published.output.includes(`ok    ${name} ${version} would be published`), `${name} would be published: ${published.output}`);
  const built = release(['--dry-run', 'cli', out, 'x86_64-unknown-linux-musl']);
  equal([built.status, built.output.includes('cargo build --release --locked -p cli --bin masthead --target x86_64-unknown-linux-musl,')], [0, true], `what would be built: ${built.output}`);
  const old = release(['--dry-run', 'cli', out, 'x86_64-unknown-linux-gnu']);
  equal([old.status, old.output.includes('cargo zigbuild --release --locked -p cli --bin masthead --target x86_64-unknown-linux-gnu.2.17,')], [0, true], `what would be built for an old glibc: ${old.output}`);
});

await step('`set` changes every place, and the release is one then; nothing but GitHub Actions publishes it', () => {
  equal(run('node', ['release/versions.mjs', 'set', '0.9.0']), { status: 0, output: '' }, 'what is said');
  // What Cargo does.
  edit('Cargo.lock', (text) => text.replace(/(name = "cli"\nversion = ")[^"]+/, (_, before) => `${before}0.9.0`));
  git('commit', '--quiet', '-am', 'release: 0.9.0');
  equal(release(['check']), { status: 0, output: 'ok    version 0.9.0\n' }, 'what the check says');
  const today = new Date().toISOString().slice(0, 10);
  ok(read('CHANGELOG.md').includes(`\n## 0.9.0 (${today})\n`), 'the changelog has the section');
  const alone = release(['publish', out]);
  ok(alone.status === 1 && /GitHub Actions alone/.test(alone.output), `it is refused here: ${alone.output}`);
  const foreign = release(['publish', out], { GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'nobody/elsewhere' });
  ok(foreign.status === 1 && /another one than nobody\/elsewhere/.test(foreign.output), `another repository is refused: ${foreign.output}`);
});

await step('the workflow takes the steps that there are, by trust and without a token', () => {
  const text = read('.github/workflows/release.yml', ROOT);
  const { jobs } = yaml.load(text);
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  const commands = steps.flatMap((step) => step.run ?? []).filter((command) => command.startsWith('release/run')).map((command) => command.split(' ')[1]);
  equal(commands.toSorted(), ['cli', 'npm', 'publish'], 'steps of release/run');
  equal([jobs.publish.permissions['id-token'], jobs.publish.needs, /secrets\./.test(text)], ['write', ['npm', 'cli'], false], 'what publishing may, what it waits for, and whether it has secrets');
  const documented = read('docs/release.md', ROOT);
  for (const { target } of jobs.cli.strategy.matrix.include) ok(documented.includes(`\`${target}\``), `docs/release.md names ${target}`);
});

await step('the README’s badges are true', () => {
  const readme = read('README.md', ROOT);
  const rust = /^rust-version = "(.+)"$/m.exec(read('Cargo.toml', ROOT))[1];
  const { engines, license } = JSON.parse(read('astro/package.json', ROOT));
  const node = engines.node.replace(/^>=|\.0$/g, '');
  ok(readme.includes(`badge/Rust-${rust}%2B-`) && readme.includes(`[![Rust ${rust} or later]`), `Rust ${rust}`);
  ok(readme.includes(`badge/Node-${node}%2B-`) && readme.includes(`[![Node ${node} or later]`), `Node ${node}`);
  ok(license === 'MIT OR Apache-2.0' && readme.includes('badge/licence-MIT%20or%20Apache--2.0-'), 'the licence');
});
