// Masthead in Astro's toolbar: who is signed in, what waits, and what the loaders did last. Every text is set as text.

import type { DevToolbarApp } from 'astro';
import { createClient } from '../client.js';
import { h } from '../desk/dom.js';
import { ASKED, SENT, type Sent } from './events.js';

const STYLE = `
  h1 { margin: 0 0 .75rem; font-size: 1.25rem; color: #fff }
  section { margin: 0 0 1rem }
  h2 { margin: 0 0 .25rem; font-size: 1rem; color: #fff }
  p, li { margin: .25rem 0; font-size: .875rem; line-height: 1.5; overflow-wrap: anywhere }
  ul { margin: 0; padding-inline-start: 1.1rem; max-height: 12rem; overflow: auto }
  a { color: #b9a3ff }
  .wrong { color: #ffb3a1 }
`;

/** How many lines a list has at most. */
const MOST = 50;
const PAUSE_MS = 10_000;
/** States in which a document isn't what its author last sent. */
const WAITS: ReadonlySet<string> = new Set(['processing', 'waiting', 'scheduled']);

interface Member {
  line: string;
  waiting: string[];
}

/** What the member of this browser has; the session is that of the components, which is in this origin's storage. */
async function member(server: string): Promise<Member> {
  const client = createClient({ url: server });
  if (!client.signedIn) return { line: 'Nobody is signed in.', waiting: [] };
  try {
    const [{ name, handle }, readmes] = await Promise.all([client.me(), client.readmes()]);
    const waiting = readmes.flatMap(({ title, slug, state, site }) => {
      const what = WAITS.has(state) ? state : site?.state === 'queued' ? 'queued for the next build' : undefined;
      return what ? [`${title ?? slug}: ${what}`] : [];
    });
    return { line: `${name} (${handle}) is signed in, with ${readmes.length === 1 ? '1 document' : `${readmes.length} documents`}.`, waiting };
  } catch (error) {
    return { line: `Who is signed in can’t be told: ${error instanceof Error ? error.message : error}`, waiting: [] };
  }
}

const section = (title: string, ...content: Node[]): HTMLElement => h('section', {}, h('h2', {}, title), ...content);
const p = (text: string, kind?: string): HTMLElement => h('p', { class: kind }, text);
const list = (lines: readonly string[]): HTMLElement => h('ul', {}, ...lines.slice(0, MOST).map((line) => h('li', {}, line)), lines.length > MOST && h('li', {}, `and ${lines.length - MOST} more`));
/** A link; an address that isn't the web's stays a text. */
const link = (href: string, text: string): Node => (/^(https?:\/\/|\/(?!\/))/.test(href) ? h('a', { href, target: '_blank', rel: 'noopener' }, text) : document.createTextNode(text));

function drawn({ server, account, news }: Sent, { line, waiting }: Member): Node[] {
  return [
    section('Member', p(line), ...(waiting.length > 0 ? [list(waiting)] : [])),
    ...news.map(({ collection, at, entries, fetched, removed, passedOver, away }) =>
      section(
        `Collection “${collection}”`,
        p(`${new Date(at).toLocaleTimeString()}: ${entries} entries, ${fetched} fetched, ${removed} removed${passedOver.length > 0 ? `, ${passedOver.length} passed over` : ''}.`),
        ...(away ? [p(`Masthead is away: ${away}`, 'wrong')] : []),
        ...(passedOver.length > 0 ? [list(passedOver.map(({ id, why }) => `${id}: ${why}`))] : []),
      ),
    ),
    ...(news.length === 0 ? [section('Collections', p('No loader of Masthead has run yet.'))] : []),
    h('p', {}, ...(account ? [link(account, 'Account page'), ' · '] : []), link(server, 'Masthead')),
  ];
}

const app: DevToolbarApp = {
  init(canvas, target, server) {
    let sent: Sent | undefined;
    let open = false;
    const body = h('div');
    const window = document.createElement('astro-dev-toolbar-window');
    window.append(h('style', {}, STYLE), h('header', {}, h('h1', {}, 'Masthead')), body);
    canvas.append(window);

    const draw = async (): Promise<void> => {
      if (!sent) return;
      const { news } = sent;
      target.toggleNotification(news.some(({ passedOver, away }) => away || passedOver.length > 0) ? { state: true, level: 'warning' } : { state: false });
      if (open) body.replaceChildren(...drawn(sent, await member(sent.server)));
    };
    server.on<Sent>(SENT, (said) => {
      sent = said;
      void draw();
    });
    target.onToggled(({ state }) => {
      open = state;
      void draw();
    });
    setInterval(() => open && void draw(), PAUSE_MS);
    server.send(ASKED, {});
  },
};
export default app;
