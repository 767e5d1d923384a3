// Images that the site's schema would have Astro read from the machine that builds.

/** What `image()` of a schema puts before a value, so that the store has Astro import it. */
const IMPORTED = '__ASTRO_IMAGE_';

/**
 * The data as the site's schema gives it, none of whose images is a file that the document names. A
 * file that the site names itself, as a default of its schema, stays.
 *
 * @throws {Error} where there is one.
 */
export function withoutFiles<T>(data: T, raw: unknown): T {
  let named: ReadonlySet<string> | undefined;
  for (const text of texts(data)) {
    if (!text.startsWith(IMPORTED)) continue;
    const path = text.slice(IMPORTED.length);
    if (/^(https?|data):/i.test(path)) continue;
    named ??= new Set(texts(raw));
    // Astro puts `./` before a name that it finds beside the entry.
    if (named.has(path) || named.has(path.replace(/^\.\//, ''))) throw new Error(`its frontmatter names a file of the site for an image: “${path}”`);
  }
  return data;
}

/** All texts in data that came from YAML or a schema, however deep; their order says nothing. */
function texts(data: unknown): string[] {
  const found: string[] = [];
  const rest: unknown[] = [data];
  while (rest.length > 0) {
    const value = rest.pop();
    if (typeof value === 'string') found.push(value);
    else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) rest.push(item);
  }
  return found;
}
