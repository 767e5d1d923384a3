// Images that Astro would read while it builds: those of the site's schema, and those in a text.

/** What `image()` of a schema puts before a value, so that the store has Astro import it. */
const IMPORTED = '__ASTRO_IMAGE_';

/**
 * The data as the site's schema gives it, none of whose images is a file that the document names. A
 * file that the site names itself, as a default of its schema, stays.
 *
 * @throws {Error} where there is one.
 */
export function withoutFiles<T>(data: T, raw: unknown): T {
  const named = new Set(texts(raw));
  for (const text of texts(data)) {
    if (!text.startsWith(IMPORTED)) continue;
    const path = text.slice(IMPORTED.length);
    if (/^(https?|data):/i.test(path)) continue;
    // Astro puts `./` before a name that it finds beside the entry.
    if (named.has(path) || named.has(path.replace(/^\.\//, ''))) throw new Error(`its frontmatter names a file of the site for an image: “${path}”`);
  }
  return data;
}

/** What Astro's renderers write in the place of an image of `image.remotePatterns`: its attributes, which the build takes the image by. */
const MARKED = IMPORTED.toLowerCase();
/** Of these, what is for Astro alone. */
const FOR_ASTRO = new Set(['index', 'inferSize']);

interface Attribute {
  name: string;
  value: string;
}

/** An element of a text with the attributes that were taken from it, so that readers' browsers fetch the image, and the build doesn't. */
export function withAddress(element: { tagName: string; attrs: Attribute[] }): void {
  const marked = element.tagName === 'img' ? element.attrs.find(({ name }) => name === MARKED) : undefined;
  if (!marked) return;
  const had = new Set(element.attrs.map(({ name }) => name));
  for (const [property, value] of Object.entries(attributesIn(marked.value))) {
    const name = property.toLowerCase();
    const text = Array.isArray(value) ? value.join(', ') : value;
    if (FOR_ASTRO.has(property) || had.has(name) || (typeof text !== 'string' && typeof text !== 'number')) continue;
    element.attrs.push({ name, value: String(text) });
  }
}

/** What stands in the mark; nothing where an author wrote something else under its name. */
function attributesIn(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
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
