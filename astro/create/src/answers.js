// What is asked: each answer read from text, whether it was typed or given as an option.

import { readdir } from 'node:fs/promises';
import { relative, resolve } from 'node:path';

/** What a person can mend, with what to do. */
export class Unusable extends Error {}

const MAX_NAME = 100;
/** What may lie in a folder that counts as empty: what Git and file managers leave there. */
const NOTHING = new Set(['.git', '.DS_Store', 'Thumbs.db']);

/** The folder for a site: it isn't there yet, or has nothing in it. */
export async function folderFrom(text) {
  const typed = text.trim();
  if (!typed) throw new Unusable('Say which folder the site goes into, such as my-club, or . for this one.');
  const folder = resolve(typed);
  let inside;
  try {
    inside = await readdir(folder);
  } catch (error) {
    if (error.code === 'ENOENT') return folder;
    if (error.code === 'ENOTDIR') throw new Unusable(`${typed} is a file, or lies below one. Say a folder that is empty or not there yet.`);
    throw new Unusable(`${typed} can't be read: ${error.message}`);
  }
  const found = inside.filter((name) => !NOTHING.has(name));
  if (found.length > 0) throw new Unusable(`${relative('', folder) || 'This folder'} isn't empty: it has ${found.sort().slice(0, 3).join(', ')}${found.length > 3 ? ' and more' : ''}. Say a folder that is empty or not there yet.`);
  return folder;
}

/** Where Masthead is, as the site's `.env` has it. */
export function urlFrom(text) {
  const typed = text.trim();
  const url = URL.canParse(typed) ? new URL(typed) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new Unusable(`“${typed}” is no address. Say where Masthead is, such as https://members.club.example.`);
  if (url.username || url.password) throw new Unusable('The address of Masthead takes no name and no password: it is public, and the site tells it to every browser.');
  // A dollar sign would be a variable in `.env`.
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`.replaceAll('$', '%24');
}

/** One line, which does nothing to a terminal. */
const line = (text) => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

/** What a server says of its name, as far as it is a name. */
export const nameOf = (text) => [...line(text)].slice(0, MAX_NAME).join('');

export function nameFrom(text) {
  const name = line(text);
  if (!name) throw new Unusable('Say what the site is called.');
  if ([...name].length > MAX_NAME) throw new Unusable(`The site's name has at most ${MAX_NAME} characters.`);
  return name;
}

export function templateFrom(text, templates) {
  if (!templates.includes(text)) throw new Unusable(`There is no template “${text}”. There is: ${templates.join(', ')}.`);
  return text;
}
