// Templates: folders of files beside this one, as they lie in the package and in a site.

import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const TEMPLATES = fileURLToPath(new URL('../templates', import.meta.url));

/** npm leaves `.gitignore` out of packages: what begins with a dot is stored with an underscore in its place. */
export const stored = (path) => path.replace(/(^|[\\/])\.(?=[^\\/]*$)/, '$1_');
const restored = (path) => path.replace(/(^|[\\/])_(?=[^\\/]*$)/, '$1.');

/** The names of the templates; none in a clone in which nothing was packed yet. */
export async function templates() {
  try {
    return (await readdir(TEMPLATES)).sort();
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Writes a site into a folder that is empty or not there yet. No file is ever overwritten. `tarball` is a file with the package
 * masthead-astro, which is laid into the site, so that the site can be installed wherever it is.
 */
export async function create({ folder, template, name, url, tarball }) {
  const from = join(TEMPLATES, template);
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const path = relative(from, join(entry.parentPath, entry.name));
    const text = await readFile(join(from, path), 'utf8');
    await put(join(folder, restored(path)), change(path, text, { folder, name, tarball }));
  }
  await put(join(folder, '.env'), `# Where Masthead is.\nMASTHEAD_URL=${url}\n# Where this site is, once it is: for its feed, its sitemap and links that others show.\n# SITE_URL=https://club.example\n`);
  if (tarball) await cp(tarball, join(folder, basename(tarball)), { errorOnExist: true, force: false });
}

async function put(path, text) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { flag: 'wx' });
}

/** What the answers change: the site's name, and which package it installs. */
function change(path, text, { folder, name, tarball }) {
  const file = path.replaceAll('\\', '/');
  if (file === 'package.json') {
    const manifest = JSON.parse(text);
    manifest.name = packageName(folder);
    if (tarball) manifest.dependencies['masthead-astro'] = `file:${basename(tarball)}`;
    return `${JSON.stringify(manifest, null, 2)}\n`;
  }
  if (file === 'src/site.json') return `${JSON.stringify({ ...JSON.parse(text), name, motto: 'What our members write' }, null, 2)}\n`;
  return text;
}

/** A name that npm takes, made from the folder's. */
export function packageName(folder) {
  const words = basename(resolve(folder)).normalize('NFKD').toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const name = words.join('-').slice(0, 100);
  // npm takes these two for something else.
  return ['', 'node-modules', 'favicon-ico'].includes(name) ? 'club-site' : name;
}
