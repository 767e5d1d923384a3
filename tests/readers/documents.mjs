// Documents for the checks of the converter, and their conversion.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The documents of a corpus folder and the cases beside it; none where it is not there. */
export function fromCorpus(folder) {
  if (!folder) return [];
  const files = existsSync(join(folder, 'files')) ? join(folder, 'files') : folder;
  const documents = readdirSync(files).sort().map((name) => ({
    id: `corpus: ${name}`,
    base64: readFileSync(join(files, name)).toString('base64'),
    name_hint: name.replace(/\.[^.]*$/, ''),
  }));
  const cases = join(folder, '..', 'cases.jsonl');
  if (existsSync(cases)) {
    for (const line of readFileSync(cases, 'utf8').split('\n').filter(Boolean)) {
      const { id, name, input, input_b64, ctx = {} } = JSON.parse(line);
      const base64 = input_b64 ?? Buffer.from(input).toString('base64');
      documents.push({ id: `case ${id}: ${name}`, base64, name_hint: ctx.name_hint, asset_base: ctx.asset_base });
    }
  }
  return documents;
}

/** The source of a document as text, or null where it is no UTF-8. */
export function source({ text, base64 }) {
  if (text !== undefined) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    return null;
  }
}

/** Converts documents with the program `batch`; the answers in the documents' order. */
export function convert(batch, documents) {
  const input = documents.map((document) => JSON.stringify(document)).join('\n');
  const { status, stdout, stderr, error } = spawnSync(batch, { input, encoding: 'utf8', maxBuffer: 2 ** 31 - 1 });
  if (status !== 0) throw new Error(`the converter failed: ${error ?? stderr}`);
  const answers = stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  if (answers.length !== documents.length) throw new Error(`${answers.length} answers to ${documents.length} documents`);
  return answers;
}

// @astrojs/internal-helpers, frontmatter.ts
const FRONTMATTER = /(?:^\uFEFF?|^\s*\n)(?:---|\+\+\+)([\s\S]*?\n)(?:---|\+\+\+)/;

/** What Astro takes for the frontmatter of a file, and the body that it renders. */
export function apart(file) {
  const match = FRONTMATTER.exec(file);
  if (!match) return null;
  return { fence: match[0].slice(0, 3), block: match[1], body: file.replace(match[0], '').trim() };
}

/** Collects failures; prints the first few of each kind, and ends the process with the verdict. */
export class Verdict {
  #failures = new Map();
  #checked = new Map();

  check(kind, holds, id, detail = () => '') {
    this.#checked.set(kind, (this.#checked.get(kind) ?? 0) + 1);
    if (holds) return true;
    const list = this.#failures.get(kind) ?? [];
    list.push(`${id}${detail() && `: ${detail()}`}`);
    this.#failures.set(kind, list);
    return false;
  }

  end() {
    for (const [kind, count] of this.#checked) {
      const failures = this.#failures.get(kind) ?? [];
      console.log(`${failures.length ? 'FAIL' : 'ok  '} ${kind}: ${count - failures.length} of ${count}`);
      for (const failure of failures.slice(0, 20)) console.log(`       ${failure.slice(0, 600)}`);
      if (failures.length > 20) console.log(`       and ${failures.length - 20} more`);
    }
    process.exitCode = this.#failures.size ? 1 : 0;
  }
}
