// Hostile formulas and diagrams, as a member might write them.

/** TeX that would act, or cost, or leave its place. */
export const TEX = [
  '\\href{javascript:globalThis.ran=1}{x}', '\\url{javascript:x}', '\\includegraphics{https://e.example/x.png}', '\\html{<img src=x onerror=globalThis.ran=1>}', '\\htmlClass{fixed}{x}',
  '\\class{modal}{x}', '\\id{cookie}{x}', '\\style{position:fixed}{x}', '\\htmlStyle{position:fixed}{x}', '\\data{x=y}{x}', '\\htmlData{x=y}{x}', '\\label{x}\\ref{x}\\eqref{x}',
  '\\text{<img src=x onerror=globalThis.ran=1>}', '\\text{</math><script>globalThis.ran=1</script>}', '\\text{$<style>$}', '<img src=x onerror=globalThis.ran=1>', '</math><iframe>', '"><script>',
  '\\color{red;position:fixed}x', '\\color{url(https://e.example)}x', '\\colorbox{red;background:url(x)}{x}', '\\textcolor{#f00;}{x}', '\\def\\a{\\a\\a}\\a', '\\def\\a{\\a}\\a', '\\newcommand\\a{\\a}\\a',
  '\\def\\a{xxxxxxxxxx}\\def\\b{\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a}\\def\\c{\\b\\b\\b\\b\\b\\b\\b\\b\\b\\b}\\def\\d{\\c\\c\\c\\c\\c\\c\\c\\c\\c\\c}\\d\\d\\d\\d', '\\kern{-100em}x', '\\kern{9999px}x', '\\rule{9999em}{9999em}', '\\raisebox{9999em}{x}', '\\hspace{-50em}x',
  '{'.repeat(1_900) + '}'.repeat(1_900), '\\sqrt{'.repeat(600) + 'x' + '}'.repeat(600), '\\frac{'.repeat(600), 'x'.repeat(5_000), '\\begin{matrix}' + '&'.repeat(3_900), '\\char"202e', '\\unicode{x202e}',
  '\\begin{CD} A @>\\text{<svg onload=globalThis.ran=1>}>> B \\end{CD}', '\\ce{<img src=x onerror=globalThis.ran=1>}', '\\tag{<script>}x', '\\verb|<script>|', '\\begin{array}{@{\\href{javascript:x}{x}}c}x\\end{array}', '__ASTRO_IMAGE_', '\\text{__VITE_ASSET__x__}', '\\mathchoice{a}{b}{c}{d}',
];

/** Mermaid's own ways to act, to load and to leave the drawing. */
export const MERMAID = [
  '%%{init: {"securityLevel":"loose","theme":"dark","htmlLabels":true,"themeCSS":"*{background:url(https://e.example/x)}"}}%%\n',
  '%%{init: {"fontFamily":"x;}</style><script>globalThis.ran=1</script>"}}%%\n',
  '---\nconfig:\n  securityLevel: loose\n---\n',
].flatMap((directive) => [
  `${directive}graph TD\n  A["<img src=x onerror=globalThis.ran=1>"] --> B["</text><script>globalThis.ran=1</script>"]\n  click A "javascript:globalThis.ran=1"\n  click B call globalThis.alert()\n  click A href "javascript:globalThis.ran=1" _blank`,
  `${directive}graph LR\n  A --> B\n  style A fill:url(https://e.example/x),stroke:red;background:url(x)\n  classDef x fill:#fff"/><image href="https://e.example/x" onload="globalThis.ran=1\n  class B x\n  linkStyle 0 stroke:url(https://e.example/x)`,
  `${directive}sequenceDiagram\n  participant A as <iframe srcdoc="x">\n  A->>B: <foreignObject><body onload=globalThis.ran=1>\n  link A: x @ javascript:globalThis.ran=1\n  Note over A,B: &lt;script&gt;<script>globalThis.ran=1</script>`,
  `${directive}classDiagram\n  class A["<svg onload=globalThis.ran=1>"]\n  A : <a href="javascript:x">y</a>\n  callback A "globalThis.ran" "x"\n  link A "javascript:globalThis.ran=1"`,
  `${directive}erDiagram\n  "<img src=x onerror=globalThis.ran=1>" ||--o{ B : "<script>"\n  B {\n    string x "<style>*{display:none}</style>"\n  }`,
  `${directive}stateDiagram-v2\n  [*] --> A : <script>globalThis.ran=1</script>\n  state "<img src=x onerror=globalThis.ran=1>" as A`,
]);

const WORST = '%%{init: {"securityLevel":"loose","htmlLabels":true,"theme":"base","themeCSS":"*{background:url(https://e.example/x)}","themeVariables":{"primaryColor":"url(https://e.example/x)"},"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"dompurifyConfig":{"ADD_TAGS":["script","iframe"]},"secure":[],"flowchart":{"htmlLabels":true}}}%%\n';

/** The same in kinds that Mermaid alone draws, in the reader's browser; some of them are faulty. */
export const MERMAID_IN_BROWSERS = [
  'gantt\n  title <img src=x onerror=globalThis.ran=1>\n  dateFormat YYYY-MM-DD\n  section <script>globalThis.ran=1</script>\n  One :a1, 2025-01-01, 3d\n  click a1 href "javascript:globalThis.ran=1"\n  click a1 call globalThis.alert()',
  'pie title </svg><script>globalThis.ran=1</script><img src=https://e.example/x>\n  "<img src=x onerror=globalThis.ran=1>" : 3\n  "__proto__" : 2',
  'mindmap\n  root((<img src=https://e.example/x onerror=globalThis.ran=1>))\n    `<iframe srcdoc="<script>globalThis.ran=1</script>">`\n    ::icon(fa fa-book)\n    __proto__',
  'journey\n  title <svg onload=globalThis.ran=1>\n  section <a href="javascript:globalThis.ran=1">x</a>\n    <img src=x onerror=globalThis.ran=1>: 5: Me, <script>',
  'timeline\n  title <foreignObject><body onload=globalThis.ran=1>\n  2002 : <img src=https://e.example/x> : <style>@import url(https://e.example/x)</style>',
  'gitGraph\n  commit id: "<img src=x onerror=globalThis.ran=1>" tag: "<script>globalThis.ran=1</script>"\n  branch __proto__\n  commit',
  'graph TD\n  A@{ img: "https://e.example/x.png", label: "x" } --> B@{ icon: "fa:user", form: "square" }\n  B --> C["$$\\href{javascript:globalThis.ran=1}{x}$$"]\n  click A href "javascript:globalThis.ran=1" _self\n  style A fill:url(https://e.example/x)\n  classDef default fill:#fff,stroke:url(https://e.example/x)',
  'C4Context\n  Person(a, "<img src=x onerror=globalThis.ran=1>", "y", $sprite="https://e.example/x.png", $link="javascript:globalThis.ran=1")',
  'quadrantChart\n  title <script>globalThis.ran=1</script>\n  x-axis <img src=x onerror=globalThis.ran=1> --> y\n  __proto__: [0.3, 0.6]',
  'pie\n  "x" :',
].map((diagram) => WORST + diagram);
