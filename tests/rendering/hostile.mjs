// Hostile documents: everything that we know to have worked somewhere, in every place of a document
// and in every spelling that a browser or a renderer undoes.
import { readFileSync } from 'node:fs';
import { PLACES } from './places.mjs';

const ADDRESSES = ['javascript:alert(1)', 'vbscript:msgbox(1)', 'data:text/html,<script>alert(1)</script>', 'data:text/html;base64,PHNjcmlwdD4=',
  'data:image/svg+xml;base64,PHN2Zz4=', 'file:///etc/passwd', 'blob:https://e.example/x', 'javascript://e.example/%0aalert(1)', 'feed:javascript:alert(1)', 'jar:https://e.example!/x'];

const reference = (text, form) => [...text].map((c) => form(c.codePointAt(0))).join('');
const SPELLINGS = [
  (url) => url,
  (url) => [...url].map((c, at) => (at % 2 ? c.toUpperCase() : c)).join(''),
  (url) => url.replace(/^(....)/, '$1\t'),
  (url) => url.replace(/^(....)/, '$1&#10;'),
  (url) => url.replace(/^(....)/, '$1&Tab;'),
  (url) => url.replace(/^(....)/, '$1&NewLine;'),
  (url) => reference(url.slice(0, 3), (code) => `&#${code};`) + url.slice(3),
  (url) => reference(url.slice(0, 3), (code) => `&#x${code.toString(16)}`) + url.slice(3),
  (url) => reference(url, (code) => `&#${String(code).padStart(7, '0')};`),
  (url) => url.replace(':', '&colon;'),
  (url) => url.replace(':', '&#58;'),
  (url) => url.replace(':', '\\:'),
  (url) => `\u0001${url}`,
  (url) => `&#1;${url}`,
  (url) => `&#32;&#12;${url}`,
  (url) => `\u00a0${url}`,
  (url) => url.replace(/^(....)/, '$1\0'),
  (url) => url.replace(/^(....)/, '$1\u00ad'),
  (url) => reference(url.slice(0, 3), (code) => `%${code.toString(16)}`) + url.slice(3),
];
const HOLDERS = [
  (url) => `[a](${url})`,
  (url) => `[a](<${url}>)`,
  (url) => `![a](${url})`,
  (url) => `[a][r]\n\n[r]: ${url}`,
  (url) => `![a][r]\n\n[r]: <${url}> "t"`,
  (url) => `<${url}>`,
  (url) => `[[${url}]] ![[${url}]] [[${url}|a]]`,
  (url) => `<a href="${url}">a</a>`,
  (url) => `<a href='${url}'>a</a>`,
  (url) => `<a href=${url}>a</a>`,
  (url) => `<a xlink:href="${url}" ping="${url}" href="${url}">a</a>`,
  (url) => `<img src="${url}" srcset="${url} 1x, ${url} 2x" longdesc="${url}" lowsrc="${url}">`,
  (url) => `<picture><source srcset="${url}"><img src="${url}"></picture>`,
  (url) => `<video src="${url}" poster="${url}"><source src="${url}"><track src="${url}"></video><audio src="${url}"></audio>`,
  (url) => `<form action="${url}"><button formaction="${url}">a</button><input type=image src="${url}" formaction="${url}"></form>`,
  (url) => `<iframe src="${url}"></iframe><embed src="${url}"><object data="${url}"></object><frame src="${url}">`,
  (url) => `<base href="${url}"><link rel=stylesheet href="${url}"><meta http-equiv=refresh content="0;url=${url}">`,
  (url) => `<svg><a xlink:href="${url}"><text>a</text></a><use href="${url}"/></svg><math><mi href="${url}">a</mi></math>`,
  (url) => `<table background="${url}"><td background="${url}">a</td></table><blockquote cite="${url}">a</blockquote><del cite="${url}">a</del>`,
  (url) => `<a\nhref\n=\n"${url}"\n>a</a>`,
];

/** At least 1,000 documents; `folder` holds lines of markup, `\n` for a line break. */
export function documents(lines) {
  const markup = readFileSync(lines, 'utf8').split('\n').filter(Boolean).map((line) => line.replaceAll('\\n', '\n').replaceAll('\\t', '\t').replaceAll('\\0', '\0'));
  const all = [];
  markup.forEach((text, number) => PLACES.forEach((place, at) => all.push({ id: `line ${number + 1} in place ${at + 1}`, text: place(text) })));
  for (const address of ADDRESSES) {
    SPELLINGS.forEach((spelling, at) => {
      const url = spelling(address);
      HOLDERS.forEach((holder, to) => all.push({ id: `${JSON.stringify(url)} in holder ${to + 1}, spelling ${at + 1}`, text: holder(url) }));
    });
  }
  // Doubled, halved and nested tags of each kind that has ever been dangerous.
  for (const name of ['script', 'style', 'iframe', 'object', 'embed', 'form', 'input', 'button', 'textarea', 'select', 'svg', 'math', 'template', 'noscript', 'title', 'base',
    'link', 'meta', 'body', 'html', 'head', 'frameset', 'plaintext', 'xmp', 'noembed', 'noframes', 'article', 'main', 'footer', 'dialog', 'portal', 'marquee', 'isindex', 'x-y']) {
    for (const tag of [`<${name}>`, `</${name}>`, `<${name}`, `<${name} `, `<${name}/onload=alert(1)>`, `<${name} onclick=alert(1) style="position:fixed">`, `<<${name}>>`, `<${name}<b>`, `<${name}\n>`,
      `<${name} a="`, `<${name} a='>`, `</${name} a=">">`, `<!--<${name}>`, `<!--><${name}>`, `<![CDATA[<${name}>]]>`, `<?x <${name}>?>`, `<!x <${name}>>`, `&lt;${name}&gt;`, `\\<${name}>`,
      `<${name.toUpperCase()}>`, `<${name}\0>`, `<\u0000${name}>`, `＜${name}＞`]) {
      for (const place of PLACES.slice(0, 9)) all.push({ id: `${JSON.stringify(tag)}`, text: `${place(tag)}\n\nalert(1) </div></article></main></body></html> end` });
    }
  }
  return all;
}
