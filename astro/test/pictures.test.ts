import { readFileSync } from 'node:fs';
import { unified as astroUnified } from '@astrojs/markdown-remark';
import { satteri as astroSatteri } from '@astrojs/markdown-satteri';
import rehypeRaw from 'rehype-raw';
import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { markdownToHtml } from 'satteri';
import { unified } from 'unified';
import { describe, expect, test } from 'vitest';
import { sizesOf } from '../src/folder/sizes.js';
import { wallWith } from '../src/html/wall.js';
import { callouts, htmlWall, pictures, rehypeCallouts, rehypeHtmlWall, rehypePictures, type PicturesOptions } from '../src/markdown.js';
import { picture } from '../src/renditions.js';

const SERVER = 'https://club.example';
const UPLOAD = '0123456789abcdef0123456789abcdef';
const file = (size: string, server = SERVER) => `${server}/files/jo-x/${UPLOAD}-${size}.webp`;
const profile = (edge: number) => `${SERVER}/pictures/jo-x/${UPLOAD}-${edge}.webp`;
const WIDE = file('1920x1080');
const SET = `${WIDE} 1920w, ${file('960x540')} 960w, ${file('480x270')} 480w`;

describe('picture()', () => {
  test('knows the sizes that the server makes, by the table that both test', () => {
    const rows = readFileSync(new URL('../../shared/picture/sizes.txt', import.meta.url), 'utf8').split('\n').filter((line) => line && !line.startsWith('#'));
    expect(rows.length).toBeGreaterThan(30);
    for (const row of rows) {
      const [largest, ...smaller] = row.split(' ').slice(1).map((size) => size.split('x').map(Number) as [number, number]);
      expect(sizesOf(largest!), row).toEqual([largest, ...smaller]);
    }
  });

  test('reads a file’s size and its smaller ones from the address', () => {
    expect(picture(WIDE)).toEqual({ src: WIDE, width: 1920, height: 1080, srcset: SET });
    expect(picture(file('481x3'))).toEqual({ src: file('481x3'), width: 481, height: 3, srcset: `${file('481x3')} 481w, ${file('480x3')} 480w` });
    expect(picture(file('480x270'))).toEqual({ src: file('480x270'), width: 480, height: 270 });
  });

  test('names no rendition that there may not be', () => {
    // 960 x 721 may be the middle one of 1920 x 1441, whose smallest is 360 high, and not 361.
    expect(sizesOf([1920, 1441])).toEqual([[1920, 1441], [960, 721], [480, 360]]);
    expect(picture(file('960x721'))).toEqual({ src: file('960x721'), width: 960, height: 721 });
    // Of every middle one, whatever the largest was, what is named is there.
    for (let height = 1; height < 3000; height += 1) {
      const [, middle, smallest] = sizesOf([1920, height]).map((size) => file(size.join('x')));
      const set = picture(middle!).srcset;
      if (set) expect(set).toBe(`${middle} 960w, ${smallest} 480w`);
    }
  });

  test('reads profile pictures', () => {
    const srcset = [512, 256, 96].map((edge) => `${profile(edge)} ${edge}w`).join(', ');
    for (const edge of [512, 256, 96]) expect(picture(profile(edge))).toEqual({ src: profile(edge), width: edge, height: edge, srcset });
  });

  test('takes any server, with a folder or a port', () => {
    for (const server of ['http://localhost:3000', 'https://e.example/club/a', 'https://[::1]:8']) expect(picture(file('1920x1080', server)).width).toBe(1920);
  });

  test('gives the address alone for everything else', () => {
    const others = [
      '', 'x', '/files/jo/x.webp', file('1920x1080', ''), file('1920x1080', 'ftp://a'), file('1921x1080'), file('1920x16384'), file('0x1'), file('1x0'), file('01x1'),
      `${WIDE}?x`, `${WIDE}#x`, ` ${WIDE}`, WIDE.replace('webp', 'png'), WIDE.replace(UPLOAD, UPLOAD.slice(1)), WIDE.replace('jo-x', 'Jo'), WIDE.replace('jo-x', 'jo/x'),
      file('1920x1080', 'https://a, https://b'), file('1920x1080', 'https://a"onload=x'), profile(512).replace('512', '511'), profile(96).replace('pictures', 'files'),
    ];
    for (const src of others) expect(picture(src)).toEqual({ src });
  });
});

const renderers = (options?: PicturesOptions): [string, (markdown: string) => string][] => [
  ['Sätteri', (markdown) => markdownToHtml(markdown, { hastPlugins: [pictures(options)] }).html],
  ['rehype', (markdown) => String(unified().use(remarkParse).use(remarkGfm).use(remarkRehype, { allowDangerousHtml: true }).use(rehypePictures, options).use(rehypeStringify, { allowDangerousHtml: true }).processSync(markdown))],
  ['rehype, raw HTML read first', (markdown) => String(unified().use(remarkParse).use(remarkGfm).use(remarkRehype, { allowDangerousHtml: true }).use(rehypeRaw).use(rehypePictures, options).use(rehypeStringify).processSync(markdown))],
];

/** The attributes of each `<img>`. */
const images = (html: string) =>
  [...html.matchAll(/<img\b(?:"[^"]*"|[^">])*>/g)].map(([tag]) => Object.fromEntries([...tag.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, name, value]) => [name, value])));

const COLUMN = '(min-width: 45rem) 45rem, 100vw';
const size = (width: number | string, height: number | string) => ({ width: String(width), height: String(height) });
/** What every picture has behind the first one. */
const LATER = { loading: 'lazy', decoding: 'async' };
const FIRST = { ...LATER, loading: 'eager' };

describe.each(renderers())('pictures, by %s', (_name, render) => {
  const second = (written: string) => images(render(`![](${file('10x10')})\n\n${written}\n`))[1];

  test('have their size, and the first one doesn’t wait', () => {
    expect(images(render(`![a](${WIDE})\n\n![b](${WIDE})\n\nText ![c](${file('300x200')}) and <img src="${WIDE}" alt="d">.\n`))).toEqual([
      { src: WIDE, alt: 'a', ...size(1920, 1080), srcset: SET, sizes: COLUMN, ...FIRST },
      { src: WIDE, alt: 'b', ...size(1920, 1080), srcset: SET, sizes: `auto, ${COLUMN}`, ...LATER },
      { src: file('300x200'), alt: 'c', ...size(300, 200), ...LATER },
      { src: WIDE, alt: 'd', ...size(1920, 1080), srcset: SET, sizes: `auto, ${COLUMN}`, ...LATER },
    ]);
  });

  test('are first in a document each', () => {
    for (const time of [1, 2]) expect(images(render(`![](https://e.example/badge.png) <img src="${WIDE}">`)).map(({ loading }) => loading), `time ${time}`).toEqual([undefined, 'eager']);
  });

  test.each([
    ['width="300"', size(300, 169), `auto, 300px`],
    ['width="479.5"', size('479.5', 270), `auto, 479.5px`],
    ['width="600"', size(600, 338), `auto, ${COLUMN}`],
    ['height="108"', size(192, 108), `auto, 192px`],
    ['width="300" height="169"', size(300, 169), `auto, 300px`],
    ['width="300" height="200"', size(300, 169), `auto, 300px`],
    ['width="50%"', { width: '50%' }, COLUMN],
    ['width="50%" height="20"', { width: '50%', height: '20' }, COLUMN],
    ['width="300px"', size(300, 169), `auto, 300px`],
    [`width="${'9'.repeat(400)}"`, size(1920, 1080), `auto, ${COLUMN}`],
    ['width="auto" height=""', size(1920, 1080), `auto, ${COLUMN}`],
  ])('keep what their author wrote, and their proportions: %s', (attributes, written, sizes) => {
    expect(second(`<img src="${WIDE}" ${attributes}>`)).toEqual({ src: WIDE, srcset: SET, ...written, sizes, ...LATER });
  });

  test('keep what else their author wrote', () => {
    expect(second(`<img src="${WIDE}" loading="eager" decoding="sync">`)).toEqual({ src: WIDE, ...size(1920, 1080), srcset: SET, sizes: COLUMN, loading: 'eager', decoding: 'sync' });
    expect(second(`<img src="${WIDE}" srcset="${file('10x10')} 2x" align="left">`)).toEqual({ src: WIDE, srcset: `${file('10x10')} 2x`, align: 'left', ...size(1920, 1080), ...LATER });
    expect(second(`<img src="${WIDE}" sizes="10rem">`)).toMatchObject({ srcset: SET, sizes: '10rem' });
  });

  test('don’t measure themselves where another one may stand in their place', () => {
    for (const between of ['\n', ' ', '']) {
      const choice = `<picture>${between}<source media="(prefers-color-scheme: dark)" srcset="${file('10x10')}">${between}<img src="${WIDE}">${between}</picture>`;
      for (const markdown of [choice, `Text ${choice}`, `<p align="center">${choice}</p>`]) expect(second(markdown), markdown).toMatchObject({ sizes: COLUMN, loading: 'lazy' });
      expect(images(render(`![](${WIDE}) ${choice}\n\n<img src="${WIDE}">`)).at(-1)).toMatchObject({ sizes: `auto, ${COLUMN}` });
    }
  });

  test('stand where they stood, in links, tables and half-open HTML', () => {
    const html = render(`<div align="center">\n<a href="/x"><IMG src='${WIDE}' alt="1 > 0 &amp; &quot;x&quot;"></a>\n<p>Text\n\n| a |\n|---|\n| <img src="${WIDE}"> |\n\n</div>\n`);
    expect(images(html).map(({ width, loading }) => [width, loading])).toEqual([['1920', 'eager'], ['1920', 'lazy']]);
    expect(html).toMatch(/<div align="center">\s*<a href="\/x"><img [^>]*alt="1 (>|&gt;|&#x3E;) 0 (&amp;|&#x26;) (&quot;|&#x22;)x(&quot;|&#x22;)"[\s\S]*<\/a>\s*<p>Text/);
  });
});

test('all that is no member’s picture stays as it is', () => {
  const remark = () => unified().use(remarkParse).use(remarkGfm).use(remarkRehype, { allowDangerousHtml: true });
  for (const markdown of [
    'Text <b>bold</b> and `<img src="x">`.',
    `![a](https://e.example/x.png "t") <img src=https://e.example/x.png width=5><IMG SRC='x'>`,
    `<!-- <img src="${WIDE}"> -->\n\n<div><p>x`,
    `    <img src="${WIDE}">`,
    `[![](data:image/png;base64,AAAA)](${WIDE})`,
    `<a href="${WIDE}">x</a> <video poster="${WIDE}"></video>`,
    `<script>const html = '<img src="${WIDE}">';</script>`,
  ]) {
    expect(renderers().map(([, render]) => render(markdown))).toEqual([
      markdownToHtml(markdown).html,
      String(remark().use(rehypeStringify, { allowDangerousHtml: true }).processSync(markdown)),
      String(remark().use(rehypeRaw).use(rehypeStringify).processSync(markdown)),
    ]);
  }
});

test('the width of a page’s column is the site’s to say', () => {
  for (const [name, render] of renderers({ sizes: '41rem' })) expect(images(render(`![](${WIDE})\n\n![](${WIDE})`)).map(({ sizes }) => sizes), name).toEqual(['41rem', 'auto, 41rem']);
});

test('the walls keep what pictures have', async () => {
  const markdown = `> [!note] A callout\n> ![b](${WIDE})\n\n<img src="${WIDE}" width="300" onerror="x">\n`;
  const expected = [
    { alt: 'b', src: WIDE, ...size(1920, 1080), srcset: SET, sizes: COLUMN, ...FIRST },
    { src: WIDE, ...size(300, 169), srcset: SET, sizes: 'auto, 300px', ...LATER },
  ];
  const shared = { syntaxHighlight: false as const, image: { domains: [], remotePatterns: [] } };
  for (const processor of [
    astroSatteri({ hastPlugins: [callouts(), pictures(), htmlWall()] }),
    astroUnified({ rehypePlugins: [rehypeCallouts, rehypePictures, rehypeHtmlWall] }),
  ]) {
    const renderer = await processor.createRenderer(shared as never);
    const { code } = await renderer.render(markdown);
    expect(images(code), processor.name).toEqual(expected);
    expect(code).not.toContain('onerror');
  }
});

test('a picture that Astro marks for itself has it all once the loaders’ wall has unmarked it', async () => {
  const renderer = await astroSatteri({ hastPlugins: [pictures()] }).createRenderer({ image: { domains: ['club.example'], remotePatterns: [] } } as never);
  const { code } = await renderer.render(`![b](${WIDE})\n`);
  expect(code).toContain('__ASTRO_IMAGE_');
  expect(images(wallWith().html(code))).toEqual([{ alt: 'b', src: WIDE, ...size(1920, 1080), srcset: SET, sizes: COLUMN, ...FIRST }]);
});

test('documents that are rendered at once have a first picture each', async () => {
  const processor = astroSatteri({ hastPlugins: [pictures()] });
  const renderer = await processor.createRenderer({ image: { domains: [], remotePatterns: [] } } as never);
  const all = await Promise.all(Array.from({ length: 20 }, () => renderer.render(`\`\`\`js\nlet x;\n\`\`\`\n\n![](${WIDE})\n\n![](${WIDE})\n`)));
  for (const { code } of all) expect(images(code).map(({ loading }) => loading)).toEqual(['eager', 'lazy']);
});
