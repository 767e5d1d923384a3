// The buttons above the text, and their shortcuts.

import { t } from '../languages/say.js';
import { h } from './dom.js';
import { marked } from './marks.js';

/** @typedef {import('./marks.js').Mark | 'picture'} Tool */

/**
 * The buttons in their order, with the key beside Ctrl or ⌘. Keys are told by their place (`event.code`), so that a digit with
 * Shift is one on every keyboard; none of them writes a letter anywhere, as those with Alt do.
 *
 * @type {readonly { tool: Tool, name: string, code: string, key: string, shift: boolean }[]}
 */
const TOOLS = [
  { tool: 'heading', name: 'editor.tool_heading', code: 'Digit1', key: '1', shift: true },
  { tool: 'bold', name: 'editor.tool_bold', code: 'KeyB', key: 'B', shift: false },
  { tool: 'link', name: 'editor.tool_link', code: 'KeyK', key: 'K', shift: false },
  { tool: 'picture', name: 'editor.tool_picture', code: 'Digit2', key: '2', shift: true },
  { tool: 'list', name: 'editor.tool_list', code: 'Digit8', key: '8', shift: true },
  { tool: 'quote', name: 'editor.tool_quote', code: 'Digit9', key: '9', shift: true },
  { tool: 'callout', name: 'editor.tool_callout', code: 'Digit7', key: '7', shift: true },
];

/** Where the key is ⌘, by what browsers say of the machine. */
const isMac = () => /mac|iphone|ipad/i.test(navigator.platform);

/**
 * The toolbar. It is one stop of the Tab key; arrows go along it.
 *
 * @param {() => import('./field.js').Field} field
 * @param {() => void} choosePicture
 */
export function toolbar(field, choosePicture) {
  const command = isMac() ? 'Meta' : 'Control';
  const use = (/** @type {Tool} */ tool) => {
    if (tool === 'picture') return choosePicture();
    const words = { heading: t('editor.word_heading'), bold: t('editor.word_bold'), link: t('editor.word_link'), item: t('editor.word_item'), quote: t('editor.word_quote'), callout: t('editor.word_callout') };
    const now = field();
    now.replace(marked(tool, { text: now.text(), ...now.selection() }, words));
    now.focus();
  };
  const buttons = TOOLS.map(({ tool, name: named, key, shift }, at) => {
    const name = t(named);
    const shown = [isMac() ? '⌘' : t('editor.key_control'), shift ? (isMac() ? '⇧' : t('editor.key_shift')) : '', key].filter(Boolean).join(isMac() ? '' : '+');
    return h(
      'button',
      {
        type: 'button',
        class: 'quiet mh-quiet',
        tabindex: at === 0 ? 0 : -1,
        title: t('editor.tool_title', { name, keys: shown }),
        'aria-keyshortcuts': [command, shift ? 'Shift' : '', key].filter(Boolean).join('+'),
        'data-tool': tool,
        onclick: () => use(tool),
      },
      name,
    );
  });
  const bar = h('div', { class: 'mh-tools', role: 'toolbar', 'aria-label': t('editor.tools') }, ...buttons);
  bar.addEventListener('keydown', (event) => {
    const at = buttons.findIndex((one) => one === document.activeElement);
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -at, End: buttons.length - 1 - at }[event.key];
    if (step === undefined || at < 0) return;
    event.preventDefault();
    const next = buttons[(at + step + buttons.length) % buttons.length];
    for (const one of buttons) one.tabIndex = one === next ? 0 : -1;
    next?.focus();
  });
  return {
    bar,
    /** Does what a shortcut says. @param {KeyboardEvent} event */
    onKey(event) {
      const isCommand = isMac() ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
      if (!isCommand || event.altKey || event.isComposing) return;
      const found = TOOLS.find(({ code, shift }) => code === event.code && shift === event.shiftKey);
      if (!found) return;
      event.preventDefault();
      use(found.tool);
    },
  };
}
