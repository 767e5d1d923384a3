// The marks of states, for pages that don't say their encoding: a style sheet is read in the page's, a module always in UTF-8.

/** By the names that the style sheets have for them. */
const MARKS = { full: '●', empty: '○', quarter: '◔', clock: '◷', cross: '✕', dots: '…', pencil: '✎', star: '★', tick: '✓' };

/** Gives the page's components their marks. A site's own rule for one of these variables counts more. */
export function bringMarks(): void {
  const sheet = new CSSStyleSheet();
  const variables = Object.entries(MARKS).map(([name, mark]) => `--mh-mark-${name}: "${mark}";`);
  sheet.replaceSync(`:where(.masthead) { ${variables.join(' ')} }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
