// What a built site may hold: a page for every entry, nothing of the machine that built it, and
// nothing that runs but the site's own scripts.
import { readFile } from 'node:fs/promises';
import { homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { parse } from 'parse5';
import sax from 'sax';
import { equal, ok } from '../browser/harness.mjs';
import { dist, files, folder } from './site.mjs';

const RUNS = new Set(['iframe', 'object', 'embed', 'applet', 'frame', 'frameset', 'base', 'portal']);
const ADDRESSES = new Set(['href', 'src', 'action', 'formaction', 'data', 'poster', 'background', 'cite', 'ping', 'xlink:href', 'srcset']);
/** After what a browser leaves out of an address. */
const DANGEROUS = /^(javascript|vbscript|file|blob|data:(?!image\/(png|jpeg|gif|webp)[;,])):?/i;

/**
 * Checks the build of a site. `ids` must each have a page; `own` are scripts that stand in the site's pages themselves,
 * `secrets` what the building machine holds beside that of every test, and `moved` the former ids of entries, whose pages lead on within the site.
 */
export async function inspect(site, ids, { own = () => false, secrets = [], moved = [] } = {}) {
  const root = dist(site);
  const built = await files(root);
  const pages = new Set(built);
  equal(ids.filter((id) => !pages.has(`${id}/index.html`)), [], `entries without a page in ${site}`);
  equal(built.filter((name) => !/\.(html|css|js|svg|xml|woff2?|json)$|^robots\.txt$|^pagefind\/(\w+\/)?[\w.-]+\.(pf_\w+|pagefind)$/.test(name)), [], `files of another kind in ${site}`);

  const machine = [...machinesOwn(), ...secrets];
  const findings = [];
  let bytes = 0;
  for (const name of built) {
    const text = await readFile(join(root, name), 'utf8');
    bytes += text.length;
    for (const secret of machine) if (text.includes(secret)) findings.push(`${name} has ${secret}`);
    if (name.endsWith('.xml')) findings.push(...malformed(text).map((what) => `${name}: ${what}`));
    if (name.endsWith('.html')) walk(parse(text), (node) => findings.push(...wrong(node, pages, own, moved.some((id) => name === `${id}/index.html`)).map((what) => `${name}: ${what}`)));
  }
  equal(findings.slice(0, 20), [], `what must not be in ${site}`);
  return { pages: built.filter((name) => name.endsWith('.html')).length, bytes };
}

/** What is of this machine alone: where things lie, what its files and its environment hold. */
function machinesOwn() {
  const names = [folder(''), homedir().length > 5 ? homedir() : '', userInfo().username.length > 4 ? userInfo().username : '', hostname().length > 7 ? hostname() : '', 'root:x:0:', process.env.PATH, process.env.MASTHEAD_PASSWORD, process.env.MASTHEAD];
  return names.filter(Boolean);
}

/** What a feed reader would stop at: XML has no second chance. */
function malformed(text) {
  const found = [];
  const parser = sax.parser(true);
  parser.onerror = (error) => {
    found.push(error.message);
    parser.resume();
  };
  parser.write(text).close();
  // eslint-disable-next-line no-control-regex -- these are what XML doesn't have
  if (/[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/.test(text)) found.push('a character that XML does not have');
  return found;
}

function walk(node, visit) {
  visit(node);
  for (const child of node.childNodes ?? []) walk(child, visit);
  if (node.content) walk(node.content, visit);
}

function wrong(node, pages, own, leadsOn) {
  const found = [];
  const attributes = Object.fromEntries((node.attrs ?? []).map(({ prefix, name, value }) => [prefix ? `${prefix}:${name}` : name, value]));
  if (RUNS.has(node.nodeName)) found.push(`<${node.nodeName}>`);
  if (node.nodeName === 'meta' && /refresh/i.test(attributes['http-equiv'] ?? '') && !(leadsOn && /^0;url=\/[^/\\]/.test(attributes.content))) found.push('a refresh');
  if (node.nodeName === 'script') {
    const text = node.childNodes.map(({ value }) => value).join('');
    if (attributes.src ? !pages.has(attributes.src.replace(/^\//, '')) : !own(text, attributes)) found.push(`a script: ${attributes.src ?? text.slice(0, 100)}`);
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (/^on/i.test(name)) found.push(`${name}="${value}"`);
    // eslint-disable-next-line no-control-regex -- these are what browsers leave out
    // A drawing in an image runs nothing and asks for nothing.
    if (node.nodeName === 'img' && name === 'src' && /^data:image\/svg\+xml;base64,[A-Za-z0-9+/]+=*$/.test(value)) continue;
    if (ADDRESSES.has(name) && DANGEROUS.test(value.replace(/[\0-\x20]/g, ''))) found.push(`${name}="${value}"`);
  }
  return found;
}
