// What a site may say about members' documents among its docs on Starlight.

/** Members' documents on Starlight; everything has a default. */
export interface StarlightOptions {
  /**
   * What the group in the sidebar is called: one text, or one for each language (`{ en: 'Members', de: 'Mitglieder' }`).
   *
   * @default "Members" in the language of the page
   */
  label?: string | Readonly<Record<string, string>> | undefined;
  /**
   * `member`: a group for each member, whose own page comes first. `flat`: all documents in one list, by their titles.
   *
   * @default 'member'
   */
  group?: 'member' | 'flat' | undefined;
  /**
   * Whether the group is closed until the reader opens it or is on one of its pages.
   *
   * @default closed where it has more than 12 rows
   */
  collapsed?: boolean | undefined;
  /**
   * Whether a document's page begins with its author, the author's picture and the date.
   *
   * @default true
   */
  byline?: boolean | undefined;
  /**
   * The page with `<ReadmeEditor />`, to which “Edit page” of members' documents leads, such as `/write/`; `false` for no such link.
   *
   * @default the page that `masthead()` brings; without that none
   */
  editor?: string | false | undefined;
}

/** What the route middleware is told, as JSON of a virtual module. */
export interface Told {
  labels: Readonly<Record<string, string>>;
  group: 'member' | 'flat';
  collapsed: boolean | null;
  byline: boolean;
  /** The address of the style for members' documents; `null` where the site doesn't have the integration. */
  style: string | null;
  editor: string | null;
  /** How the site writes addresses. */
  base: string;
  format: 'file' | 'directory' | 'preserve';
  trailingSlash: 'always' | 'never' | 'ignore';
}
