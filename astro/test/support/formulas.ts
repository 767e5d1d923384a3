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
