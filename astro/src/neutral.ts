// Text that Astro or Vite would take for a command, so that it is text again.
//
// What a loader stores becomes a module of the build, and Astro and Vite look for marks of their own
// in the text of modules: `__ASTRO_ASSET_IMAGE__x__`, in whatever document, ends everybody's build,
// `__ASTRO_IMAGE_` before a path copies a picture of the building machine into the site, and
// `__astro_import_meta_env_` puts the values of environment variables in its place.

/**
 * The first character of each such mark, and what follows it: `__ASTRO_`, `__astro_`, `__VITE_`, `__vite_`, `__ROLLDOWN`, `__rolldown`,
 * `__ROLLUP`, `__rollup`, `@@ASTRO`, `$$server-islands`, `!~{`, `ROLLDOWN_FILE_URL`, `ROLLUP_FILE_URL`. One look at a text finds them all, also
 * where the end of one is the beginning of the next.
 */
const MARK = /_(?=_(?:ASTRO_|astro_|VITE_|vite_|ROLLDOWN|rolldown|ROLLUP|rollup))|@(?=@ASTRO)|\$(?=\$server-islands)|!(?=~\{)|R(?=OLL(?:DOWN|UP)_FILE_URL)/g;
/** A word joiner: nothing to see, and no place to break a line. */
const JOINER = '\u2060';

/** The text, which reads as before and holds no mark. An address leads where it led. */
export function neutralText(text: string): string {
  return text.replace(MARK, (first) => (/^(https?|data):/i.test(text) ? `%${first.charCodeAt(0).toString(16).toUpperCase()}` : first + JOINER));
}

/**
 * HTML that says the same and holds no mark. Marks stand in texts and values alone, where a
 * reference stands for its character: the names of elements and attributes come from a table.
 */
export function neutralHtml(html: string): string {
  return html.replace(MARK, (first) => `&#${first.charCodeAt(0)};`);
}

/** Values in the frontmatter of one document: aliases of YAML make billions of a few lines. */
const MAX_VALUES = 200_000;

/**
 * Data with no mark in any of its texts and keys, however deep, and no key `__proto__`. Dates and the like
 * stay what they are.
 *
 * @throws {Error} where there are more than 200,000 values; the message is a sentence.
 */
export function neutralData<T>(data: T): T {
  let values = 0;
  // What is neutral already, as nearly everything is, stays the same value: making it anew would take many times as long.
  const neutral = (value: unknown): unknown => {
    if ((values += 1) > MAX_VALUES) throw new Error(`its frontmatter has more than ${MAX_VALUES.toLocaleString('en')} values`);
    if (typeof value === 'string') return neutralText(value);
    if (Array.isArray(value)) {
      const items = value.map(neutral);
      return items.every((item, at) => item === value[at]) ? value : items;
    }
    if (!isMap(value)) return value;
    const keys = Object.keys(value);
    const items = keys.map((key) => neutral(value[key]));
    // Astro's store can't be written with a key `__proto__` in it, and then nobody's site is built.
    if (keys.every((key, at) => key !== '__proto__' && neutralText(key) === key && items[at] === value[key])) return value;
    return Object.fromEntries(keys.flatMap((key, at) => (key === '__proto__' ? [] : [[neutralText(key), items[at]]])));
  };
  return neutral(data) as T;
}

function isMap(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
