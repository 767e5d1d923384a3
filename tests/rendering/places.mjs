// Places of a document that renderers read differently: of the tests of the converter's wall and of the loaders'.

/** @type {((markup: string) => string)[]} Each puts markup into a document. */
export const PLACES = [
  (x) => x,
  (x) => `text ${x} text`,
  (x) => `# ${x}\n\ntext`,
  (x) => `> ${x}\n\ntext`,
  (x) => `- a\n\n  ${x}\n- b`,
  (x) => `| a | b |\n|---|---|\n| ${x.replaceAll('\n', ' ')} | c |`,
  (x) => `<div>\n${x}\n</div>\n`,
  (x) => `<details>\n\n${x}\n\n</details>\n`,
  (x) => `a \`b\` <b>c</b> ${x} \`d\` **e**\n`,
  (x) => `[link ${x}](https://e.example/)`,
  (x) => `![${x}](https://e.example/p.png "${x}")`,
  (x) => `text[^1]\n\n[^1]: ${x}`,
  (x) => `%%hidden%% ==mark== [[note|${x.replaceAll('\n', ' ')}]]`,
  (x) => `<!-- ${x} -->\n${x}`,
  (x) => `<p align="center">\n  ${x}\n  <img src="https://e.example/p.png" alt="${x.replaceAll('"', '&quot;')}">\n</p>`,
  (x) => `---\ntitle: ${JSON.stringify(x)}\ndescription: ${JSON.stringify(x)}\nimage: ${JSON.stringify(x)}\n---\n\n${x}`,
  // Where two grammars part.
  (x) => `text[^${x.replaceAll('\n', ' ')}]\n\n[^${x.replaceAll('\n', ' ')}]: note`,
  (x) => `text[^1]\n\n[^1]: note\n    | a | b |\n    |---|---|\n    | ${x.replaceAll('\n', ' ')} | c |`,
  (x) => `text[^1]\n\n[^1]:\n        ${x}`,
  (x) => `- [ ]\n\n      ${x}`,
  (x) => `- [ ]\n      ${x}\n- [x]     ${x}`,
  (x) => `[a]:\f${x.replaceAll('\n', ' ')}\n\n[a]`,
  (x) => `[a]: <https://e.example/> "\f${x}"\n\n[a]`,
  (x) => `> [\n${x}\n\n> [a]: https://e.example/ "\n${x}"`,
  (x) => `> - a\n>-\n    ${x}\n>-    ${x}`,
  (x) => `https://e.example/\`${x}\` www.e.example\`${x}\``,
  (x) => `\`\`${x}\`\` \\\`${x}\` \`a\\\` ${x}`,
  (x) => `~~~\n${x}\n~~~\n\n    ${x}\n\n$$\n${x}\n$$\n\n$${x}$`,
];
