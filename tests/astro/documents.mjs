// Documents as a whole club writes them, made of a seed: most are ordinary, some are as strange as members' are.

import { strings } from '../readers/naughty.mjs';

/** The same numbers for the same seed, from 0 up to 1 (mulberry32). */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const WORDS = 'harbour mooring plank chisel varnish tide chart lantern rope anchor winch solder servo gripper battery bearing spring copper oak tiller rudder canvas needle thread bilge pump lens compass meridian latitude current wind weather winter shed stove kettle ladder crane barge ferry pilot bell fog lighthouse ledger key'.split(' ');
const TAGS = ['boats', 'woodwork', 'robots', 'navigation', 'library', 'music'];

/** Writes of a member's: sentences, paragraphs and what stands between them. */
function writer(random) {
  const among = (list) => list[Math.floor(random() * list.length)];
  const upTo = (least, most) => least + Math.floor(random() * (most - least + 1));
  const words = (count) => Array.from({ length: count }, () => among(WORDS)).join(' ');
  const capital = (text) => text[0].toUpperCase() + text.slice(1);
  const sentence = () => `${capital(words(upTo(6, 16)))}.`;
  const paragraph = () => Array.from({ length: upTo(3, 6) }, sentence).join(' ');
  const list = () => Array.from({ length: upTo(3, 6) }, () => `- ${capital(words(upTo(2, 6)))}`).join('\n');
  const table = () => `| ${capital(words(1))} | ${capital(words(1))} |\n|---|--:|\n${Array.from({ length: upTo(2, 6) }, () => `| ${words(2)} | ${upTo(1, 900)} |`).join('\n')}`;
  const code = () => `\`\`\`js\nconst ${among(WORDS)} = ${upTo(1, 99)};\nfor (let at = 0; at < ${upTo(2, 9)}; at += 1) console.log(at, \`${words(3)}\`);\n\`\`\``;
  const quote = () => `> ${sentence()}`;
  const callout = () => `> [!${among(['note', 'tip', 'warning'])}] ${capital(words(2))}\n> ${sentence()}`;
  const section = () => `## ${capital(words(upTo(2, 4)))}\n\n${[paragraph(), among([list, table, code, quote, callout, paragraph])(), paragraph()].join('\n\n')}`;
  return { among, upTo, words, capital, sentence, paragraph, section };
}

/** How each strange document is made; `at` counts those of one kind. */
const STRANGE = {
  title: (at, { paragraph }) => `---\ntitle: ${JSON.stringify(NAUGHTY[(at * 37) % NAUGHTY.length])}\n---\n\n${paragraph()}\n`,
  heading: (at, { paragraph }) => `# ${NAUGHTY[(at * 53 + 11) % NAUGHTY.length]}\n\n${paragraph()}\n`,
  long: (at, { words, paragraph }) => `# ${words(60)}\n\n${paragraph()}\n\n${'unbroken'.repeat(60)}\n`,
  rtl: (at) => `---\nlang: ar\n---\n\n# مكتبة النادي ${at}\n\nكتب عن البحر والملاحة، مرتبة على الرف الثالث.\n\n- أولاً\n- ثانياً\n\n> [!tip] نصيحة\n> اقرأ قبل الإبحار.\n\n\`const x = 1;\`\n`,
  table: (at, { words }) => `# A huge table ${at}\n\n|${' c |'.repeat(24)}\n|${'---|'.repeat(24)}\n${Array.from({ length: 200 }, () => `|${` ${words(1)} |`.repeat(24)}`).join('\n')}\n`,
  list: (at) => `# A deep list ${at}\n\n${Array.from({ length: 40 }, (_, depth) => `${'  '.repeat(depth)}- level ${depth}`).join('\n')}\n`,
  math: (at, { sentence }) => `# Formulas ${at}\n\n${sentence()} So $E = mc^2$ and $\\sum_{i=1}^{n} i = \\frac{n(n+1)}{2}$, for \\$5.\n\n$$\n\\int_0^1 x^2 \\, dx = \\frac{1}{3}\n$$\n\n$$\n\\undefinedmacro{x}{\n$$\n`,
  mermaid: (at, { words }) => `# A diagram ${at}\n\n\`\`\`mermaid\nflowchart LR\n  a[${words(1)}] --> b[${words(1)}]\n  b --> c{${words(1)}?}\n\`\`\`\n`,
  callouts: (at, { sentence }) => `# Callouts ${at}\n\n${['note', 'tip', 'warning', 'danger', 'quote', 'bug', 'no-such-type'].map((type) => `> [!${type}] About ${type}\n> ${sentence()}`).join('\n\n')}\n\n> [!tip]- Folded\n> ${sentence()}\n>\n> > [!warning]+ Within\n> > ${sentence()}\n`,
  headless: (at, { paragraph }) => `${paragraph()}\n\n${paragraph()}\n`,
  emoji: (at, { paragraph }) => `# 🚀 ${'✨'.repeat(at + 1)}\n\n${paragraph()} 👩‍🚀\n`,
  html: (at, { words }) => `# Markup ${at}\n\n<details><summary>${words(2)}</summary>\n\n<kbd>Ctrl</kbd> H<sub>2</sub>O <mark>${words(1)}</mark>\n\n</details>\n\n<script>globalThis.ran = 1</script>\n<img src=x onerror="globalThis.ran = 1">\n<iframe src="https://e.example/"></iframe>\n\n<div align="center"><p onclick="globalThis.ran=1">${words(4)}</p></div>\n\n</div></main></body></html> the end\n`,
  large: (at, { paragraph }) => {
    let text = `# A large one ${at}\n`;
    while (text.length < 1_040_000) text += `\n${paragraph()}\n`;
    return text.slice(0, 1_040_000);
  },
  pictures: (at, { sentence }) => `# Many pictures ${at}\n\n${Array.from({ length: 24 }, (_, one) => `${sentence()}\n\n![Chart ${one}](img/chart.png)`).join('\n\n')}\n\n![missing](img/none.png)\n`,
  task: (at, { words }) => `# Tasks and notes ${at}\n\n${Array.from({ length: 12 }, (_, one) => `- [${one % 2 ? 'x' : ' '}] ${words(3)}`).join('\n')}\n\nA claim.[^1]\n\n[^1]: ${words(5)}.\n`,
};
const NAUGHTY = strings().filter((text) => text.trim() && !/[\n\r\0]/.test(text));
/** One document of 1 MiB in each run: more say no more, and take their time. */
const ONLY = { large: 1 };

/** A word that stands in one document and nowhere else, for a search. */
export const RARE = 'zwieselkraut';

/**
 * Documents of `members` members: `{ handle, name, text, kind, title }`, each member's own page first. `strange` of all are
 * such as STRANGE makes, spread evenly; a title is known where the document has one that is said plainly.
 */
export function clubOf({ seed = 1, members = 6, documents = 300, strange = 60 } = {}) {
  const random = randomOf(seed);
  const write = writer(random);
  const kinds = Object.keys(STRANGE);
  const every = Math.max(1, Math.floor(documents / Math.max(1, strange)));
  const all = [];
  let strangeOnes = 0;
  for (let at = 0; at < documents; at += 1) {
    const member = at % members;
    const handle = `member-${member}`;
    if (at < members) {
      const title = `Member ${member}`;
      all.push({ handle, name: 'README.md', title, kind: 'page', text: `# ${title}\n\n${write.paragraph()}\n` });
      continue;
    }
    const isStrange = at % every === every - 1 && strangeOnes < strange;
    let kind = kinds[strangeOnes % kinds.length];
    if (isStrange) {
      const nth = Math.floor(strangeOnes / kinds.length);
      strangeOnes += 1;
      if (nth >= (ONLY[kind] ?? Infinity)) kind = 'headless';
      all.push({ handle, name: kind === 'emoji' ? `${'😀'.repeat(nth + 1)}.md` : `${kind} ${at}.md`, kind, text: STRANGE[kind](nth, write) });
      continue;
    }
    const title = write.capital(write.words(write.upTo(2, 4))) + ` ${at}`;
    const tags = [write.among(TAGS), write.among(TAGS)];
    const picture = at % 5 === 0 ? '\n\n![The chart](img/chart.png)' : '';
    const rare = at === members ? ` The ${RARE} grows here.` : '';
    const text = `---\ntags: [${tags.join(', ')}]\ndate: 2025-${String(write.upTo(1, 12)).padStart(2, '0')}-${String(write.upTo(1, 28)).padStart(2, '0')}\n---\n\n# ${title}\n\n${write.paragraph()}${rare}${picture}\n\n${Array.from({ length: write.upTo(1, 4) }, write.section).join('\n\n')}\n`;
    all.push({ handle, name: `note ${at}.md`, title, kind: 'note', text });
  }
  return all;
}
