// What a build makes of the components' markup: the sentences stand in it, in the page's language, before any script runs.

import { sentencesOf } from './speaking.js';

/** An element that is empty but for its key. */
const EMPTY = /(<[a-z][^<>]*?\sdata-t="([\w.]+)"[^<>]*>)(?=<\/)/g;
const ATTRIBUTE = /\sdata-t-([a-z-]+)="([\w.]+)"/g;

/** Markup with the sentences, in an offered language, whose keys it carries; a key without a sentence stays alone. */
export async function withSentences(html: string, language: string): Promise<string> {
  const sentences = await sentencesOf(language);
  const said = (key: string): string => escaped(sentences[key] ?? '');
  return html.replace(EMPTY, (_, tag: string, key: string) => tag + said(key)).replace(ATTRIBUTE, (mark, name: string, key: string) => `${mark} ${name}="${said(key)}"`);
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
