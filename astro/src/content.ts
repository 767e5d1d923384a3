// What becomes of a member's document beyond its Markdown: each part can be switched off by the site.

import type { PicturesOptions } from './pictures.js';

/** What members' documents get in this site. All of it is on where nothing is said. */
export interface ContentOptions {
  /** `> [!tip] Title` as a callout. */
  callouts?: boolean | undefined;
  /** Boxes of task lists named for screen readers. */
  tasks?: boolean | undefined;
  /** `$x$` and `$$` as formulas. */
  math?: boolean | undefined;
  /** Code in the language `mermaid` as a diagram. */
  diagrams?: boolean | undefined;
  /** A link to a video that stands alone as a picture of it, which loads nothing until it is clicked. */
  videos?: boolean | undefined;
  /** Sizes of pictures, and which the browser fetches. */
  pictures?: boolean | PicturesOptions | undefined;
}
