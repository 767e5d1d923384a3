// A publish report as its author reads it: what became of the document, what to do, and, for those who ask, where all of it came from.

import { when } from '../languages/amounts.js';
import { pieces, t } from '../languages/say.js';

/**
 * A report of `GET /api/readmes/{slug}`, as far as it is drawn.
 *
 * @typedef {object} Report
 * @property {string} slug
 * @property {string} entry_id
 * @property {string} state
 * @property {boolean} live
 * @property {{ state: string, since: string | null } | null | undefined} [site]
 * @property {string | null} file_name
 * @property {string} version
 * @property {string | null} reason
 * @property {string | null | undefined} [until] when it comes out by itself
 * @property {{ text: string, by: string | null, at: string } | null | undefined} [note] what an editor told the author
 * @property {readonly { key: string, value: unknown, source: string }[]} fields
 * @property {readonly { code: string, line: number, column: number, text: string, hint: string }[]} warnings
 */

/** @type {Readonly<Record<string, string>>} */
const STATES = {
  processing: 'report.state.processing',
  published: 'report.state.published',
  draft: 'report.state.draft',
  scheduled: 'report.state.scheduled',
  rejected: 'report.state.rejected',
  waiting: 'report.state.waiting',
  withdrawn: 'report.state.withdrawn',
};

/** @type {Readonly<Record<string, string>>} */
const SOURCES = {
  frontmatter: 'report.source.frontmatter',
  heading: 'report.source.heading',
  image_alt: 'report.source.image_alt',
  paragraph: 'report.source.paragraph',
  body: 'report.source.body',
  file_name: 'report.source.file_name',
  member: 'report.source.member',
  upload: 'report.source.upload',
  default: 'report.source.default',
};

/** The word for a state; a newer server may have others. @param {string} state */
export const stateWord = (state) => t(STATES[state] ?? state);

/**
 * A state by its word; the stylesheet adds a mark and a colour by `data-state`.
 *
 * @param {string} state
 * @param {string} [prefix]
 */
export const stateOf = (state, prefix = '') => element('span', { class: `${prefix}state`, 'data-state': state }, stateWord(state));

/**
 * What a screen reader is told once a report is there.
 *
 * @param {Report} report
 * @returns {string}
 */
export function announcement({ state, warnings }) {
  if (state === 'processing') return t('report.converting');
  const values = { state: stateWord(state), count: warnings.length };
  return warnings.length > 0 ? t('report.announced_warnings', values) : t('report.announced', values);
}

/**
 * What became of the document, in a sentence, and the way to its page.
 *
 * @param {Report} report
 * @param {{ page: string | null, prefix?: string }} where `page` is the address of the document in the site, `null` where that isn't known
 * @returns {HTMLElement[]}
 */
export function outcome(report, { page, prefix = '' }) {
  const said = element('p', { class: `${prefix}standfirst`, 'data-state': report.state, 'data-site': report.site?.state ?? 'unknown' }, ...sentence(report));
  const all = [said, ...noteOf(report, prefix)];
  if (!report.live || page === null) return all;
  return [...all, element('p', { class: `${prefix}address` }, element('a', { href: page }, t('report.open_page')), ' ', element('span', {}, readable(page)))];
}

/**
 * What an editor told the author, and who it was and when.
 *
 * @param {Report} report
 * @param {string} prefix
 * @returns {HTMLElement[]}
 */
function noteOf({ note }, prefix) {
  if (!note) return [];
  const date = element('time', { datetime: note.at }, when(note.at, 'long'));
  const who = note.by === null ? pieces('report.note_by_editor', { date }) : pieces('report.note_by', { name: note.by, date });
  return [element('div', { class: `${prefix}note` }, element('p', {}, ...who), element('blockquote', {}, ...note.text.split('\n').map((line) => element('p', {}, line))))];
}

/** @param {Report} report @returns {(string | Node)[]} */
function sentence({ state, live, reason, site, until }) {
  switch (state) {
    case 'published':
      if (site?.state === 'built' && site.since) return pieces('report.in_site_since', { since: element('time', { datetime: site.since }, when(site.since, 'long')) });
      if (site?.state === 'refused') return [t('report.refused')];
      return [t(site?.state === 'queued' ? 'report.queued' : 'report.next_build')];
    case 'draft':
      return [t('report.draft')];
    case 'scheduled':
      return pieces('report.comes_out', { date: until ? element('time', { datetime: until }, when(until, 'long')) : '' });
    case 'rejected':
      return [t(live ? 'report.rejected_live' : 'report.rejected', { reason: reason ?? t('report.not_converted') })];
    case 'waiting':
      return [t(live ? 'report.waiting_live' : 'report.waiting')];
    case 'withdrawn':
      return [t('report.withdrawn')];
    default:
      return [t(live ? 'report.converting_live' : 'report.converting_first')];
  }
}

/** An address without what everybody knows of it. @param {string} address */
const readable = (address) => decodeURI(address).replace(/^https?:\/\//, '');

/**
 * What to do, place by place; nothing while there is nothing to say yet.
 *
 * @param {Report} report
 * @param {{ prefix?: string, heading?: 'h3' | 'h4' }} [style]
 * @returns {HTMLElement[]}
 */
export function warnings({ state, warnings }, { prefix = '', heading = 'h3' } = {}) {
  if (state === 'processing' || state === 'rejected') return [];
  if (warnings.length === 0) return [element(heading, {}, t('report.no_warnings'))];
  const inOrder = [...warnings].sort((one, other) => one.line - other.line || one.column - other.column);
  const items = inOrder.map(({ code, line, column, text, hint }) =>
    element(
      'li',
      { 'data-code': code },
      element('p', { class: `${prefix}advice` }, hint),
      element('p', { class: `${prefix}place` }, t('report.place', { line, column }), ...(text ? [' ', element('code', {}, text)] : [])),
    ),
  );
  return [element(heading, {}, t('report.warnings', { count: warnings.length })), element('ol', { class: `${prefix}warnings` }, ...items)];
}

/** Whether the member has details open: the next report opens them, too. */
let isOpen = false;

/**
 * Where each field came from, and what to name when asking somebody for help: behind a button, since few want to know.
 *
 * @param {Report} report
 * @param {{ file: string | null, prefix?: string }} where `file` is the address of the converted file
 * @returns {HTMLDetailsElement}
 */
export function details({ fields, entry_id, version, live, file_name }, { file, prefix = '' }) {
  const facts = [
    ...(file_name ? [[t('report.file_name'), file_name]] : []),
    [t('report.entry'), entry_id],
    [t('report.version'), version],
    ...(live && file ? [[t('report.file'), element('a', { href: file }, readable(file))]] : []),
  ];
  const made = element(
    'details',
    { class: `${prefix}details`, open: isOpen },
    // The elements of a site draw a report anew while it has the focus.
    element('summary', { 'data-focus': 'details' }, t('report.details')),
    ...table(fields, prefix),
    element('dl', {}, ...facts.map(([name = '', value = '']) => element('div', {}, element('dt', {}, name), element('dd', {}, value)))),
  );
  made.addEventListener('toggle', () => (isOpen = made.open));
  return made;
}

/** @param {Report['fields']} fields @param {string} prefix @returns {HTMLElement[]} */
function table(fields, prefix) {
  if (fields.length === 0) return [];
  const head = [t('report.field'), t('report.value'), t('report.source_title')].map((name) => element('th', { scope: 'col' }, name));
  const rows = fields.map(({ key, value, source }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, key),
      element('td', { class: `${prefix}value` }, ...shown(value, prefix)),
      element('td', { class: `${prefix}source` }, t(SOURCES[source] ?? source)),
    ),
  );
  const made = element('table', {}, element('caption', {}, t('report.fields')), element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...rows));
  return [element('div', { class: `${prefix}scroll`, tabindex: 0, role: 'region', 'aria-label': t('report.fields') }, made)];
}

/** A value as its author would write it: the server leaves out what is too long. @param {unknown} value @param {string} prefix */
function shown(value, prefix) {
  const none = () => element('span', { class: `${prefix}none` }, t('report.none'));
  if (value === null) return [t('report.too_long')];
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value.length > 0 ? [value.join(t('desk.separator'))] : [none()];
  return [typeof value === 'string' ? value : JSON.stringify(value)];
}

/**
 * An element with attributes and children; a string becomes text, and never markup.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Readonly<Record<string, string | number | boolean>>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== false) made.setAttribute(name, value === true ? '' : String(value));
  made.append(...children);
  return made;
}
