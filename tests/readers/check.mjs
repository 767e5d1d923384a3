// Every reader of YAML reads the same from an output, and every schema takes it.
import { readFileSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import GithubSlugger from 'github-slugger';
import jsYaml4 from 'js-yaml';
import jsYaml3 from 'js-yaml-3';
import { parse as yaml } from 'yaml';
import { Verdict, apart, convert, fromCorpus } from './documents.mjs';
import { documents as naughty, strings } from './naughty.mjs';
import { own as collection, themes } from './schemas.mjs';

const [batch, python, scratch, corpus] = process.argv.slice(2);
const here = import.meta.dirname;
const verdict = new Verdict();

// Dates as they are told apart from strings, numbers as doubles, keys in their order.
const DATE = '\u0000date ';
const iso = (date) => (Number.isNaN(date.getTime()) ? 'no date' : date.toISOString().replace('.000Z', 'Z'));
const plain = (value) => JSON.stringify(value, function (key, shown) {
  const raw = this[key];
  return raw instanceof Date ? DATE + iso(raw) : typeof shown === 'number' ? Number(shown) : shown;
});
// Our reader keeps the spelling of a date; null is as good as not there.
const ours = (value, meta) => {
  if (value instanceof Date) return typeof meta === 'string' && iso(new Date(meta)) === iso(value);
  if (Array.isArray(value)) return Array.isArray(meta) && value.length === meta.length && value.every((item, at) => ours(item, meta[at]));
  if (value && typeof value === 'object') {
    const keys = (map) => Object.keys(map).filter((key) => map[key] !== null);
    return meta && typeof meta === 'object' && keys(value).join('\n') === keys(meta).join('\n') && keys(value).every((key) => ours(value[key], meta[key]));
  }
  return value === meta;
};
// The keys that two readings differ in, each with both.
const difference = (one, other) => {
  const [left, right] = [one, other].map((text) => { try { return JSON.parse(text); } catch { return text; } });
  if (typeof left !== 'object' || typeof right !== 'object') return `${one} and ${other}`;
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].filter((key) => JSON.stringify(left[key]) !== JSON.stringify(right[key]));
  return keys.map((key) => `${key} is ${JSON.stringify(left[key])} and ${JSON.stringify(right[key])}`).join('; ') || 'the order of the keys';
};
const attempt = (read) => {
  try {
    return read();
  } catch (error) {
    return `refused: ${error.message}`;
  }
};

const documents = [...naughty(), ...fromCorpus(corpus)];
console.log(`${documents.length} documents, made of ${strings().length} strings and ${corpus ? `the corpus at ${corpus}` : 'no corpus'}`);
const answers = convert(batch, documents);

const schema = new Ajv({ strict: true, allowUnionTypes: true, strictTypes: false }).compile(JSON.parse(readFileSync(join(here, '../../shared/frontmatter/entry.schema.json'))));

// Python reads all blocks in one go, while we read them here.
const blocks = [];
for (const { id, file } of answers) {
  const block = file && apart(file)?.block;
  if (block) blocks.push({ id, block, file });
}
writeFileSync(join(scratch, 'blocks.jsonl'), blocks.map(({ block, file }) => JSON.stringify({ block, file })).join('\n'));
const reading = spawn(python, [join(here, 'read.py'), join(scratch, 'blocks.jsonl'), join(scratch, 'read.jsonl')], { stdio: ['ignore', 'inherit', 'inherit'] });
const read = once(reading, 'close');

const expectations = new Map();
for (const { id, rejected, meta, stable, defect, file } of answers) {
  if (!verdict.check('converted', rejected === undefined, id, () => rejected)) continue;
  verdict.check('converting twice is converting once', stable, id);
  verdict.check('the converter finds nothing wrong itself', defect === null, id, () => defect);
  const found = apart(file);
  if (!verdict.check("Astro's expression finds the block that was written", found && file.startsWith(`---${found.block}---`) && /^\r?\n/.test(found.block), id)) continue;

  const value = attempt(() => jsYaml4.load(found.block));
  if (!verdict.check('js-yaml 4 reads a map', value && typeof value === 'object', id, () => String(value))) continue;
  verdict.check('our reader reads what js-yaml 4 reads', ours(value, meta), id, () => difference(plain(value), JSON.stringify(meta)));
  const expected = plain(value);
  expectations.set(id, expected);
  const three = plain(attempt(() => jsYaml3.safeLoad(found.block)));
  verdict.check('js-yaml 3 reads what js-yaml 4 reads', three === expected, id, () => difference(three, expected));
  const npm = plain(attempt(() => yaml(found.block, { customTags: ['timestamp'] })));
  verdict.check('yaml reads what js-yaml 4 reads', npm === expected, id, () => difference(npm, expected));

  for (const [name, theme] of Object.entries(themes)) {
    const result = theme.safeParse(value);
    verdict.check(`${name} takes it`, result.success, id, () => JSON.stringify(result.error.issues));
  }
  const result = collection.safeParse(value);
  verdict.check('our collection takes it', result.success, id, () => JSON.stringify(result.error.issues));
  verdict.check('entry.schema.json takes it', schema(JSON.parse(plain(value).replaceAll('\\u0000date ', ''))), id, () => JSON.stringify(schema.errors));

  const slugger = new GithubSlugger();
  const headings = meta.derived.headings;
  const wrong = headings.find(({ text, id }) => slugger.slug(text) !== id);
  verdict.check("headings' ids are github-slugger's", !wrong, id, () => `${JSON.stringify(wrong)} and ${new GithubSlugger().slug(wrong.text)}`);
}

const [status] = await read;
if (status !== 0) throw new Error(`Python failed with status ${status}`);
readFileSync(join(scratch, 'read.jsonl'), 'utf8').split('\n').filter(Boolean).forEach((line, at) => {
  const { id } = blocks[at];
  const expected = expectations.get(id);
  if (expected === undefined) return;
  const { pyyaml, post } = JSON.parse(line);
  const [own, loaded] = [plain(pyyaml), plain(post)];
  verdict.check('PyYAML reads what js-yaml 4 reads', own === expected, id, () => difference(own, expected));
  verdict.check('python-frontmatter reads what js-yaml 4 reads', loaded === expected, id, () => difference(loaded, expected));
});
verdict.end();
