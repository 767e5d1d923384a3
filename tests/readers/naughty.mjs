// Strings that one reader of YAML or another takes for something else, in every place of a block.

/** At least 500 strings, each once. */
export function strings() {
  const all = new Set();
  const add = (...list) => list.forEach((text) => all.add(text));

  // Words that YAML 1.1 takes for booleans and nothing, in every case.
  for (const word of ['y', 'n', 'yes', 'no', 'on', 'off', 'true', 'false', 'null', 'none', 'nan', 'inf', 'undefined', '~']) {
    add(word, word.toUpperCase(), word[0].toUpperCase() + word.slice(1), `${word} `, ` ${word}`, `${word}!`, `${word}:`, `-${word}`);
  }
  add('.inf', '-.inf', '+.inf', '.Inf', '.INF', '.nan', '.NaN', '.NAN', '.na', '=', '<<', '<<:', '*', '&', '!', '!!', '%', '@', '`');

  // Numbers in the notations of 1.1, 1.2, JavaScript and Python.
  add('0', '00', '007', '0123', '08', '09', '0o17', '0O17', '0o8', '0x1F', '0X1f', '0xg', '0b101', '0b2', '1_000', '1__0', '_1', '1_',
    '+1', '-1', '--1', '+-1', '-0', '+0', '0.0', '-0.0', '1.', '.5', '-.5', '+.5', '.', '..', '...', '1..2', '1.2.3', '1e3', '1E3', '1e+3',
    '1e-3', '1.e3', '.1e3', 'e3', '1e', '1e400', '-1e400', '1e-400', '1,000', '1 000', '12:30', '1:2:3', '190:20:30', '190:20:30.15',
    '12:30:45', '60:60', '685.230_15e+03', '685_230.15', '0.1_2', '9007199254740991', '9007199254740993', '9223372036854775807',
    '9223372036854775808', '-9223372036854775809', '123456789012345678901234567890', '1.7976931348623157e308', '5e-324', '0.1', '1.10',
    '1.0', '10.', '3.14159265358979323846', '100000000000000000000.5', '1/2', '50%', '$5', '€5', '１２', '٣', '½', '²', '-', '+', '- 1', '+ 1');

  // Dates and times, real and not.
  for (const date of ['2024-01-02', '2024-1-2', '2024-13-45', '2024-02-30', '2023-02-29', '0000-01-01', '0050-01-01', '9999-12-31',
    '2024/01/02', '02.01.2024', '20240102', '2024-01', '2024', '-2024-01-02', '12024-01-02']) {
    add(date, `${date} 10:00`, `${date} 10:00:00`, `${date}T10:00`, `${date}T10:00:00`, `${date}T10:00:00Z`, `${date}T10:00:00.123456Z`,
      `${date}t10:00:00z`, `${date} 10:00:00 +2`, `${date} 1:00:00 +02:00`, `${date}T23:59:60Z`, `${date}T25:00:00Z`, `${date}T10:00:00+99:99`);
  }

  // What begins, ends and divides.
  for (const mark of ['---', '+++', '...', '----', '--- x', '---x: 1', '+++x: 1', '- a', '-a', '? a', '?a', ': a', ':a', 'a:', 'a: b', 'a:b', 'a : b',
    '# a', '#a', 'a #b', 'a# b', 'a\t#b', '> a', '>a', '| a', '|a', '|-', '>+', '|2', '[a', ']', '[a]', '[[a]]', '{a', '}', '{a: b}', '{{ a }}', '{% a %}',
    '!a', '!!str a', '!!int 1', '!<x> a', '&a b', '*a', '%YAML 1.2', '@a', '`a`', ',a', 'a, b', 'a,b', "'", "''", "'a", "a'", "it's", '"', '""', '"a', 'a"',
    'say "a"', `"'`, `'"`, '\\', '\\n', '\\x41', '\\u0041', '\\"', "\\'", 'a\\', '%', '%%', '%20', '%zz', '${a}', '$(a)', '<a>', '</script>', '<!--', '-->', '&amp;',
    '&#0;', '&lt;b&gt;', 'javascript:alert(1)', '../../etc/passwd', 'C:\\a', '\\\\a\\b', '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
    add(mark, `${mark} x`, `x ${mark}`);
  }

  // Control characters, line breaks of every kind, marks of order and direction.
  for (const code of [0x00, 0x01, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9f, 0xa0, 0xad, 0x034f, 0x061c, 0x115f, 0x180e,
    0x2000, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2060, 0x2066, 0x2069, 0x3000, 0xd7ff, 0xe000, 0xfdd0, 0xfe0f, 0xfeff,
    0xfff9, 0xfffc, 0xfffd, 0xfffe, 0xffff, 0x1f600, 0x1fffe, 0x10fffe, 0x10ffff]) {
    const c = String.fromCodePoint(code);
    add(`a${c}b`, c, `${c}a`, `a${c}`, `a: ${c}`);
  }
  add('a\nb', 'a\n\nb', '\na', 'a\n', 'a\r\nb', 'a\rb', 'a\n---\nb', 'a\n+++\nb', '\n---\n', 'a\n...\nb', 'a\n  b: c', '\ta', 'a\t', '  a', 'a  ', 'a  b', '   ', '');

  // Scripts, emoji, and characters that are several.
  add('héllo', 'he\u0301llo', 'naïve', 'ﬁ', 'ß', 'İ', 'ı', 'Ǆ', 'Ω', 'Å', '日本語', '中文：标题', '한국어', 'שלום', 'مرحبا', 'हिन्दी', 'ไทย', '👩‍👩‍👧', '🏳️‍🌈', '🇩🇪', '👍🏽', '☠️', '𝒳', '𠜎',
    'Z͑ͫ̓a̡l̴g̷o', '“a”', '‘a’', '«a»', '„a“', '…', '–', '—', '©', '™', 'a'.repeat(61), 'b'.repeat(300), '長'.repeat(200), 'é'.repeat(64), '#'.repeat(70), '='.repeat(70), 'a,'.repeat(60));
  return [...all];
}

const double = (text) => JSON.stringify(text).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  // JSON writes what is beyond 16 bits as two halves; YAML has a form of its own.
  .replace(/\\ud([89ab])([0-9a-f]{2})\\ud([c-f])([0-9a-f]{2})/gi, (pair) => `\\U${JSON.parse(`"${pair}"`).codePointAt(0).toString(16).padStart(8, '0')}`);
const single = (text) => `'${text.replaceAll("'", "''")}'`;

/** Each string as it is, quoted and in a block, as every kind of value and as a key. */
export function documents() {
  const all = [];
  const add = (place, text, block, body = '\nSome text of the document.\n') => {
    all.push({ id: `${place} ${JSON.stringify(text)}`, text: `---\n${block}\n---\n${body}`, name_hint: 'Notes' });
  };
  for (const text of strings()) {
    const indented = text.split('\n').map((line) => `  ${line}`).join('\n');
    add('plain title', text, `title: ${text}\nz: 1`);
    add('quoted title', text, `title: ${double(text)}`);
    add('single-quoted title', text, `title: ${single(text)}\ndescription: ${single(text)}`);
    add('literal title', text, `title: |\n${indented}\ndescription: >-\n${indented}`);
    add('tags', text, `title: T\ntags:\n  - ${text}\n  - ${double(text)}`);
    add('flow tags', text, `title: T\ntags: [${double(text)}, ${text}]`);
    add('plain unknown', text, `title: T\nunknown: ${text}\nother: ${text} # comment`);
    add('quoted unknown', text, `title: T\nunknown: ${double(text)}\nlist:\n- ${single(text)}\n- b: ${double(text)}\n`);
    add('nested unknown', text, `title: T\nunknown:\n  a: ${text}\n  b:\n    - ${text}\n    - c: ${text}\n      d: 1\n`);
    add('literal unknown', text, `title: T\nunknown: |+\n${indented}\n\nfolded: >\n${indented}\n`);
    add('key', text, `title: T\n${double(text)}: 1\nmap:\n  ${double(text)}: x\nplain: {${double(text)}: ~}`);
    add('plain key', text, `title: T\n${text}: 1\nmap:\n  ${text}: 2`);
    add('date', text, `title: T\ndate: ${text}\nupdated: ${double(text)}`);
    add('theme keys', text, `title: T\nlastUpdated: ${text}\nhead: ${text}\nsidebar:\n  order: ${text}\norder: ${text}\nprev: ${text}\ncover: ${text}\nauthors: ${text}\nauthor: ${double(text)}\ncategory: ${text}\ndraft: ${text}\nlang: ${text}\nimage: ${double(text)}`);
    all.push({ id: `heading ${JSON.stringify(text)}`, text: `# ${text}\n\n${text}\n\n## ${text}\n\n## ${text}\n\nEnd.\n`, name_hint: text });
    all.push({ id: `toml ${JSON.stringify(text)}`, text: `+++\ntitle = ${double(text)}\nunknown = ${double(text)}\n[map]\n${double(text)} = ${double(text)}\n+++\n\nText.\n` });
    all.push({ id: `json ${JSON.stringify(text)}`, text: `${JSON.stringify({ title: text, unknown: text, [text]: [text, { [text]: text }] })}\n\nText.\n` });
  }
  return all;
}
