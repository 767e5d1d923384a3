// Draws diagrams by Mermaid, in a page of its own that a sandbox shuts off: it is told a source, and answers with a drawing. Mermaid itself was
// loaded before, as a script of this page.

/** @typedef {{ initialize(options: object): void, render(id: string, source: string): Promise<{ svg: string }> }} Mermaid */

const FONT = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
/** What no diagram says for itself: who wrote it isn't whose page it is. Mermaid takes these out of a diagram's own settings, wherever they stand in them. */
const SECURE = [
  'secure', 'securityLevel', 'startOnLoad', 'maxTextSize', 'maxEdges', 'suppressErrorRendering', 'htmlLabels', 'theme', 'themeCSS', 'themeVariables', 'darkMode', 'fontFamily', 'altFontFamily',
  'dompurifyConfig', 'legacyMathML', 'forceLegacyMathML', 'deterministicIds', 'deterministicIDSeed', 'logLevel', 'layout', 'elk',
];

/** What means something on a page alone. */
const ACTIVE = 'script, iframe, object, embed, image, img, link, meta, base, audio, video, form, input, button, use:not([href^="#"])';

/** @param {string} source @param {boolean} dark */
async function drawn(source, dark) {
  const mermaid = /** @type {{ mermaid?: Mermaid }} */ (globalThis).mermaid;
  if (!mermaid) throw new Error('Mermaid isn’t there');
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    secure: SECURE,
    htmlLabels: false,
    flowchart: { htmlLabels: false },
    class: { htmlLabels: false },
    maxTextSize: 20_000,
    maxEdges: 500,
    suppressErrorRendering: true,
    theme: dark ? 'dark' : 'default',
    fontFamily: FONT,
  });
  const { svg } = await mermaid.render('drawing', source);
  // Mermaid writes HTML, and an image is XML.
  const root = new DOMParser().parseFromString(svg, 'text/html').querySelector('svg');
  const [, , width = 0, height = 0] = (root?.getAttribute('viewBox') ?? '').split(/[\s,]+/).map(Number);
  if (!root) throw new Error('nothing came of it');
  // In an image none of it does anything: this is the same once more.
  for (const element of root.querySelectorAll(ACTIVE)) element.remove();
  for (const element of root.querySelectorAll('*')) {
    for (const { name, localName, value } of [...element.attributes]) if (/^on/i.test(localName) || (/^(?:xlink:)?href$/.test(name) && !value.startsWith('#'))) element.removeAttribute(name);
  }
  root.removeAttribute('style');
  root.setAttribute('width', `${width}`);
  root.setAttribute('height', `${height}`);
  const contents = said(root, ':scope > title, :scope > desc') || said(root, 'text, foreignObject');
  return { svg: new XMLSerializer().serializeToString(root), width: Math.ceil(width), height: Math.ceil(height), contents };
}

/** What is written in elements, each text once. @param {Element} root @param {string} selector */
function said(root, selector) {
  const texts = [...root.querySelectorAll(selector)].map(({ textContent }) => (textContent ?? '').replace(/\s+/g, ' ').trim());
  return [...new Set(texts)].filter(Boolean).join(', ');
}

addEventListener('message', ({ source: sender, ports: [port], data }) => {
  // As a page of the site's it would be within reach of the site's cookies: Mermaid runs where the sandbox has taken them away, or not at all.
  if (sender !== parent || data !== 'masthead-diagrams' || !port || origin !== 'null') return;
  port.onmessage = async ({ data: { source, dark } }) => {
    try {
      port.postMessage(await drawn(String(source), dark === true));
    } catch (error) {
      port.postMessage({ error: String(error) });
    }
  };
  port.postMessage('ready');
});
