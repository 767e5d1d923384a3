// `npm create masthead`, from its tarball: asked at a terminal and without one, refused where it must be, and what it makes is
// installed, checked and built.
//
//   node create.mjs PACKAGE    PACKAGE is a tarball of masthead-astro. `run` sets the environment.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { equal, ok } from '../browser/harness.mjs';
import { files } from './site.mjs';

const { MASTHEAD_URL } = process.env;
const tarball = resolve(process.argv[2]);
const CTRL_C = '\x03';
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9';
const NAME = `Zoë’s "Boat" & <Club>`;

const around = await mkdtemp(join(tmpdir(), 'masthead create-'));
process.on('exit', () => spawnSync('rm', ['-rf', around]));

async function step(name, action) {
  const started = performance.now();
  await action();
  console.log(`ok    ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

function npm(parameters, cwd, environment = {}) {
  const { status, stdout, stderr } = spawnSync('npm', parameters, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1', npm_config_update_notifier: 'false', ...environment } });
  return { status, output: stdout + stderr };
}

const source = join(import.meta.dirname, '../../astro/create');
const packed = npm(['pack', '--silent', '--pack-destination', around], source);
ok(packed.status === 0, `create-masthead is packed: ${packed.output}`);
const own = join(around, packed.output.trim().split('\n').at(-1));
// As npm lays it down; what asks nothing of npm is run without it, for npm takes seconds to start.
spawnSync('tar', ['-xzf', own, '-C', around]);
const program = join(around, 'package/index.js');
const parameters = (...given) => ['exec', '--yes', '--offline', `--package=${own}`, '--', 'create-masthead', ...given];
const create = (given, cwd = around, environment) => npm(parameters(...given), cwd, environment);
function direct(given, cwd = around) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...given], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return { status, output: stdout + stderr };
}

/** Runs it at a terminal, and types each answer once its question stands there. Gives what the terminal shows, and the status. */
function atTerminal(given, answers) {
  const command = ['npm', ...parameters(...given)].map((word) => `'${word}'`).join(' ');
  const terminal = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], { cwd: around, stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, NO_COLOR: '1', TERM: 'dumb' } });
  let shown = '';
  let seen = 0;
  const rest = [...answers];
  terminal.stdout.on('data', (text) => {
    shown += text;
    while (rest.length > 0) {
      const at = shown.indexOf(rest[0][0], seen);
      if (at < 0) return;
      seen = at + rest[0][0].length;
      const [, typed] = rest.shift();
      terminal.stdin.write(typed === CTRL_C ? typed : `${typed}\r`);
    }
  });
  return new Promise((resolve) => terminal.on('close', (status) => {
    equal(rest.map(([question]) => question), [], `questions that were not asked; it said ${shown}`);
    resolve({ status, shown });
  }));
}

const readJson = async (...path) => JSON.parse(await readFile(join(...path), 'utf8'));

await step('what the package holds: the example, ready for a site outside the repository', async () => {
  const listed = spawnSync('tar', ['-tzf', own], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
  const strange = listed.filter((name) => !/^package\/(package\.json|README\.md|LICENSE-\w+|index\.js|src\/\w+\.js|templates\/example\/.+)$/.test(name));
  equal(strange, [], 'files of the package that are no part of it');
  const tracked = spawnSync('git', ['ls-files'], { cwd: join(import.meta.dirname, '../../examples/site'), encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
  const wanted = tracked.filter((name) => !['package.mjs', 'package-lock.json', '.npmrc'].includes(name)).map((name) => name.replace(/^\./, '_')).sort();
  const present = listed.filter((name) => name.startsWith('package/templates/example/')).map((name) => name.slice('package/templates/example/'.length)).sort();
  equal(present, wanted, 'files of the template');
  const [ours, theirs] = [await readJson(source, 'package.json'), await readJson(source, '../package.json')];
  equal(ours.version, theirs.version, 'the version of create-masthead');
  equal([ours.dependencies, ours.scripts.postinstall], [undefined, undefined], 'what is installed with it');
});

await step('without a terminal nothing is asked, and options are taken', async () => {
  const { status, output } = create(['plain', '--url', `${MASTHEAD_URL}/`, '--name', ' Plain \u001b[31m words ']);
  equal(status, 0, `the status: ${output}`);
  const manifest = await readJson(around, 'plain/package.json');
  equal([manifest.name, manifest.dependencies['masthead-astro'], manifest.scripts.postinstall], ['plain', `^${(await readJson(source, 'package.json')).version}`, undefined], 'the package of the site');
  ok((await readFile(join(around, 'plain/.env'), 'utf8')).includes(`\nMASTHEAD_URL=${MASTHEAD_URL}\n`), '.env says where Masthead is');
  equal((await readJson(around, 'plain/src/site.json')).name, 'Plain [31m words', 'the name of the site');
  ok((await readFile(join(around, 'plain/.gitignore'), 'utf8')).split('\n').includes('node_modules'), '.gitignore is there');
  ok(/cd plain\n\s+npm install\n/.test(output), `it says what is next: ${output}`);
});

await step('what can’t be used is refused with what to do, and nothing is overwritten', async () => {
  await mkdir(join(around, 'full'));
  await writeFile(join(around, 'full/README.md'), 'mine');
  for (const [given, sentence] of [
    [['full', '--yes'], /^full isn't empty: it has README\.md\. Say a folder that is empty or not there yet\.$/m],
    [['full/README.md', '--yes'], /is a file, or lies below one/],
    [['full/README.md/below', '--yes'], /is a file, or lies below one/],
    [['one', 'two'], /One folder, please/],
    [['new', '--url', 'members.club.example'], /is no address\. Say where Masthead is, such as https:/],
    [['new', '--url', 'https://jo:secret@club.example'], /takes no name and no password/],
    [['new', '--name', ' '], /Say what the site is called/],
    [['new', '--name', 'x'.repeat(101)], /at most 100 characters/],
    [['new', '--template', '../..'], /There is no template “\.\.\/\.\.”\. There is: example\./],
    [['new', '--package', 'missing.tgz'], /There is no tarball missing\.tgz/],
    [['new', '--nonsense'], /Unknown option '--nonsense'[\s\S]*usage: /],
  ]) {
    const { status, output } = direct(given);
    equal(status, 2, `the status of ${given.join(' ')}: ${output}`);
    ok(sentence.test(output), `${given.join(' ')} is answered with ${sentence}, but it is ${output}`);
  }
  equal([await readFile(join(around, 'full/README.md'), 'utf8'), (await readdir(join(around, 'full'))).length, existsSync(join(around, 'new'))], ['mine', 1, false], 'what is there');
});

await step('this folder, and folders whose names npm doesn’t take', async () => {
  for (const [name, expected] of [['日本語', 'club-site'], ['node_modules', 'club-site'], ['Ünser  Verein!', 'u-nser-verein'], ['-x', 'x']]) {
    const folder = join(around, 'names', name);
    await mkdir(join(folder, '.git'), { recursive: true });
    const { status, output } = direct(['.', '--yes', '--url', NOWHERE], folder);
    equal(status, 0, `the status in ${name}: ${output}`);
    ok(!/^\s+cd /m.test(output), `there is nowhere to go: ${output}`);
    ok(/Masthead doesn't answer at http:\/\/127\.0\.0\.1:9/.test(output), `it says that Masthead is away: ${output}`);
    equal((await readJson(folder, 'package.json')).name, expected, `the package’s name in ${name}`);
  }
});

await step('in a clone in which nothing was packed it says what to do', async () => {
  const folder = join(around, 'unpacked');
  for (const name of ['index.js', 'package.json', 'src']) await cp(join(source, name), join(folder, name), { recursive: true });
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'index.js'), 'new', '--yes'], { cwd: around, encoding: 'utf8' });
  ok(status === 2 && /^No template is here yet: `npm run prepack`/.test(stderr), `it says so: ${stderr}`);
});

await step('Ctrl+C at any question leaves nothing behind', async () => {
  const questions = [['Which folder', 'stopped'], ['Where is Masthead?', MASTHEAD_URL], ['What is the site called?', 'x']];
  for (let at = 0; at < questions.length; at += 1) {
    const { status, shown } = await atTerminal([], [...questions.slice(0, at), [questions[at][0], CTRL_C]]);
    ok(status !== 0 && shown.includes('Nothing was made.'), `it ends, but the status is ${status}: ${shown}`);
    ok(!existsSync(join(around, 'stopped')), 'nothing is there');
  }
});

const site = join(around, 'my club');
await step('at a terminal it asks, and asks again for what it can’t use', async () => {
  const { status, shown } = await atTerminal(['--package', tarball], [
    ['Which folder', 'full'],
    ["full isn't empty", 'my club'],
    ['Where is Masthead?', 'localhost'],
    ['is no address', MASTHEAD_URL],
    ['What is the site called?', NAME],
  ]);
  equal(status, 0, `the status: ${shown}`);
  ok(shown.includes("cd 'my club'"), `it says what is next: ${shown}`);
  equal((await readJson(site, 'src/site.json')).name, NAME, 'the name of the site');
});

await step('without a registry the site is complete, and what to do is said', async () => {
  const { status, output } = create(['away', '--yes', '--install'], around, { npm_config_registry: NOWHERE, npm_config_fetch_retries: '0', npm_config_cache: join(around, 'empty cache') });
  // What runs the program needs nothing of the registry, either.
  equal(status, 1, `the status: ${output}`);
  ok(/npm install failed[\s\S]*away is complete: say it again once the registry can be reached/.test(output), `it says what to do: ${output}`);
  equal((await files(join(around, 'away'))).length, (await files(join(around, 'plain'))).length, 'files of the site');
});

await step('the package alone fits each Astro that it names, under npm’s strict rules', async () => {
  const folder = join(around, 'alone');
  await mkdir(folder);
  const { peerDependencies } = await readJson(source, '../package.json');
  const ranges = peerDependencies.astro.split(' || ');
  ok(ranges.length >= 2, `several are named, but it is ${ranges}`);
  for (const range of ranges) {
    await writeFile(join(folder, 'package.json'), '{}');
    const { status, output } = npm(['install', '--dry-run', '--strict-peer-deps', '--prefer-offline', '--no-audit', '--no-fund', `astro@${range}`, tarball], folder);
    ok(status === 0 && /^add masthead-astro /m.test(output) && !/^add codemirror /m.test(output), `npm finds no conflict with Astro ${range}, and installs nothing that is optional: ${output}`);
  }
});

await step('the site is installed under npm’s strict rules, checked, and built', async () => {
  const installed = npm(['install', '--strict-peer-deps', '--prefer-offline', '--no-audit', '--no-fund'], site);
  ok(installed.status === 0 && !/ERESOLVE|deprecated/.test(installed.output), `npm installs it without a conflict: ${installed.output}`);
  for (const command of ['check', 'build']) {
    const { status, output } = npm(['run', command], site, { MASTHEAD_URL: undefined, ASTRO_TELEMETRY_DISABLED: '1' });
    equal(status, 0, `the status of ${command}: ${output.slice(-3000)}`);
    ok(command !== 'check' || /- 0 errors\n- 0 warnings\n- 0 hints/.test(output), `nothing is found: ${output}`);
    ok(!/documents that got another address are not redirected/.test(output), `its configuration finds Masthead, too: ${output}`);
  }
  const home = await readFile(join(site, 'dist/index.html'), 'utf8');
  ok(home.includes('Zoë’s &quot;Boat&quot; &amp; &lt;Club&gt;') || home.includes('Zoë’s "Boat" &amp; &lt;Club&gt;'), 'the home page has the name');
  const { entries } = await (await fetch(`${MASTHEAD_URL}/api/content`)).json();
  ok(entries.length > 0, 'something is published');
  for (const { id } of entries) ok(existsSync(join(site, 'dist', id, 'index.html')), `there is a page of ${id}`);
  ok(existsSync(join(site, 'dist/pagefind/pagefind.js')), 'the search has its index');
});
await rm(around, { recursive: true });
