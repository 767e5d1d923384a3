// Languages that don't exist, for what sentences of other lengths and scripts do to a page.

const ACCENTS = { a: "ä", e: "é", i: "ï", o: "ö", u: "û", A: "Ä", E: "É", I: "Ï", O: "Ö", U: "Û", y: "ÿ" };
const KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノ";
/** Each vowel twice and with an accent, which is 40 % longer; or kana without a space. */
const SOUNDS = {
  de: (text) => text.replace(/[aeiouyAEIOU]/g, (vowel) => ACCENTS[vowel] + ACCENTS[vowel].toLowerCase()),
  ja: (text) => text.replace(/[a-z]/gi, (letter) => KANA[letter.toLowerCase().charCodeAt(0) - 97] ?? "ン").replaceAll(" ", ""),
};

/** A table as `language` would have it, made of the English one: the values stay as they are. */
export function pseudo(language, english) {
  const said = (part, at) => (at % 2 ? part : SOUNDS[language](part));
  return Object.fromEntries(Object.entries(english).map(([key, text]) => [key, text.split(/(\{\{\w+\}\})/).map(said).join("")]));
}

/** Runs in the page: what is wider than its place below `within`, a selector, and what reaches out of the window. */
export function overflowing(within) {
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".visually-hidden, .mh-unseen, pre, input, select, [class~=scroll], [class~=mh-scroll]");
  const named = (element) => `<${element.localName} id="${element.id}" class="${element.className}"> ${element.textContent.trim().slice(0, 60)}`;
  const all = [...document.querySelectorAll(`:is(${within}) *`)].filter(isSeen);
  const wide = all.filter((element) => element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1);
  const out = all.filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    return width > 0 && (left < -1 || right > innerWidth + 1);
  });
  return [...wide.map((element) => `too wide for its place: ${named(element)}`), ...out.map((element) => `out of the window: ${named(element)}`)];
}

/** Runs in the page: texts below `within` with a vowel that these languages don't have, but for `own` elements, whose texts the member or the
 * server wrote, and for `names`. */
export function untranslated({ within, own, names }) {
  const isNamed = new RegExp(`“[^”]*”|\\S+\\.\\w+|\\b[KM]iB\\b|${names}`, 'g');
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    const text = node.data.trim();
    if (text && /(?<![\w.])[A-Za-z]*[aeiou][a-z]*(?![\w.])/.test(text.replace(isNamed, "")) && parent.checkVisibility() && parent.closest(within) && !parent.closest(own)) {
      found.push(text);
    }
  }
  return found;
}
