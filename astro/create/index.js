#!/usr/bin/env node
// npm create masthead@latest: a club's site, ready to be built.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Unusable, folderFrom, nameFrom, nameOf, templateFrom, urlFrom } from './src/answers.js';
import { create, templates } from './src/template.js';

const USAGE = `usage: npm create masthead@latest [FOLDER] [-- OPTION..]

Makes an Astro site on which the members of a club publish, in FOLDER, which is empty or not there yet.
On a terminal it asks for what isn't said; elsewhere what stands in brackets is taken.

  --url URL        where Masthead is [http://localhost:3000]
  --name NAME      what the site is called [as Masthead says, else Our club]
  --template NAME  the site that is copied [example]
  --package FILE   a tarball of masthead-astro, as \`npm pack\` makes it, instead of the registry's
  --install        install what the site needs
  -y, --yes        ask nothing
  -h, --help       this
  --version        the version`;

const DEFAULT_FOLDER = 'my-club';
const DEFAULT_URL = 'http://localhost:3000';
const DEFAULT_NAME = 'Our club';
/** As long is Masthead waited for, to hear its name. */
const PATIENCE_MS = 3000;
/** What Astro needs to build the site; this program needs less. */
const NODE_FOR_ASTRO = [22, 12];
const INTERRUPTED = 130;

/** Nobody is there to ask, or wants to be. */
class Interrupted extends Error {}

function read() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        name: { type: 'string' },
        template: { type: 'string' },
        package: { type: 'string' },
        install: { type: 'boolean', default: false },
        yes: { type: 'boolean', short: 'y', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new Unusable(`${error.message.split('. ')[0]}.\n\n${USAGE}`);
  }
}

/** Asks until an answer can be used. `given` is an option's: that is never asked for, and ends the program where it can't be used. */
function asking(interactive) {
  if (!interactive) return { answer: async (_question, given, usual, from) => from(given ?? usual), close() {} };
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  let interrupt = () => {};
  let over = false;
  // Ctrl+C, and Ctrl+D or the end of the input; between two questions as well.
  terminal.on('close', () => {
    over = true;
    interrupt();
  });
  const ask = (question) =>
    new Promise((resolve, reject) => {
      interrupt = () => reject(new Interrupted());
      if (over) interrupt();
      else terminal.question(question, resolve);
    });
  return {
    async answer(question, given, usual, from) {
      if (given !== undefined) return from(given);
      for (;;) {
        const typed = await ask(`${question} (${usual}) `);
        try {
          return await from(typed.trim() || usual);
        } catch (error) {
          if (!(error instanceof Unusable)) throw error;
          console.log(`  ${error.message}`);
        }
      }
    },
    close() {
      terminal.close();
    },
  };
}

/** What Masthead calls the site, or why it doesn't say. */
async function askMasthead(url) {
  try {
    const answer = await fetch(`${url}/api/site`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const said = await answer.json();
    if (typeof said?.site?.name === 'string') return { name: nameOf(said.site.name) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) return { silence: `Masthead doesn't answer at ${url} (${error.cause?.code || error.message}). It must when the site is built.` };
  }
  return { silence: `What answers at ${url} is not Masthead. It must be when the site is built.` };
}

/** The program that called this one, as it says itself. */
function packageManager() {
  const [name = ''] = (process.env.npm_config_user_agent ?? '').split('/');
  return ['npm', 'pnpm', 'yarn', 'bun'].includes(name) ? name : 'npm';
}

function install(manager, folder) {
  const { status, error } = spawnSync(manager, ['install'], { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' });
  return status === 0 && !error;
}

/** A path as a shell takes it for one word. */
function quoted(path) {
  if (!/[^\w./\\-]/.test(path)) return path;
  return process.platform === 'win32' ? `"${path}"` : `'${path.replaceAll("'", "'\\''")}'`;
}

const isNewEnough = () => {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > NODE_FOR_ASTRO[0] || (major === NODE_FOR_ASTRO[0] && minor >= NODE_FOR_ASTRO[1]);
};

async function main() {
  const { values, positionals } = read();
  if (values.help) return console.log(USAGE);
  if (values.version) return console.log(JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8')).version);
  if (positionals.length > 1) throw new Unusable(`One folder, please: ${positionals.join(', ')} are ${positionals.length}. Put a name with spaces into quotation marks.`);
  const tarball = values.package === undefined ? undefined : resolve(values.package);
  if (tarball && !(existsSync(tarball) && /\.tgz$/.test(tarball))) throw new Unusable(`There is no tarball ${values.package}. \`npm pack\`, in the folder astro of Masthead, makes one.`);
  const known = await templates();
  if (known.length === 0) throw new Unusable('No template is here yet: `npm run prepack`, in the folder astro/create of Masthead, copies the example.');

  const { answer, close } = asking(Boolean(process.stdin.isTTY && process.stdout.isTTY) && !values.yes);
  let site;
  let silence;
  try {
    const folder = await answer('Which folder does the site go into?', positionals[0], DEFAULT_FOLDER, folderFrom);
    const url = await answer('Where is Masthead?', values.url, DEFAULT_URL, urlFrom);
    const said = await askMasthead(url);
    silence = said.silence;
    // Masthead itself has its own name until a club gives it one.
    const usual = said.name && said.name !== 'Masthead' ? said.name : DEFAULT_NAME;
    const name = await answer('What is the site called?', values.name, usual, nameFrom);
    // A question with one answer is none.
    const template = known.length > 1 ? await answer(`Which template? ${known.join(', ')}`, values.template, known[0], (text) => templateFrom(text, known)) : templateFrom(values.template ?? known[0], known);
    site = { folder, template, name, url, tarball };
  } finally {
    close();
  }

  const shown = relative('', site.folder) || '.';
  try {
    await create(site);
  } catch (error) {
    throw new Unusable(`The site can't be written into ${shown}: ${error.message}. What is there already is incomplete: remove it, and start again.`);
  }
  console.log(`\n${site.name} is in ${shown}.`);

  const manager = packageManager();
  const installed = values.install && install(manager, site.folder);
  const steps = [
    ...(shown === '.' ? [] : [`cd ${quoted(shown)}`]),
    ...(installed ? [] : [`${manager} install`]),
    `${manager} run dev        # http://localhost:4321, with what is published`,
    `${manager} run build      # the site, in dist`,
  ];
  if (silence) console.log(`\n${silence}`);
  if (!isNewEnough()) console.log(`\nThis is Node ${process.versions.node}. Astro needs ${NODE_FOR_ASTRO.join('.')} or later to build the site.`);
  console.log(`\nNext:\n\n${steps.map((step) => `    ${step}`).join('\n')}\n\nIts name and its motto stand in src/site.json, its colours in src/styles/site.css, and where Masthead is in .env.`);
  if (values.install && !installed) {
    console.error(`\n${manager} install failed; what it said stands above. ${basename(site.folder)} is complete: say it again once the registry can be reached.`);
    process.exitCode = 1;
  }
}

try {
  await main();
} catch (error) {
  if (error instanceof Interrupted) {
    console.log('\nNothing was made.');
    process.exit(INTERRUPTED);
  }
  if (!(error instanceof Unusable)) throw error;
  console.error(error.message);
  process.exit(2);
}
