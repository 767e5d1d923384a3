// What was deleted: back at once, or as long as it is kept, or erased for good.

import { t } from '../languages/say.js';
import { ask, downloading } from './ask.js';
import { keptUntil } from './keep.js';
import { button, make, save } from './make.js';
import { codeOf, day, isTold, whyNotBack } from './say.js';

/**
 * @typedef {import('../wire.js').DeletedReadme} DeletedReadme
 * @typedef {import('../client.js').Client} Client
 * @typedef {Pick<Client, 'versions' | 'version' | 'restoreReadme' | 'deletedReadmes' | 'eraseReadme'>} Api
 * @typedef {{ slug: string, title: string }} Titled
 */

/**
 * The question before a deletion: what goes, and until when it can come back.
 *
 * @param {string} title
 */
export const deletionMeans = (title) => t('history.delete_means', { title, day: day(keptUntil(new Date())) });

/**
 * @param {Api} api
 * @param {{ onRestored: (slug: string) => void }} host `onRestored` is called when a document has come back
 * @returns {{ notice: HTMLElement, list: HTMLElement, refresh: () => Promise<void>, deleted: (document: Titled) => void, clear: () => void }}
 *   `deleted` is to be called when a document was deleted: it offers to undo that, and takes the focus
 */
export function deletedDocuments(api, { onRestored }) {
  // What happened, for eye and ear: it takes the focus, since what was pressed is gone.
  const told = make('p', { class: 'mh-told', tabindex: -1 });
  const undoPlace = make('span', {});
  const noticeError = make('p', { class: 'mh-error', role: 'alert' });
  const notice = make('div', { class: 'mh-undo', hidden: true }, told, undoPlace, noticeError);

  const error = make('p', { class: 'mh-error', role: 'alert' });
  const summary = make('summary', {});
  const items = make('ul', { class: 'mh-versions', 'aria-label': t('history.deleted_list') });
  const more = button({ text: t('history.more_deleted') }, () => next());
  const details = make('details', { class: 'mh-deleted', hidden: true }, summary, make('p', { class: 'mh-hint' }, t('history.deleted_hint')), items, more);
  const list = make('div', {}, error, details);
  /** @type {string | null} */
  let cursor = null;
  let look = 0;
  /** What is listed, by all that is said of it: a document that stays keeps its buttons, to which a question that is open leads back. @type {Map<string, HTMLElement>} */
  const rows = new Map();

  /**
   * @param {string} text
   * @param {HTMLElement} [undo]
   */
  function tell(text, undo) {
    told.textContent = text;
    undoPlace.replaceChildren(...(undo ? [undo] : []));
    noticeError.textContent = '';
    notice.hidden = false;
    told.focus();
  }

  const deleted = (/** @type {Titled} */ document) => {
    const undo = button({ text: t('history.undo'), label: t('history.undo_of', { title: document.title }), isQuiet: false }, () => undone(document));
    tell(t('history.deleted', { title: document.title, day: day(keptUntil(new Date())) }), undo);
    void refresh();
  };

  async function undone(/** @type {Titled} */ { slug, title }) {
    noticeError.textContent = '';
    try {
      const [version] = (await api.versions(slug)).versions;
      if (!version) throw new Error(t('history.gone'));
      await back({ slug, title }, version.id);
    } catch (failed) {
      if (!isTold(failed)) noticeError.textContent = whyNotBack(failed, slug);
    }
  }

  /**
   * Brings a document back. Where another one has its address by now, its file is offered instead.
   *
   * @param {Titled} document
   * @param {string} version
   */
  async function back({ slug, title }, version) {
    try {
      await api.restoreReadme(slug, version);
    } catch (failed) {
      if (codeOf(failed) !== 'conflict') throw failed;
      tell(whyNotBack(failed, slug), downloading(() => api.version(slug, version), save, noticeError, t('history.download_document', { title })));
      return refresh();
    }
    tell(t('history.back', { title }));
    onRestored(slug);
    await refresh();
  }

  async function refresh() {
    look += 1;
    cursor = null;
    const mine = look;
    try {
      const page = await filled();
      if (mine !== look) return;
      error.textContent = '';
      const focused = document.activeElement;
      items.replaceChildren(...page.deleted.map(item));
      if (focused instanceof HTMLElement && items.contains(focused)) focused.focus();
      settle(page.cursor);
    } catch (failed) {
      if (mine === look && !isTold(failed)) error.textContent = failed instanceof Error ? failed.message : String(failed);
    }
  }

  async function next() {
    look += 1;
    const mine = look;
    error.textContent = '';
    try {
      const page = await filled();
      if (mine !== look) return;
      const at = items.childElementCount;
      items.append(...page.deleted.map(item));
      settle(page.cursor);
      (items.children[at]?.querySelector('button') ?? summary).focus();
    } catch (failed) {
      if (mine === look && !isTold(failed)) error.textContent = failed instanceof Error ? failed.message : String(failed);
    }
  }

  /** The next page that has documents, or the last one: there may be empty ones between. */
  async function filled() {
    let page = await api.deletedReadmes(cursor === null ? {} : { cursor });
    while (page.deleted.length === 0 && page.cursor !== null) page = await api.deletedReadmes({ cursor: page.cursor });
    return page;
  }

  function settle(/** @type {string | null} */ leadsOn) {
    cursor = leadsOn;
    more.hidden = cursor === null;
    const count = items.childElementCount;
    details.hidden = count === 0;
    summary.textContent = cursor === null ? t('history.deleted_summary', { count }) : t('history.deleted_many', { count });
  }

  const item = (/** @type {DeletedReadme} */ document) => {
    const key = JSON.stringify(document);
    const row = rows.get(key) ?? drawn(document);
    rows.set(key, row);
    return row;
  };

  const drawn = (/** @type {DeletedReadme} */ { slug, file_name: fileName, path, version, deleted_at: at, until }) => {
    const title = fileName ?? slug;
    return make(
      'li',
      { class: 'mh-version', 'data-slug': slug },
      make('p', { class: 'mh-when' }, title, path !== '' && make('span', { class: 'mh-hint' }, ` ${path}`)),
      make('p', { class: 'mh-hint' }, t('history.deleted_when', { day: day(at), until: day(until) })),
      make(
        'div',
        { class: 'mh-row' },
        button({ text: t('history.restore'), label: t('history.restore_document', { title }) }, () => restore({ slug, title }, version)),
        downloading(() => api.version(slug, version), save, error, t('history.download_document', { title })),
        button({ text: t('history.erase'), label: t('history.erase_document', { title }) }, () => erase({ slug, title })),
      ),
    );
  };

  async function restore(/** @type {Titled} */ document, /** @type {string} */ version) {
    error.textContent = '';
    try {
      await back(document, version);
    } catch (failed) {
      if (isTold(failed)) return;
      // It was erased elsewhere, and is listed no more.
      if (codeOf(failed) === 'not_found') await refresh();
      tell(whyNotBack(failed, document.slug));
    }
  }

  async function erase(/** @type {Titled} */ { slug, title }) {
    const isErased = await ask(
      list,
      { heading: t('history.erase_question', { title }), text: t('history.erase_means'), no: t('history.keep'), yes: t('history.erase') },
      {
        act: async () => {
          try {
            await api.eraseReadme(slug);
          } catch (failed) {
            // There is nothing left of it: another tab was faster.
            if (codeOf(failed) !== 'not_found') throw failed;
          }
        },
        why: (failed) => (failed instanceof Error ? failed.message : String(failed)),
      },
    );
    if (!isErased) return;
    await refresh();
    tell(t('history.erased', { title }));
  }

  function clear() {
    look += 1;
    notice.hidden = details.hidden = true;
    details.open = false;
    told.textContent = noticeError.textContent = error.textContent = '';
    undoPlace.replaceChildren();
    items.replaceChildren();
    for (const open of list.querySelectorAll('dialog')) open.close();
  }

  more.hidden = true;
  return { notice, list, refresh, deleted, clear };
}
