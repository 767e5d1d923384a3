// What the dev server and the toolbar's panel say to each other.

import type { News } from '../news.js';

/** The panel wants to know. */
export const ASKED = 'masthead-astro:asked';
/** What the server says. */
export const SENT = 'masthead-astro:sent';

/** All that the panel is told. */
export interface Sent {
  /** Address of Masthead. */
  server: string;
  /** Address of the page on which members sign in; empty for none. */
  account: string;
  news: News[];
}
