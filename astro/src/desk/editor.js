// The author's desk: a document is written or mended, and seen before it is published. A page or an element is its host.

import { when } from '../languages/amounts.js';
import { t } from '../languages/say.js';
import { proposed } from './address.js';
import { ask, button, h, QUIET, say } from './dom.js';
import { opening } from './drafts.js';
import { gallery } from './gallery.js';
import { keeper, ownId } from './keeper.js';
import { looks } from './looks.js';
import { withoutPlaceholders } from './pictures.js';
import { PAUSE_MS, previews } from './preview.js';
import { publishNew, publishVersion } from './publish.js';
import { decoded, lines, placeOf } from './text.js';
import { toolbar } from './tools.js';

/** What a new document is called for the preview before it has a name. */
const NEW_NAME = 'document.md';

/**
 * What is edited. Of a new document `version` is `null`.
 *
 * @typedef {{ slug: string | null, version: string | null, text: string, crlf: boolean, fileName: string | null, path: string }} Document
 */

/**
 * An editor that is open. `keep` has what isn't sent kept as a draft now, and so does `close`, unless the member threw drafts away.
 *
 * @typedef {{ keep: () => void, close: (keeps?: boolean) => void }} Opened
 */

/** A document as the server has it; of a new one the words that it begins with. @param {import('./host.js').Host} host @param {string | null} slug @returns {Promise<Document>} */
async function fetched({ server }, slug) {
  if (slug === null) return { slug, version: null, text: t('editor.template'), crlf: false, fileName: null, path: '' };
  const { file_name: fileName, path = '' } = await server.readme(slug);
  const { blob, version } = await server.source(slug);
  const edited = decoded(new Uint8Array(await blob.arrayBuffer()));
  if (!edited) throw new Error(t('editor.no_text'));
  return { slug, version, ...edited, fileName, path };
}

/**
 * Opens a document, or a new one, in a place.
 *
 * @param {HTMLElement} place
 * @param {import('./host.js').Host} host
 * @param {string | null} slug
 * @returns {Opened}
 */
export function openEditor(place, host, slug) {
  const heading = h('h2', { class: 'mh-desk-heading', tabindex: -1 }, slug === null ? t('editor.heading_new') : t('editor.opening'));
  const error = h('p', { class: 'error mh-error', role: 'alert' });
  const desk = h('div', { class: 'mh-desk' }, heading, error);
  place.replaceChildren(desk);
  heading.focus({ preventScroll: true });
  place.scrollIntoView({ block: 'start' });
  /** @type {Opened | undefined} */
  let opened;
  let isClosed = false;
  const open = async () => {
    const document = await fetched(host, slug);
    if (isClosed) return;
    const made = await written(desk, host, document, { heading, error });
    opened = made;
    if (isClosed) made.close(false);
  };
  open().catch((refused) => {
    if (isClosed || refused.name === 'AbortError') return;
    say(heading, t('editor.write'));
    say(error, refused.code === 'not_found' ? t('editor.not_there', { slug: slug ?? '' }) : refused.message);
    desk.replaceChildren(heading, error, h('p', {}, button(t('editor.close'), () => host.closed(), { class: QUIET })));
  });
  return {
    keep: () => opened?.keep(),
    close(keeps) {
      isClosed = true;
      opened?.close(keeps);
      desk.remove();
    },
  };
}

/**
 * The editor of a document that is there.
 *
 * @param {HTMLElement} desk
 * @param {import('./host.js').Host} host
 * @param {Document} document
 * @param {{ heading: HTMLElement, error: HTMLElement }} top
 * @returns {Promise<Opened>}
 */
async function written(desk, host, document, { heading, error }) {
  const { server, drafts } = host;
  const { slug } = document;
  /** The text that the draft was begun from, and its version. */
  let { text: base, version } = document;
  let title = '';
  let isPublishing = false;

  const area = h('textarea', { class: 'mh-text', id: 'mh-text', 'aria-describedby': 'mh-text-hint', spellcheck: 'true', autocapitalize: 'sentences', rows: 16 });
  // The same hands that drop a picture drop it on the field.
  const textHint = h('p', { class: 'hint mh-hint', id: 'mh-text-hint' }, t('editor.text_hint'));
  const kicker = h('p', { class: 'kicker mh-kicker' }, slug === null ? t('editor.kicker_new') : t('editor.kicker_of', { slug }));
  const panel = h('div', { class: 'mh-question', role: 'region', hidden: true });
  const [kept, warned, sent] = [h('p', { class: 'hint mh-hint mh-kept' }), h('p', { class: 'mh-warned', role: 'status' }), h('p', { class: 'status mh-status', role: 'status' })];
  const publishButton = button(t('editor.publish'), () => void publish());
  const closeButton = button(t('editor.close'), () => host.closed(), { class: QUIET });
  const newer = h('div', { class: 'mh-newer', hidden: true });

  const writing = h('div', { class: 'mh-write' });
  const label = h('label', { class: 'visually-hidden mh-unseen', for: area.id }, t('editor.text'));
  writing.append(label, area);
  const field = await host.field(area);
  // Another field has a name of its own.
  if (field.element !== area) label.remove();
  const pictures = gallery(desk, () => field, server, { folder: () => document.path, changed: () => preview.again() });
  const tools = toolbar(() => field, pictures.choose);
  const seen = looks(host, (warning) => {
    show('write');
    field.select(...placeOf(field.text(), warning));
  });
  const draft = keeper(drafts, slug, { said: kept, warned });

  const wanted = () => ({ text: field.text(), fileName: document.fileName ?? (slug === null ? NEW_NAME : `${slug}.md`), path: document.path, ...(slug === null ? {} : { slug }) });
  const preview = previews({
    ask: (now, signal) => server.preview(now, signal),
    show(answer) {
      title = String(answer.frontmatter?.['title'] ?? '');
      const name = proposed(title);
      seen.show(answer, slug === null && name ? `${host.handle}/${name}` : answer.report.entry_id);
    },
    fail: seen.behind,
  });

  /** Which of both is seen where there is no room for both. */
  const views = /** @type {const} */ ([['write', 'editor.write'], ['preview', 'editor.preview']]).map(([view, name]) => button(t(name), () => show(view), { class: QUIET, 'data-view': view }));
  const show = (/** @type {'write' | 'preview'} */ view) => {
    desk.dataset['view'] = view;
    for (const one of views) one.ariaPressed = String(one.dataset['view'] === view);
  };
  show('write');

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pausing;
  const isUnsent = () => field.text() !== base;
  const keep = () => {
    clearTimeout(pausing);
    draft.keep({ text: field.text(), title: title || firstLine(field.text()), base: version }, isUnsent());
  };
  const changed = () => {
    say(error, '');
    preview.want(wanted());
    clearTimeout(pausing);
    pausing = setTimeout(keep, PAUSE_MS);
  };
  const leaving = (/** @type {BeforeUnloadEvent} */ event) => {
    keep();
    if (pictures.isSending()) event.preventDefault();
  };
  addEventListener('pagehide', keep);
  addEventListener('beforeunload', leaving);

  writing.append(h('div', { class: 'mh-under' }, textHint, ...pictures.parts));
  writing.prepend(tools.bar);
  const see = h('div', { class: 'mh-see' }, h('h3', { class: 'mh-see-heading' }, t('editor.preview')), seen.scroller, newer);
  desk.replaceChildren(
    h('div', { class: 'mh-desk-top' }, h('div', {}, kicker, heading), closeButton),
    panel,
    h('div', { class: 'mh-views', role: 'group', 'aria-label': t('editor.views') }, ...views),
    h('div', { class: 'mh-columns' }, writing, see),
    h('div', { class: 'mh-foot' }, h('div', { class: 'mh-standing' }, seen.state, seen.fault, kept, warned), publishButton),
    sent,
    error,
    seen.warnings,
    seen.search,
  );
  desk.addEventListener('keydown', (event) => {
    if (writing.contains(/** @type {Node} */ (event.target))) tools.onKey(event);
  });
  takesPictures(writing, pictures);
  begin();

  /** Begins with what is published, with the draft that this tab wrote, or with a question. */
  function begin() {
    say(heading, slug === null ? t('editor.heading_new') : t('editor.heading_of', { title: firstLine(base) || slug }));
    heading.focus({ preventScroll: true });
    const start = opening(drafts.list(slug), { text: base, version, own: ownId() });
    if (start.from === 'draft') take(start.draft);
    else field.set(base);
    if (start.from === 'draft') tell(t('editor.draft_back', { time: when(new Date(start.draft.at), 'short') }), fresh(start.draft));
    if (start.from === 'question') offer(start.drafts);
    preview.want(wanted(), 0);
    field.onChange(changed);
  }

  /** @param {import('./drafts.js').Draft} taken */
  function take(taken) {
    field.set(withoutPlaceholders(lines(taken.text)));
    version = taken.base;
    draft.take(taken);
    preview.want(wanted(), 0);
  }

  /** @param {import('./drafts.js').Draft[]} offered */
  function offer(offered) {
    const [first, ...others] = offered;
    if (!first) return hide();
    const isNewer = first.base !== document.version;
    tell(t(isNewer ? 'editor.draft_offer_newer' : 'editor.draft_offer', { time: when(new Date(first.at), 'short') }), [
      button(t('editor.draft_continue'), () => {
        // What was typed before the answer is a draft of its own.
        keep();
        take(first);
        hide();
        if (others.length > 0) offer(others);
        field.focus();
      }),
      button(
        t(slug === null ? 'editor.draft_fresh_new' : 'editor.draft_fresh_of'),
        () => {
          drafts.drop(first);
          putAway(first, () => (others.length > 0 ? offer(others) : hide()));
        },
        { class: QUIET },
      ),
    ]);
  }

  /** The way from a draft that came back by itself to what is published. @param {import('./drafts.js').Draft} taken */
  function fresh(taken) {
    return [
      button(
        t(slug === null ? 'editor.draft_fresh_new' : 'editor.draft_fresh_of'),
        () => {
          const now = { ...taken, text: field.text() };
          draft.drop();
          version = document.version;
          field.set(base);
          preview.want(wanted(), 0);
          putAway(now, hide);
        },
        { class: QUIET },
      ),
    ];
  }

  /** A draft that was put away can be had back as long as the editor is open. @param {import('./drafts.js').Draft} gone @param {() => void} then */
  function putAway(gone, then) {
    tell(t('editor.draft_put_away', { time: when(new Date(gone.at), 'short') }), [
      button(
        t('editor.draft_undo'),
        () => {
          take(gone);
          changed();
          then();
          field.focus();
        },
        { class: QUIET },
      ),
    ]);
    field.focus();
  }

  /** @param {string} said @param {HTMLElement[]} choices */
  function tell(said, choices) {
    const text = h('p', {}, said);
    panel.replaceChildren(text, h('div', { class: 'choices mh-row' }, ...choices));
    panel.ariaLabel = said;
    panel.hidden = false;
  }

  function hide() {
    panel.hidden = true;
    panel.replaceChildren();
  }

  async function publish() {
    if (isPublishing) return;
    say(error, '');
    if (pictures.isSending()) return say(error, t('editor.picture_wait'));
    isPublishing = true;
    publishButton.ariaDisabled = 'true';
    keep();
    try {
      if (slug === null || version === null) await begun();
      else await published(await publishVersion({ text: field.text(), crlf: document.crlf }, { slug, fileName: document.fileName, path: document.path, version }, sending));
    } catch (refused) {
      fault(refused);
    } finally {
      isPublishing = false;
      publishButton.ariaDisabled = null;
    }
  }

  /** @type {import('./publish.js').Upload} */
  async function sending(file, terms) {
    say(sent, t('editor.publishing'));
    try {
      return await server.uploadReadme(file, terms);
    } finally {
      say(sent, '');
    }
  }

  /** @param {unknown} refused */
  function fault(refused) {
    // A session that is over says so itself, and the draft is kept.
    if (refused instanceof Error && refused.name === 'AbortError') return;
    say(error, refused instanceof Error ? refused.message : String(refused));
  }

  /** @param {import('./publish.js').Outcome} outcome */
  async function published(outcome) {
    if (outcome.is === 'changed') return differs();
    if (outcome.is === 'sent') {
      draft.drop();
      base = field.text();
      host.published(outcome.slug);
    }
  }

  /** Asks for a name and publishes there, once it is nobody's. */
  async function begun() {
    const input = h('input', { type: 'text', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', 'aria-describedby': 'mh-name-hint mh-name-error' });
    const hint = h('p', { class: 'hint mh-hint', id: 'mh-name-hint' });
    const fault = h('p', { class: 'error mh-error', id: 'mh-name-error', role: 'alert' });
    const hinted = () => say(hint, t('editor.name_hint', { handle: host.handle, name: proposed(input.value) || '…' }));
    input.addEventListener('input', hinted);
    const heads = title || firstLine(field.text());
    input.value = proposed(heads);
    hinted();
    if (!input.value && heads) void named(heads, input, hinted);
    /** @type {import('./publish.js').Outcome | undefined} */
    let outcome;
    const check = async () => {
      const name = proposed(input.value);
      say(fault, name ? '' : t('editor.name_empty'));
      if (!name) return input.focus(), false;
      try {
        outcome = await publishNew({ text: field.text(), crlf: document.crlf }, name, { documents: () => server.readmes(), upload: sending });
      } catch (refused) {
        say(fault, refused instanceof Error ? refused.message : String(refused));
        return refused instanceof Error && refused.name === 'AbortError';
      }
      // The dialog was left by force meanwhile.
      if (!input.isConnected) await published(outcome);
      if (outcome.is !== 'taken') return true;
      say(fault, t(outcome.free ? 'editor.name_taken' : 'editor.name_taken_all', { name, title: outcome.by.title, free: outcome.free }));
      if (outcome.free) input.value = outcome.free;
      hinted();
      input.focus();
      return false;
    };
    const body = [h('label', { class: 'field mh-field' }, h('span', {}, t('editor.name_label')), input), hint, fault];
    const asked = ask(desk, { title: t('editor.name_title'), text: t('editor.name_text'), body, check, choices: [['', t('editor.cancel')], ['publish', t('editor.publish')]] }, (close) => (closeQuestion = close));
    input.focus();
    input.select();
    if ((await asked) && outcome?.is === 'sent') await published(outcome);
    else publishButton.focus();
  }

  /** The server's name of a title in letters that addresses don't have. @param {string} heads @param {HTMLInputElement} input @param {() => void} then */
  async function named(heads, input, then) {
    const about = { text: `# ${heads}`, fileName: `${heads}.md`, path: '' };
    // Without an answer the field stays empty, and the member names it.
    const answer = await server.preview(about, new AbortController().signal).catch(() => undefined);
    if (!answer || input.value) return;
    input.value = answer.report.slug;
    then();
  }

  /** Another version is there than the one that this was begun from. */
  async function differs() {
    if (slug === null) return;
    const now = await fetched(host, slug).catch((refused) => {
      if (refused.code === 'not_found') return undefined;
      throw refused;
    });
    const elsewhere = button(t('editor.changed_elsewhere'), () => void begun().catch(fault), { class: QUIET });
    if (!now) {
      // There is nothing that it could take the place of: it begins anew.
      const again = button(t('editor.changed_begin'), () => void publishNew({ text: field.text(), crlf: document.crlf }, slug, { documents: () => server.readmes(), upload: sending }).then(published).catch(fault));
      question(t('editor.changed_gone'), [again, elsewhere]);
      return;
    }
    const look = button(t('editor.changed_look'), () => compare(now.text), { class: QUIET });
    const mine = button(t('editor.changed_keep'), () => {
      version = now.version;
      // It may have been sent under another name, from another folder.
      document.fileName = now.fileName;
      document.path = now.path;
      hide();
      compare(undefined);
      void publish();
    });
    question(t('editor.changed_text'), [look, mine, elsewhere]);
  }

  /** @param {string} said @param {HTMLElement[]} choices */
  function question(said, choices) {
    tell(said, choices);
    const title = h('h3', { tabindex: -1 }, t('editor.changed'));
    panel.prepend(title);
    panel.ariaLabel = t('editor.changed');
    panel.scrollIntoView({ block: 'nearest' });
    title.focus();
  }

  /** Shows the newer text in the place of the preview. @param {string | undefined} text */
  function compare(text) {
    newer.hidden = text === undefined;
    seen.scroller.hidden = text !== undefined;
    if (text === undefined) return newer.replaceChildren();
    const shown = h('pre', { tabindex: 0, role: 'region', 'aria-label': t('editor.newer') }, text);
    newer.replaceChildren(h('h4', {}, t('editor.newer')), shown, button(t('editor.newer_close'), () => compare(undefined), { class: QUIET }));
    show('preview');
    shown.focus();
  }

  let closeQuestion = () => {};
  return {
    keep,
    close(keeps = true) {
      pictures.stop();
      clearTimeout(pausing);
      if (keeps) keep();
      closeQuestion();
      preview.stop();
      seen.stop();
      removeEventListener('pagehide', keep);
      removeEventListener('beforeunload', leaving);
      field.destroy();
    },
  };
}

/** Pictures that are pasted into the field or dropped on it. @param {HTMLElement} place @param {ReturnType<typeof gallery>} pictures */
function takesPictures(place, pictures) {
  place.addEventListener(
    'paste',
    (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      // What offices copy has a picture of the text beside it.
      if (files.length === 0 || event.clipboardData?.types.includes('text/plain')) return;
      event.preventDefault();
      event.stopPropagation();
      void pictures.add(files);
    },
    true,
  );
  const isFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') ?? false;
  for (const type of /** @type {const} */ (['dragenter', 'dragover'])) {
    place.addEventListener(type, (event) => {
      if (!isFiles(event)) return;
      event.preventDefault();
      place.dataset['over'] = '';
    });
  }
  place.addEventListener('dragleave', () => delete place.dataset['over']);
  place.addEventListener(
    'drop',
    (event) => {
      if (!isFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      delete place.dataset['over'];
      void pictures.add([...(event.dataTransfer?.files ?? [])]);
    },
    true,
  );
}

/** What a text begins with, as a name for it. @param {string} text */
function firstLine(text) {
  const lines = text.split('\n');
  const heading = lines.find((line) => /^#\s+\S/.test(line)) ?? lines.find((line) => line.trim() !== '' && !line.startsWith('---')) ?? '';
  return heading.replace(/^#+\s+/, '').trim().slice(0, 120);
}
