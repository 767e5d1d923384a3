// Hostile Markdown and HTML as a member might send it, with the converter taken away: for the wall
// of the loaders alone.

import { PLACES } from '../../../tests/rendering/places.mjs';

/** Markup by itself; each stands in each of the places. */
export const MARKUP = [
  // What runs.
  '<script>globalThis.ran = 1</script>',
  '<scr<script>ipt>globalThis.ran = 1</scr</script>ipt>',
  '<script\n>globalThis.ran = 1</script\n>',
  '<img src=x onerror="globalThis.ran = 1">',
  '<img src=x:x onerror=globalThis.ran=1//',
  '<img/src="x"/onerror="globalThis.ran=1">',
  '<p onclick=globalThis.ran=1 onmouseover=globalThis.ran=1>x</p>',
  '<details ontoggle=globalThis.ran=1 open><summary>x</summary></details>',
  '<video onloadstart=globalThis.ran=1 src="https://e.example/v.mp4"><source onerror=globalThis.ran=1></video>',
  '<audio src=x onerror=globalThis.ran=1>',
  '<input type=image src=x onerror=globalThis.ran=1><input autofocus onfocus=globalThis.ran=1>',
  '<marquee onstart=globalThis.ran=1>x</marquee><isindex action=javascript:globalThis.ran=1 type=image>',
  '<body onload=globalThis.ran=1><html onclick=globalThis.ran=1><frameset onload=globalThis.ran=1>',
  '<a href="javascript:globalThis.ran=1">x</a>',
  '<a href="java\tscript:globalThis.ran=1">x</a><a href="&#1;javascript:globalThis.ran=1">x</a><a href="java&NewLine;script&colon;globalThis.ran=1">x</a>',
  '<a href=" \u00a0javascript:globalThis.ran=1">x</a><a href="JaVaScRiPt://e.example/%0aglobalThis.ran=1">x</a>',
  '<a href="data:text/html,<script>globalThis.ran=1</script>">x</a><a href="vbscript:x">x</a><a href="blob:https://e.example/x">x</a><a href="filesystem:https://e.example/x">x</a>',
  '[x](javascript:globalThis.ran=1) [x](<java&#10;script:globalThis.ran=1>) ![x](javascript:globalThis.ran=1) <javascript:globalThis.ran=1>',
  '<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+"><img src="data:text/html,x"><img srcset="javascript:x 1x, data:text/html,x 2x">',
  '<iframe src="javascript:globalThis.ran=1"></iframe><iframe srcdoc="<script>parent.ran=1</script>"></iframe>',
  '<object data="javascript:globalThis.ran=1"></object><embed src="javascript:globalThis.ran=1"><applet code=x></applet><portal src="https://e.example/"></portal>',
  '<form action="javascript:globalThis.ran=1"><input type=submit formaction="javascript:globalThis.ran=1"><button formaction="javascript:globalThis.ran=1">x</button></form>',
  '<svg onload=globalThis.ran=1><script>globalThis.ran=1</script><a xlink:href="javascript:globalThis.ran=1"><text>x</text></a><animate onbegin=globalThis.ran=1 /></svg>',
  '<svg><use href="data:image/svg+xml,<svg id=x onload=globalThis.ran=1>#x"></use><foreignObject><iframe srcdoc=x></iframe></foreignObject></svg>',
  '<math href="javascript:globalThis.ran=1"><mi xlink:href="javascript:globalThis.ran=1">x</mi><maction actiontype="statusline" xlink:href="javascript:globalThis.ran=1">x</maction></math>',
  '<link rel=stylesheet href="https://e.example/x.css"><link rel=import href="https://e.example/"><link rel=prerender href="https://e.example/">',
  '<base href="https://e.example/"><base target=_top>',
  '<meta http-equiv=refresh content="0;url=https://e.example/"><meta http-equiv="Content-Security-Policy" content="script-src *"><meta name=referrer content=unsafe-url>',
  '<style>@import "https://e.example/x.css"; body { display: none }</style>',
  '<div style="position:fixed;inset:0;background:url(https://e.example/x)">x</div><span style="color:red;position:fixed;z-index:9">x</span><pre style="background-color:url(https://e.example/x);color:expression(x)">x</pre>',
  '<th style="text-align:left;background:url(x)">x</th><span style="color:\\75 rl(x)">x</span><span style="color:re/**/d;/**/position:fixed">x</span>',
  // What leaves the article, or takes of the page what isn't its own.
  '</div></article></main></body></html> the end <footer id="the-end">',
  '</p></section></details></table></td></li></ul><div>',
  '<!-- never closed',
  '<!--> <img src=x onerror=globalThis.ran=1> -->',
  '<!--- --!> <img src=x onerror=globalThis.ran=1>',
  '<![CDATA[ <img src=x onerror=globalThis.ran=1> ]]>',
  '<? <img src=x onerror=globalThis.ran=1> ?><!doctype html><!x <img src=x onerror=globalThis.ran=1>>',
  '<template><img src=x onerror=globalThis.ran=1></template><template shadowrootmode=open><style>*{display:none}</style></template>',
  '<noscript><p title="</noscript><img src=x onerror=globalThis.ran=1>"></noscript>',
  '<plaintext><img src=x onerror=globalThis.ran=1>',
  '<textarea></textarea><img src=x onerror=globalThis.ran=1><textarea>',
  '<title></title><img src=x onerror=globalThis.ran=1><xmp><img src=x onerror=globalThis.ran=1></xmp><noembed><img src=x onerror=globalThis.ran=1></noembed><noframes>',
  '<select><option><img src=x onerror=globalThis.ran=1></select><select><selectedcontent></select>',
  '<button popovertarget=x command=show-modal commandfor=x>x</button><div popover id=x>x</div><dialog open>x</dialog>',
  '<x-y is="z" slot="a" part="b">x</x-y><masthead-login data-url="https://e.example">x</masthead-login><astro-island client:load component-url="https://e.example/x.js" renderer-url=x>x</astro-island>',
  '<div data-astro-reload data-astro-prefetch data-astro-transition="x" transition:name=x client:load set:html=x data-pagefind-body data-sveltekit-x hx-get="https://e.example/" x-data="globalThis.ran=1" @click="globalThis.ran=1" :href="x" v-html="x" ng-app>x</div>',
  '<li>x<td>y<tr><th>z<dd>a<dt>b<caption>c<col><colgroup><tbody>',
  // What may be left open in HTML, and must not be at the end of an article.
  '<ul><li>x',
  '<dl><dt>x<dd>y',
  '<ol><li>x<ul><li>y</ul>',
  '<table><tr><td>x<ruby>y<rp>(<rt>z',
  '<p id="cookie" name="getElementById">x</p><img name=currentScript id=body src="https://e.example/x.png"><a id=defaultView name=location href="#">x</a><form id=document><input name=attributes></form>',
  '<p class="modal fixed inset-0 astro-code callout sr-only">x</p><pre class="fixed inset-0">x</pre><span class="astro-route-announcer">x</span>',
  '<a href="https://e.example/" target=_blank rel="opener">x</a><a href="https://e.example/" target="_blank" rel="OPENER&#9;noopener nofollow">x</a><a href="https://e.example/" target=_top>x</a><a href="https://e.example/" target="x">x</a><a ping="https://e.example/" attributionsrc download href="https://e.example/">x</a>',
  '<blockquote cite="javascript:globalThis.ran=1">x</blockquote><del cite="data:text/html,x">x</del><table background="https://e.example/x"><tr><td background="javascript:x">y</table>',
  '<img src="../../secret.png" srcset="a.png 1x, ./b.png 2x, https://e.example/c,d.png 3x" longdesc=x lowsrc=x usemap="#m"><video poster=x src="../x"></video><map name=m><area href="javascript:globalThis.ran=1"></map>',
  // Two namespaces, two meanings.
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=globalThis.ran=1&gt;">',
  '<svg></p><style><a id="</style><img src=1 onerror=globalThis.ran=1>">',
  '<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=globalThis.ran=1 src>">',
  '<math><annotation-xml encoding="text/html"><style></math><img src=x onerror=globalThis.ran=1></style></annotation-xml></math>',
  '<svg><desc><b><style></svg><img src=x onerror=globalThis.ran=1></style></b></desc></svg>',
  '<math><mi//xlink:href="data:x,<script>globalThis.ran=1</script>"><svg><foreignObject><math><mi></svg><img src onerror=globalThis.ran=1>',
  '<a><svg><a><p></a><b></p></svg><i></a></b>x</i>',
  '<p title="</p><img src=x onerror=globalThis.ran=1>">x</p><p title=\'"><img src=x onerror=globalThis.ran=1>\'>x</p><p title="`<img src=x onerror=globalThis.ran=1>`">x</p>',
  '<b><i><u><a href=x><b><i><table><a href=y><tr><td></a></b>x</table></i></b>',
  // What Astro and Vite read out of texts.
  '`__ASTRO_IMAGE_="x"`',
  '![x](https://e.example/x.png "__ASTRO_IMAGE_=\'x\' onerror=globalThis.ran=1")',
  '<img title=\'__ASTRO_IMAGE_="{&quot;src&quot;:&quot;https://e.example/x.png&quot;,&quot;onerror&quot;:&quot;globalThis.ran=1&quot;}"\' src="https://e.example/x.png">',
  '<img __ASTRO_IMAGE_=\'{"src":"https://e.example/x.png","onerror":"globalThis.ran=1","alt":"\\"><img src=x onerror=globalThis.ran=1>"}\'>',
  '<img __ASTRO_IMAGE_=\'{"src":"../../../../etc/passwd.png"}\'><img __ASTRO_IMAGE_="{"><img __ASTRO_IMAGE_="null"><img __ASTRO_IMAGE_="[1]">',
  '`__ASTRO_ASSET_IMAGE__x__` `__VITE_ASSET__aaaaaaaaaaaaaaaaaaaaaa__` `__VITE_PUBLIC_ASSET__abcdefgh__` `__VITE_CSS_URL__61__` `__VITE_INLINE_CSS__abcdefgh_0__`',
  '`import.meta.env` `__astro_import_meta_env` `__astro_import_meta_env____________________` `"$$server-islands-map$$"` `"@@ASTRO_MANIFEST_REPLACE@@"` `!~{001}~` `import.meta.ROLLDOWN_FILE_URL_x` `__VITE_PRELOAD__` `__VITE_IS_MODERN__`',
  '[x](https://e.example/__VITE_ASSET__aaaaaaaaaaaaaaaaaaaaaa__) <p title="__ASTRO_ASSET_IMAGE__x__">x</p>',
];

export interface Document {
  name: string;
  body: string;
}

/** Every markup in every place. */
export function documents(): Document[] {
  return MARKUP.flatMap((markup, at) => PLACES.map((place, to) => ({ name: `markup ${at + 1} in place ${to + 1}`, body: place(markup) })));
}

/** What parsers of HTML stumble over, to be put together. */
const PIECES = [
  '<a href=x>', '</a>', '<b>', '</b>', '<i>', '<table>', '<tr>', '<td>', '</table>', '<svg>', '</svg>', '<math>', '<mtext>', '<mglyph>', '<style>', '</style>', '<!--', '-->', '<p>',
  '</p>', '<li>', '<ul>', '</ul>', '<select>', '<option>', '</select>', '<template>', '</template>', '<noscript>', '<textarea>', '</textarea>', '<title>', '<form>',
  '<input type=checkbox>', '<button>', '<h1>', '</h1>', '<dd>', '<dl>', '<details>', '<summary>', '<pre>\n\n', '<img src=x onerror=globalThis.ran=1>', '<frameset>', '<body onload=x>', '</body>',
  '</html>', '<plaintext>', '<foreignObject>', '<annotation-xml encoding="text/html">', '<font size=1>', '<nobr>', '<caption>', '<col>', '<ruby>', '<rt>', '<iframe>', '<xmp>', '<script>',
  '</script>', '"', "'", '`', 'x', '\n\n', '&lt;', '<![CDATA[', ']]>', '<center>', '<marquee>', '<object>', '</object>', '</article>', '</div>', '<div>', '<hr>', '<br>', '</br>', '<image>', '\0', '\f',
];

/** Pieces in an order that a seed decides. */
export function* random(count: number, seed: number): Generator<string> {
  let state = seed;
  const below = (limit: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % limit;
  };
  for (let made = 0; made < count; made += 1) yield Array.from({ length: 2 + below(14) }, () => PIECES[below(PIECES.length)]).join('');
}
