// What the editor asks of the page or the element that it stands in.

/**
 * A warning of a report.
 *
 * @typedef {{ code: string, line: number, column: number, text: string, hint: string }} Warning
 */

/**
 * What publishing would make of a text.
 *
 * @typedef {object} Preview
 * @property {Record<string, unknown> | null} frontmatter
 * @property {string | null} html
 * @property {{ slug: string, entry_id: string, state: string, reason: string | null, until?: string | null | undefined, fields: readonly { key: string, value: unknown, source: string }[], warnings: readonly Warning[] }} report
 */

/**
 * The server, by the session that is there. Each throws what says in its `message` a sentence for people, with `code`, `status`
 * and `retryAfter` where the server gave them.
 *
 * @typedef {object} Server
 * @property {(wanted: import('./preview.js').Wanted, signal: AbortSignal) => Promise<Preview>} preview
 * @property {(slug: string) => Promise<{ blob: Blob, version: string }>} source
 * @property {(slug: string) => Promise<{ file_name: string | null, path?: string | undefined }>} readme
 * @property {() => Promise<readonly { slug: string, title: string | null }[]>} readmes
 * @property {() => Promise<readonly import('./pictures.js').KnownFile[]>} files
 * @property {import('./publish.js').Upload} uploadReadme
 * @property {(file: File, path: string, onShare: (share: number) => void, signal: AbortSignal) => Promise<unknown>} uploadFile
 */

/**
 * @typedef {object} Host
 * @property {Server} server
 * @property {string} handle of the member
 * @property {string} api the server's public address, which pictures of previews have
 * @property {string} site the address of the site that shows what is published
 * @property {string} frame the document of the preview's frame
 * @property {import('./drafts.js').Drafts} drafts
 * @property {(area: HTMLTextAreaElement) => Promise<import('./field.js').Field>} field
 * @property {(slug: string) => void} published called once a document was sent
 * @property {() => void} closed called when the member goes elsewhere
 */

export {};
