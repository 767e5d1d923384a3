// Videos that play in the page once somebody clicks: until then nothing is loaded from anybody. A file of the site, on pages with a video.

/** Hosts of PeerTube that the site named; integration/islands.ts writes them here, with a space between. */
const PEERTUBE = 'MASTHEAD_PEERTUBE_HOSTS'.split(' ');

const YOUTUBE = /^(?:www\.|m\.|music\.)?youtube(?:-nocookie)?\.com$/;
const YOUTUBE_ID = /^[\w-]{11}$/;
const PEERTUBE_PATH = /^\/(?:w|videos\/watch|videos\/embed)\/([1-9A-HJ-NP-Za-km-z]{22}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/?$/;

/**
 * A video by the address of its page or of its frame; `null` for any other address.
 *
 * @param {string} address
 * @returns {{ service: 'YouTube' | 'Vimeo' | 'PeerTube', host: string, page: string, frame: string } | null}
 */
export function videoOf(address) {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.port || url.username || url.password) return null;
  const host = url.hostname;
  const start = Number(/^(\d{1,6})s?$/.exec(url.searchParams.get('t') ?? url.searchParams.get('start') ?? '')?.[1] ?? 0);
  if (YOUTUBE.test(host) || host === 'youtu.be') {
    const [, kind = '', rest = ''] = url.pathname.split('/');
    const id = host === 'youtu.be' ? kind : kind === 'watch' ? (url.searchParams.get('v') ?? '') : ['embed', 'shorts', 'live', 'v'].includes(kind) ? rest : '';
    if (!YOUTUBE_ID.test(id)) return null;
    const page = `https://www.youtube.com/watch?v=${id}${start ? `&t=${start}s` : ''}`;
    return { service: 'YouTube', host: 'youtube.com', page, frame: `https://www.youtube-nocookie.com/embed/${id}?autoplay=1${start ? `&start=${start}` : ''}` };
  }
  if (/^(?:www\.|player\.)?vimeo\.com$/.test(host)) {
    const [, id, key] = /^\/(?:video\/)?(\d{5,12})(?:\/([0-9a-f]{6,20}))?\/?$/.exec(url.pathname) ?? [];
    if (!id) return null;
    return { service: 'Vimeo', host: 'vimeo.com', page: `https://vimeo.com/${id}${key ? `/${key}` : ''}`, frame: `https://player.vimeo.com/video/${id}?autoplay=1&dnt=1${key ? `&h=${key}` : ''}` };
  }
  const id = PEERTUBE_PATH.exec(url.pathname)?.[1];
  if (!id || url.protocol !== 'https:') return null;
  return { service: 'PeerTube', host, page: `https://${host}/w/${id}`, frame: `https://${host}/videos/embed/${id}?autoplay=1` };
}

/** Whether a frame may show it: of PeerTube, what the hosts show that the site named, and never the site itself. */
const isFramed = (/** @type {NonNullable<ReturnType<typeof videoOf>>} */ video) => (video.service !== 'PeerTube' || PEERTUBE.includes(video.host)) && new URL(video.frame).origin !== location.origin;

/** @param {Document} page */
function listen(page) {
  // Where the page's policy has no frames, a click leads to the video as it would without this script.
  let forbidden = false;

  page.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('.masthead-video > a') : null;
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!(link instanceof HTMLAnchorElement) || !isPlain || event.defaultPrevented || forbidden) return;
    // The address is read anew, whatever wrote the markup.
    const video = videoOf(link.href);
    if (!video || !isFramed(video)) return;
    event.preventDefault();
    const frame = page.createElement('iframe');
    const refused = (/** @type {SecurityPolicyViolationEvent} */ violation) => {
      if (!/^(?:frame|child|default)-src$/.test(violation.effectiveDirective) || !violation.blockedURI.startsWith(new URL(video.frame).origin)) return;
      forbidden = true;
      page.removeEventListener('securitypolicyviolation', refused);
      frame.replaceWith(link);
      location.assign(link.href);
    };
    page.addEventListener('securitypolicyviolation', refused);
    frame.addEventListener('load', () => setTimeout(() => page.removeEventListener('securitypolicyviolation', refused), 1000));
    frame.title = link.textContent?.trim() || video.service;
    // YouTube shows nothing to who doesn't say where they are; the page's path is nobody's business.
    frame.referrerPolicy = 'strict-origin';
    frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-presentation allow-popups allow-popups-to-escape-sandbox');
    frame.allow = 'autoplay; encrypted-media; fullscreen; picture-in-picture';
    frame.allowFullscreen = true;
    frame.tabIndex = 0;
    frame.src = video.frame;
    link.replaceWith(frame);
    frame.focus();
  });
}

// A build reads addresses by this file, too.
if (typeof document !== 'undefined') listen(document);
