// What is known of a diagram in Mermaid's language before anybody draws it: what drawing it may cost, on whatever machine.

/** In characters. */
const MAX_SOURCE = 20_000;
/** Layouts take more than twice the time for twice the edges: the slowest kind takes about two seconds for 200 on a machine of 2024, and far more for 400. */
const MAX_EDGES = 200;
/** Each may be a box, a message or a point: 1,000 boxes take more memory than the thread has that draws them. */
const MAX_STATEMENTS = 500;
/** In characters: a box is as wide as its line. */
const MAX_LINE = 2_000;

const FLOWCHART = /^(?:graph|flowchart)\b/;
/** Its messages stand one below the other, and no layout is looked for. */
const SEQUENCE = /^sequenceDiagram\b/;
/** What an edge is drawn by. */
const LINK = /(?:[-=~]|\.-|-\.)[-=.~>]*[-=~>]/g;
/** The same in a flowchart, where two dashes before a space begin the words of an edge, and don't end it. */
const LINK_WITH_WORDS = /(?!(?:--|==|-\.)[ \t])(?:[-=~]|\.-|-\.)[-=.~>]*[-=~>]/g;
/** Statements that mean something on a page with scripts, and directives: the library takes some of them for boxes. */
const PASSED_OVER = /^[ \t]*(?:click[ \t]+\w|callback[ \t]+\w+[ \t]+"|links?[ \t]+\w+[ \t]*:|acc(?:Title|Descr)\b|%%).*$/gm;
const FRONTMATTER = /^\s*---\r?\n[^]*?\r?\n---[ \t]*\r?\n/;

/** The diagram alone. */
export const plain = (source: string): string => source.replace(FRONTMATTER, '').replace(PASSED_OVER, '').trim();

/**
 * How many edges it may have, at most. `A & B --> C & D` are four: of boxes on one line, the most edges that are possible are those from one
 * half of them to the other.
 */
export function edgesOf(source: string): number {
  const diagram = plain(source);
  if (SEQUENCE.test(diagram)) return 0;
  const isFlowchart = FLOWCHART.test(diagram);
  let edges = 0;
  for (const line of diagram.split('\n')) {
    const links = line.match(isFlowchart ? LINK_WITH_WORDS : LINK)?.length ?? 0;
    const joined = isFlowchart ? line.split('&').length - 1 : 0;
    edges += links === 0 || joined === 0 ? links : Math.floor(((joined + links + 1) / 2) ** 2);
  }
  return edges;
}

/** Statements, each of which may be a box of its own. */
const statementsIn = (source: string): number => source.split(/[\n;&]/).length;

/** What drawing it takes, in edges: five boxes are one. */
export const weightOf = (source: string): number => edgesOf(source) + statementsIn(source) / 5;

/** Whether it is small enough to be drawn: a page is the same whether a fast machine made it or a slow one. */
export function isDrawable(source: string): boolean {
  if (source.length > MAX_SOURCE || statementsIn(source) > MAX_STATEMENTS) return false;
  return source.split('\n').every(({ length }) => length <= MAX_LINE) && edgesOf(source) <= MAX_EDGES;
}
