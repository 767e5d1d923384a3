// Documents of lines: marks that begin blocks, marks that stand in lines, and what must not act.

/** What begins a line; many of these in a row are containers in each other. */
const BLOCKS = [
  '> ', '>', '- ', '-', '* ', '+ ', '1. ', '2) ', '10. ', '# ', '## ', '    ', '  ', '   ', ' ', '\t', '     ', '      ', '[^1]: ', '[^a]:', '[a]: ', '[a]:',
  '- [ ] ', '- [x] ', '[ ] ', '- [ ]', '| ', '|', ': ', '```', '```js ', '~~~', '````', '``` ', '$$', '---', '===', '***', '--', '=', '|-|', '|-|-|', '-|-', ':-', '- - ', '> > ', '> - ',
  '- > ', '1. - ', '<div>', '</div>', '<details>', '<pre>', '</pre>', '<!--', '-->', '<table>', '\f', '\v', '\u00a0', '\u0085', '\u2028', '\u3000', '\ufeff', '%%', '[!note]', ':::note', '+++',
  ':::', ':::tip a', '::: {.x}', '!!! note', '??? tip', '=== "a"', '{% raw %}', '{% endraw %}', '{% highlight js %}', '{% endhighlight %}', '{% note() %}', '{% end %}', '{{< hint info >}}',
  '{{< /hint >}}', '{: .a}', '[TOC]', '* TOC\n{:toc}', 'import A from "b"', '<Tip>', '</Tip>', '<A b={', '<aside>', '</aside>', '- id:: 67bc5cd0-2a08-41e9-a2c8-04b3c1f31440', '  collapsed:: true', '#+BEGIN_TIP', '#+END_TIP',
  '+---+---+', '+===+===+', '| a | b |', ' -- --', '------', '-- --', ':   ', '~   ', 'a\n: ', '(@) ', '(@a) ', 'a. ', '#. ', '``` {=html}', '```{=html}', '``` {.js}', '```{note}', '::: {.hidden}', '{: .hidden}', '[[toc]]', '```ad-note', '```js=1', '*[a]: b', '#\u00a0', '#\u3000',
];

/** What stands in a line. */
const INLINE = [
  '`', '``', '```', '` ', ' `', '[', ']', '[a]', '[^1]', '[^', '][a]', '](', '](/a)', ')', '![', '![a]', '(', '<', '>', '"', "'", '*', '**', '_', '~', '~~', '$', '$$', '\\', '|', ' | ', '\\|', ' ', '  ', 'a', 'b c',
  'https://e.example/', 'www.e.example', 'a@e.example', 'http://', '<https://e.example>', '&lt;', '&#60;', '&', ':', ']:', '[a]: ', '/b "c', '/b', "'c", '>-', '\\`', '\\<', '<!--', '-->', '<?', '?>', '<![CDATA[', ']]>',
  '<b>', '</b>', '<a href="', '<a title="`">', '<code>', '</code>', '<pre>', '<br>', '\f', '\v', '\u00a0', '\u0085', '\u2028', '\u2029', '\0', '\r', '\t', '%%', '==', '[[', ']]', '#t', '^a', '{', '}', '<details>', '</details>',
  '{{< figure src="a" caption="b `<" >}}', '{{< ref "a" >}}', '{{< youtube a >}}', '{{<', '>}}', '{%', '%}', '{{', '}}', '{% raw %}', '{% endraw %}', '{% highlight js %}', '{% endhighlight %}', '{{< x >}}', '{{< /x >}}',
  '{#a .b}', '{: .a}', '{.a}', '{=html}', '^[', '^[a b]', ':tada:', '<id>', '<T>', '</id>', '<iframe src="https://e.example/a" title="`<b>">', '</iframe>', '![a|100](/b)', '![a `|9x9](https://e.example/b)', '![a](b.mp4)',
  '![a](b =9x9)', '#^a', '](#a%20b)', '{{video https://e.example/a}}', '{{cloze a}}', '<A b={c}>', '/>', '{% include note.html content="<b `" %}', '<embed src="https://e.example/">', 'sms:1', '](sms:1)', '](x-y:1)', '<h2 id="links">',
  '++', '^^', '^', 'x^2^', 'H~2~O', '19^th^', '[@a1]', '@a1', '(@a)', '[a]{.hidden}', '{.hidden}', ']{.mark}', ']{', '`a`{=html}', '`<b>`{=html}', '\\newpage', '{>>', '<<}', '{--', '--}', '{{!', '{#', '#}', '{% comment %}', '{++', '++}', '{==', '==}', '{~~', '~>', '~~}', '++ctrl+a++', '[due:: a]', '[name=a]', '[due:: <b>', '(a:: b)',
];

/** What acts where it is taken for HTML, an address or a picture. */
const PAYLOADS = [
  '<script>alert(1)</script>', '<script>', '<img src=x onerror=alert(1)>', '<svg onload=alert(1)>', '<iframe src=//e.example>', '<form action=x>', '<style>*{}</style>', '<textarea>', '</article></main>',
  '<meta http-equiv=refresh content=0>', '<b onclick=alert(1)>', '<a href="javascript:alert(1)">', '<!--', '<x-y>', '<plaintext>', '<math>', '<div style="position:fixed">',
  '[a](javascript:alert(1))', '<javascript:alert(1)>', '[a]: javascript:alert(1)', '![a](../a.png)', '[a](data:text/html,x)', '<base href=//e.example>', '<p onclick=x\n>', '<title>',
];

/** Tags that may have a line for themselves, and what JavaScript takes for white space behind them. */
const TAGS = ['<b>', '</b>', '<br>', '<x-y>', '<a href="/a">', '<div>', '</div>', '<details>', '</p>', '<img src="/a.png">'];
const BLANKS = [...'\f\v\u00a0\u1680\u2000\u2003\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'];

/** Each piece once. */
export const all = [...new Set([...BLOCKS, ...INLINE, ...PAYLOADS, ...TAGS])];

/** Numbers in [0, 1) that a seed gives again (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A document as its pieces, each line's end being one of them. */
export function document(seed) {
  const next = random(Math.imul(seed, 0x9e3779b1));
  next();
  const below = (limit) => Math.floor(next() * limit);
  const one = (list) => list[below(list.length)];
  const pieces = [];
  const lines = 1 + below(7);
  let repeated = [];
  for (let line = 0; line < lines; line += 1) {
    const marks = Array.from({ length: below(4) }, () => one(BLOCKS));
    // Lines of one block often begin alike.
    const start = line > 0 && next() < 0.3 ? repeated : marks;
    repeated = start;
    pieces.push(...start);
    if (next() < 0.1) pieces.push(one(TAGS), one(BLANKS));
    else for (let count = below(5); count > 0; count -= 1) pieces.push(next() < 0.3 ? one(PAYLOADS) : one(INLINE));
    pieces.push(next() < 0.15 ? '\n\n' : next() < 0.03 ? '\r\n' : '\n');
  }
  if (!pieces.some((piece) => PAYLOADS.includes(piece))) pieces.splice(below(pieces.length), 0, one(PAYLOADS));
  return pieces;
}
