// Links between members' documents, led to where this site has their pages, whatever prefix Masthead gave them.

/** Where the site has its documents. */
export interface Leading {
  /** The prefix that Masthead puts before an entry's id, `LINK_BASE`; where it isn't known, `/`. */
  from: string;
  /** The address of an entry's page; `undefined` where the site has none that is known. */
  pageOf: (id: string) => string | undefined;
}

/** An element whose attributes hold no `>` before its address, as the wall writes it: within a value a quotation mark is a reference. */
const LINK = /(<a\b[^>]*?\shref=")(\/[^"#?]*)(?=["#?])/g;

/** HTML behind the wall, in which the links to entries lead to their pages. Every other address stays. */
export function ledTo(html: string, { from, pageOf }: Leading, isEntry: (id: string) => boolean): string {
  const prefix = `/${from.split('/').filter(Boolean).join('/')}/`.replace('//', '/');
  return html.replace(LINK, (link: string, before: string, path: string) => {
    const id = path.startsWith(prefix) ? path.slice(prefix.length).replace(/\/$/, '') : '';
    const page = id !== '' && isEntry(id) ? pageOf(id) : undefined;
    return page === undefined ? link : before + page;
  });
}
