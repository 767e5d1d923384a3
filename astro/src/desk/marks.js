// What the buttons above the text do: each turns a text and its selection into one edit. Pressed once more, a mark goes again.

/**
 * A text, and what is selected of it.
 *
 * @typedef {{ text: string, start: number, end: number }} Selected
 */

/**
 * A piece of the text that is replaced, and what is selected then.
 *
 * @typedef {{ from: number, to: number, insert: string, start: number, end: number }} Edit
 */

/**
 * Words that stand where nothing was selected, in the language that is spoken; they are selected, so that typing replaces them.
 *
 * @typedef {{ heading: string, bold: string, link: string, item: string, quote: string, callout: string }} Words
 */

/** @typedef {'heading' | 'bold' | 'link' | 'list' | 'quote' | 'callout'} Mark */

/** Marks in front of a line that make it what one of the others would. */
const LINE_MARK = /^(\s*)(#{1,6} +|[-*+] +|\d+[.)] +|> ?)/;

/**
 * The edit that a button makes.
 *
 * @param {Mark} mark
 * @param {Selected} selected
 * @param {Words} words
 * @returns {Edit}
 */
export function marked(mark, selected, words) {
  switch (mark) {
    case 'bold':
      return around(selected, '**', words.bold);
    case 'link':
      return link(selected, words.link);
    case 'heading':
      return inFront(selected, '## ', words.heading);
    case 'list':
      return inFront(selected, '- ', words.item);
    case 'quote':
      return inFront(selected, '> ', words.quote);
    default:
      return callout(selected, words.callout);
  }
}

/**
 * @param {Selected} selected
 * @param {string} sign that stands on both sides
 * @param {string} instead
 * @returns {Edit}
 */
function around({ text, start, end }, sign, instead) {
  const [from, to] = trimmed(text, start, end);
  const words = text.slice(from, to);
  const size = sign.length;
  if (words.length > 2 * size && words.startsWith(sign) && words.endsWith(sign)) return replaced(from, to, words.slice(size, -size));
  if (text.slice(from - size, from) === sign && text.slice(to, to + size) === sign && words) return replaced(from - size, to + size, words);
  const said = words || instead;
  // Marks don't reach over an empty line: each paragraph gets its own.
  const insert = said.split(/(\n\s*\n)/).map((part, at) => (at % 2 === 0 && part ? sign + part + sign : part)).join('');
  return words.includes('\n\n') ? replaced(from, to, insert) : { from, to, insert, start: from + size, end: from + size + said.length };
}

/**
 * @param {Selected} selected
 * @param {string} instead
 * @returns {Edit}
 */
function link({ text, start, end }, instead) {
  const [from, to] = trimmed(text, start, end);
  const words = text.slice(from, to);
  const isAddress = /^(https?:\/\/|mailto:)\S+$/i.test(words);
  const said = isAddress || !words ? instead : words.replace(/\s*\n\s*/g, ' ');
  const address = isAddress ? words : 'https://';
  const insert = `[${said}](${address})`;
  // What is missing is selected: the words of an address, the address of words.
  const at = isAddress || !words ? from + 1 : from + said.length + 3;
  return { from, to, insert, start: at, end: at + (isAddress || !words ? said.length : address.length) };
}

/**
 * @param {Selected} selected
 * @param {string} sign
 * @param {string} instead
 * @returns {Edit}
 */
function inFront({ text, start, end }, sign, instead) {
  const [from, to] = wholeLines(text, start, end);
  const before = text.slice(from, to);
  const all = before.split('\n');
  if (all.length === 1 && before.trim() === '') {
    const lead = separation(text, from);
    const insert = `${lead}${sign}${instead}`;
    const at = from + lead.length + sign.length;
    return { from, to, insert, start: at, end: at + instead.length };
  }
  const full = all.filter((line) => line.trim());
  const isOn = full.every((line) => line.trimStart().startsWith(sign));
  const isQuote = sign === '> ';
  const changed = all.map((line) => {
    if (isOn) return line.replace(sign, '');
    // A quote goes over its empty lines, and keeps the marks of what it quotes.
    if (isQuote) return line.trim() ? sign + line : '>';
    return line.trim() ? line.replace(LINE_MARK, '$1').replace(/^\s*/, (blank) => blank + sign) : line;
  });
  const lead = isOn || isQuote || sign === '- ' ? separation(text, from) : '';
  const insert = (isOn ? '' : lead) + changed.join('\n');
  if (all.length > 1) return { from, to, insert, start: from + insert.length - changed.join('\n').length, end: from + insert.length };
  // On a single line the cursor stays at its word.
  const moved = insert.length - before.length;
  return { from, to, insert, start: Math.max(from, start + moved), end: Math.max(from, end + moved) };
}

/**
 * @param {Selected} selected
 * @param {string} instead
 * @returns {Edit}
 */
function callout({ text, start, end }, instead) {
  const [from, to] = wholeLines(text, start, end);
  const words = text.slice(from, to);
  const inside = words.trim() ? words : instead;
  const lead = separation(text, from);
  const head = `${lead}> [!note]\n`;
  const insert = head + inside.split('\n').map((line) => (line ? `> ${line}` : '>')).join('\n');
  if (words.trim()) return replaced(from, to, insert);
  const at = from + head.length + 2;
  return { from, to, insert, start: at, end: at + inside.length };
}

/**
 * The empty line that parts a block from a paragraph in front of it.
 *
 * @param {string} text
 * @param {number} from the beginning of a line
 */
function separation(text, from) {
  const before = text.slice(0, from).split('\n').at(-2) ?? '';
  return before.trim() === '' || LINE_MARK.test(before) ? '' : '\n';
}

/** @param {number} from @param {number} to @param {string} insert @returns {Edit} */
const replaced = (from, to, insert) => ({ from, to, insert, start: from, end: from + insert.length });

/** A selection without the space at its ends, around which no mark works. @param {string} text @param {number} start @param {number} end @returns {[from: number, to: number]} */
function trimmed(text, start, end) {
  const words = text.slice(start, end);
  const from = start + (words.length - words.trimStart().length);
  return words.trim() ? [from, from + words.trim().length] : [start, start];
}

/** @param {string} text @param {number} start @param {number} end @returns {[from: number, to: number]} */
function wholeLines(text, start, end) {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  // A selection that ends behind a line's end doesn't mean the line after it.
  const last = end > start && text[end - 1] === '\n' ? end - 1 : end;
  const to = text.indexOf('\n', last);
  return [from, to < 0 ? text.length : to];
}
