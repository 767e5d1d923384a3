// CodeMirror as the field that a text is written in. A site that has it installed gets it; it is loaded once somebody writes.

import type { EditorView } from 'codemirror';

import type { Field } from '../desk/field.js';

/** What the field is named by, and what is loaded for it. */
export type Load = () => Promise<(label: string) => Field>;

/**
 * Loads CodeMirror.
 *
 * @throws where the site doesn't have it
 */
export const loadCodeMirror: Load = async () => {
  const [{ EditorView, minimalSetup }, { markdown }, { HighlightStyle, syntaxHighlighting }, { tags }] = await Promise.all([
    import('codemirror'),
    import('@codemirror/lang-markdown'),
    import('@codemirror/language'),
    import('@lezer/highlight'),
  ]);
  // No colours of its own: the site's are light or dark.
  const looks = HighlightStyle.define([
    { tag: tags.heading, fontWeight: '700' },
    { tag: tags.strong, fontWeight: '700' },
    { tag: tags.emphasis, fontStyle: 'italic' },
    { tag: tags.strikethrough, textDecoration: 'line-through' },
    { tag: [tags.processingInstruction, tags.url, tags.meta, tags.contentSeparator], color: 'var(--mh-muted)' },
  ]);
  const theme = EditorView.theme({
    '&': { height: 'clamp(16rem, 55vh, 44rem)', border: '1px solid var(--mh-edge)', borderRadius: 'var(--mh-radius)', background: 'var(--mh-field)', color: 'var(--mh-text)' },
    '&.cm-focused': { outline: '3px solid var(--mh-accent)', outlineOffset: '2px' },
    '.cm-scroller': { overflow: 'auto', fontFamily: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace', fontSize: '1rem', lineHeight: '1.6' },
    '.cm-content': { padding: '0.8rem 0', caretColor: 'currentcolor' },
    '.cm-line': { padding: '0 0.9rem' },
    '.cm-cursor': { borderLeftColor: 'currentcolor' },
    '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': { background: 'color-mix(in srgb, var(--mh-accent) 30%, transparent)' },
  });
  return (label) => {
    const element = document.createElement('div');
    // In a root of its own its styles are sheets that scripts adopt, which no Content-Security-Policy forbids, and the site's
    // rules for its texts change nothing in it.
    const root = element.attachShadow({ mode: 'open' });
    const listeners: (() => void)[] = [];
    const begun = (doc: string): EditorView =>
      new EditorView({
        doc,
        parent: root,
        root,
        extensions: [
          minimalSetup,
          markdown(),
          syntaxHighlighting(looks),
          theme,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0', spellcheck: 'true', autocapitalize: 'sentences' }),
          EditorView.updateListener.of(({ docChanged }) => {
            if (docChanged) for (const listener of listeners) listener();
          }),
        ],
      });
    let view = begun('');
    return {
      element,
      text: () => view.state.doc.toString(),
      // With a history of its own: nothing leads back into another text.
      set(text) {
        view.destroy();
        view = begun(text);
      },
      selection: () => ({ start: view.state.selection.main.from, end: view.state.selection.main.to }),
      select(start, end) {
        view.dispatch({ selection: { anchor: start, head: end }, effects: EditorView.scrollIntoView(start, { y: 'center' }) });
        view.focus();
      },
      // A step of its own in the history, which would join it to what was typed just before.
      replace: ({ from, to, insert, start, end }) => view.dispatch({ changes: { from, to, insert }, selection: { anchor: start, head: end }, userEvent: 'input.format', scrollIntoView: true }),
      patch: (from, to, insert) => view.dispatch({ changes: { from, to, insert }, userEvent: 'input.picture' }),
      focus: () => view.focus(),
      onChange: (listener) => void listeners.push(listener),
      destroy() {
        view.destroy();
        element.remove();
      },
    };
  };
};
