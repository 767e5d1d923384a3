// What a build makes of the components' markup: the sentences stand in it, in the page's language, before any script runs.

import type { Sentences } from './languages/say.js';
import { sentencesOf } from './speaking.js';

/** An element that is empty but for its key. */
const EMPTY = /(<[a-z][^<>]*?\sdata-t="([\w.]+)"[^<>]*>)(?=<\/)/g;
const ATTRIBUTE = /\sdata-t-([a-z-]+)="([\w.]+)"/g;
const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '"': '&quot;' };

/**
 * Markup with the sentences, in a language, whose keys it carries; a key without a sentence stays alone. The site's own `messages` count
 * first. Everything beyond ASCII is a reference, so that it is read as it was meant on a page that doesn't say its encoding.
 */
export async function withSentences(html: string, language: string, messages: Sentences = {}): Promise<string> {
  const sentences = { ...(await sentencesOf(language)), ...messages };
  const said = (key: string, put: (sentence: string) => string): string => (Object.hasOwn(sentences, key) ? put(escaped(sentences[key] ?? '')) : '');
  return html
    .replace(EMPTY, (tag: string, _, key: string) => tag + said(key, (sentence) => sentence))
    .replace(ATTRIBUTE, (mark: string, name: string, key: string) => mark + said(key, (sentence) => ` ${name}="${sentence}"`));
}

/** The site's own sentences as a browser finds them in the page, whatever its encoding. */
export function messagesScript(messages: Sentences): string {
  const json = JSON.stringify(messages).replace(/[<\x7f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `<script type="application/json" data-masthead-messages>${json}</script>`;
}

const escaped = (text: string): string => text.replace(/[&<"]|[^\x20-\x7e]/gu, (sign) => NAMED[sign] ?? `&#${sign.codePointAt(0)};`);
