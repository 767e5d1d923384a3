// What a build makes of the components' markup: the sentences stand in it, in the page's language, before any script runs.

import { sentencesOf } from './speaking.js';

/** An element that is empty but for its key. */
const EMPTY = /(<[a-z][^<>]*?\sdata-t="([\w.]+)"[^<>]*>)(?=<\/)/g;
const ATTRIBUTE = /\sdata-t-([a-z-]+)="([\w.]+)"/g;

/** Markup with the sentences, in an offered language, whose keys it carries; a key without a sentence stays alone. */
export async function withSentences(html: string, language: string): Promise<string> {
  const sentences = await sentencesOf(language);
  const said = (key: string, put: (sentence: string) => string): string => (Object.hasOwn(sentences, key) ? put(escaped(sentences[key] ?? '')) : '');
  return html
    .replace(EMPTY, (tag: string, _, key: string) => tag + said(key, (sentence) => sentence))
    .replace(ATTRIBUTE, (mark: string, name: string, key: string) => mark + said(key, (sentence) => ` ${name}="${sentence}"`));
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
