// What becomes of a member's document beyond its Markdown: each part can be switched off by the site.

import type { PicturesOptions } from './pictures.js';

/** What members' documents get in this site. All of it is on where nothing is said. */
export interface ContentOptions {
  /** `> [!tip] Title` as a callout; in Starlight as one of its asides. */
  callouts?: boolean | undefined;
  /** Boxes of task lists named for screen readers. */
  tasks?: boolean | undefined;
  /** `$x$` and `$$` as formulas. */
  math?: boolean | undefined;
  /** Code in the language `mermaid` as a diagram, where the site has installed `beautiful-mermaid`. */
  diagrams?: boolean | undefined;
  /** A link to a video that stands alone as a picture of it, which loads nothing until it is clicked. */
  videos?: boolean | VideosOptions | undefined;
  /** Sizes of pictures, and which the browser fetches. */
  pictures?: boolean | PicturesOptions | undefined;
  /** Wide tables scroll in a box of their own. */
  tables?: boolean | undefined;
  /** The heading of footnotes and their ways back in the document's language. */
  footnotes?: boolean | undefined;
}

export interface VideosOptions {
  /**
   * Hosts of PeerTube whose videos play in the page, such as `video.club.example`: said to `masthead()`. Of others a click
   * leads to the video's own page, since whoever runs the host decides what stands in the frame.
   *
   * @default none
   */
  peertube?: readonly string[] | undefined;
}

/** What a loader was told before what the integration was told. */
export function contentOf(own: ContentOptions | undefined, integration: ContentOptions | undefined): ContentOptions {
  const said = Object.entries(own ?? {}).filter(([, value]) => value !== undefined);
  return { ...integration, ...Object.fromEntries(said) };
}
