// Documents that have broken sites before: by their frontmatter, their markup, their pictures, their size.
import { strings } from '../readers/naughty.mjs';

const markup = [
  '<script>globalThis.ran = 1</script>',
  '<img src=x onerror="globalThis.ran = 1">',
  '<iframe src="javascript:globalThis.ran=1"></iframe><object data="x"></object><embed src="x">',
  '<style>body { display: none }</style><link rel="stylesheet" href="https://e.example/x.css"><base href="https://e.example/">',
  '<meta http-equiv="refresh" content="0;url=https://e.example/"><form action="https://e.example/"><input name="password"></form>',
  '<svg onload="globalThis.ran=1"><a xlink:href="javascript:globalThis.ran=1"><text>a</text></a></svg><math href="javascript:globalThis.ran=1"></math>',
  '[a](javascript:globalThis.ran=1) [b](JaVaScRiPt:globalThis.ran=1) [c](java&#10;script:globalThis.ran=1) [d](&#x6a;avascript:globalThis.ran=1)',
  '[e](vbscript:x) [f](data:text/html;base64,PHNjcmlwdD4=) [g](file:///etc/passwd) <javascript:globalThis.ran=1>',
  '<a href="javascript:globalThis.ran=1" onclick="globalThis.ran=1" ping="https://e.example/">h</a>',
  '</div></article></main></body></html> the end',
  '<!-- never closed',
  '<div id="content" name="title">clobbered',
  '<details><summary>kept</summary>\n\n<kbd>Ctrl</kbd> H<sub>2</sub>O\n\n</details>',
];

const pictures = `# Pictures that aren't there

![missing](missing.png) ![up](../../../../etc/passwd) ![absolute](/etc/passwd) ![percent](100%.png) ![broken](%E0%A4%A.png)

![by reference][r] <img src="./missing.jpg" srcset="missing@2x.jpg 2x"> <picture><source srcset="missing.webp"><img src="missing.png"></picture>

![elsewhere](https://pictures.invalid/nowhere.png) ![a file](file:///etc/hostname)

![[embedded.png]] ![[Some note]] [a file](./other.txt) [up](../../x.md)

[r]: ./missing.gif
`;

const frontmatter = {
  unclosed: '---\ntitle: a\n\n# No end\n',
  'keys twice': '---\ntitle: a\ntitle: b\ndraft: no\n---\n\nText\n',
  'javascript block': '---js\n{ title: process.env.HOME }\n---\n\nText\n',
  coffee: '---coffee\ntitle: -> process.exit 1\n---\n\nText\n',
  toml: '+++\ntitle = "T"\ndate = 2025-01-01\n+++\n\nText\n',
  mixed: '---\ntitle: a\n+++\n\nText\n',
  'alias bomb': `---\na: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefghi'].map((key, at) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(', ')}]`).join('\n')}\n---\n\nText\n`,
  'wrong types': '---\ntitle: [1, 2]\ndescription: null\ndate: soon\npubDate: 2024-13-45\ntags: {a: 1}\ndraft: maybe\nheroImage: ./missing.png\nimage: ../../secret.png\nsidebar: 7\nhero: x\nhead: [{tag: script, content: "globalThis.ran = 1"}]\nbanner: {content: "<script>globalThis.ran = 1</script>"}\ntableOfContents: yes please\nprev: 3\nlastUpdated: never\neditUrl: 5\ntemplate: evil\n---\n\nText\n',
  'names of power': '---\n__proto__: {a: 1}\nconstructor: x\nprototype: y\nslug: ../../index\nid: index\nlayout: ../../../etc/passwd\npermalink: /\n---\n\nText\n',
  functions: '---\na: !!js/function "function () { return 1 }"\nb: !!python/object/apply:os.system ["id"]\nc: !foo bar\n---\n\nText\n',
  'second block': '---\ntitle: A\n---\n---\ntitle: B\n---\n\nText between\n',
  'only a block': '---\ntitle: A\n---\n',
  'leading lines': '\n\n\n---\ntitle: A\n---\n\nText\n',
};

const bytes = {
  bom: '\uFEFF# With a mark\n\nText\n',
  crlf: '---\r\ntitle: A\r\n---\r\n\r\nText\r\n',
  'cr only': '# A\rText\r',
  nul: '# A\0B\n\nText\0\n',
  utf16: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('# Wide\n\nText\n', 'utf16le')]),
  latin1: Buffer.from('# Caf\xe9\n', 'latin1'),
  'invalid utf-8': Buffer.from([0x23, 0x20, 0xc3, 0x28, 0x0a]),
  'white space': ' \n\t\n',
};

const shapes = {
  'deep quotes': `${'> '.repeat(2000)}a\n`,
  'deep lists': Array.from({ length: 500 }, (_, at) => `${'  '.repeat(at)}- a`).join('\n'),
  brackets: `${'['.repeat(20_000)}a${']'.repeat(20_000)}\n`,
  stars: `${'*a **a '.repeat(8000)}\n`,
  backticks: Array.from({ length: 1000 }, (_, at) => '`'.repeat(at)).join(' '),
  'a long table': `| a | b |\n|---|---|\n${'| x | y |\n'.repeat(3000)}`,
  'one long line': `${'word '.repeat(60_000)}\n`,
  expressions: '# {process.env.HOME}\n\n{process.env.HOME} ${process.env.HOME} <%= process.env.HOME %> {{ process.env.HOME }}\n\n```js\nprocess.env.HOME\n```\n',
};

const named = (kind, documents) => Object.entries(documents).map(([name, text]) => ({ name: `${kind} ${name}.md`, bytes: text }));

/** Files by name. Some are refused; none may break a build. */
export function hostile() {
  // Strings that readers of YAML take for something else, as the title and as a heading.
  const titles = strings().filter((text) => text.trim() && !/[\n\r\0]/.test(text));
  const some = titles.filter((_, at) => at % 40 === 0);
  return [
    ...markup.map((text, at) => ({ name: `markup ${at + 1}.md`, bytes: `# Markup ${at + 1}\n\n${text}\n\nText after it.\n` })),
    { name: 'pictures.md', bytes: pictures },
    ...named('frontmatter', frontmatter),
    ...named('bytes', bytes),
    ...named('shape', shapes),
    ...some.map((text, at) => ({ name: `title ${at + 1}.md`, bytes: `---\ntitle: ${JSON.stringify(text)}\n---\n\n# ${text}\n\nText.\n` })),
    ...some.map((text, at) => ({ name: `heading ${at + 1}.md`, bytes: `# ${text}\n\nText.\n` })),
    ...['A.md', 'a.md', ' %20#?.md', 'README.mdx', 'x.astro', '😀.md', `${'n'.repeat(200)}.md`, '..%2f..%2fetc.md', 'index.html.md', '404.md'].map((name) => ({ name, bytes: `# Named ${name}\n\nText.\n` })),
  ];
}
