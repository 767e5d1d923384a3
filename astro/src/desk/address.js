// The name of a new document in its address: made from the title, changed by hand, and never another document's.

/** Longest name that is proposed, in characters: the server's may be longer, and people read it aloud. */
const MAX_NAME = 60;
const MAX_NUMBER = 99;

/**
 * The name that a title proposes, in the letters that addresses have; empty where it has none of them.
 *
 * @param {string} title
 */
export function proposed(title) {
  const plain = title.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '').replaceAll('ß', 'ss').replaceAll('æ', 'ae').replaceAll('ø', 'o').replaceAll('ı', 'i');
  const name = (plain.match(/[a-z\d]+/g) ?? []).join('-');
  if (name.length <= MAX_NAME) return name;
  return name.slice(0, MAX_NAME + 1).replace(/-[^-]*$/, '').slice(0, MAX_NAME);
}

/**
 * A name that is nobody's: the one that is wanted, or that with a number.
 *
 * @param {string} wanted
 * @param {ReadonlySet<string>} taken
 */
export function free(wanted, taken) {
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; number <= MAX_NUMBER; number += 1) {
    if (!taken.has(`${wanted}-${number}`)) return `${wanted}-${number}`;
  }
  return '';
}
