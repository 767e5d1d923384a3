// What a page needs once, however many of its components bring it.

/** What each page has; both go when nobody holds the page any more. */
const brought = new WeakMap<object, WeakSet<object>>();

/** Whether a page, known by its request, has this thing for the first time. */
export function isFirst(page: object, thing: object): boolean {
  const things = brought.get(page) ?? new WeakSet();
  brought.set(page, things);
  if (things.has(thing)) return false;
  things.add(thing);
  return true;
}
