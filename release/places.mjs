// Where the version stands of everything that is released together.

/** A tarball that a document names. */
const TARBALL = /(masthead-astro-)(\d[^/`\s]*?)(\.tgz)/g;

/** Each file that says the version, with what stands before and after it. The first of them decides. */
export const PLACES = [
  ['Cargo.toml', /(^\[workspace\.package\]\nversion = ")([^"]+)(")/gm],
  ['astro/package.json', /(^ {2}"version": ")([^"]+)(")/gm],
  ['astro/package-lock.json', /("name": "masthead-astro",\n +"version": ")([^"]+)(")/g],
  ['examples/site/package-lock.json', /("node_modules\/masthead-astro": \{\n +"version": ")([^"]+)(")/g],
  ['astro/create/package.json', /(^ {2}"version": ")([^"]+)(")/gm],
  ['docs/openapi.yaml', /(^ {2,}version: )(\d+\.\d+\.\d+\S*)()$/gm],
  ['docs/frontmatter.md', /(converter: "masthead\/)([^"]+)(")/g],
  ['docs/astro.md', TARBALL],
  ['astro/README.md', TARBALL],
  ['astro/create/README.md', TARBALL],
];
/** Cargo writes this one itself: the package that people run stands for all of the workspace. */
export const LOCK = ['Cargo.lock', /(\[\[package\]\]\nname = "cli"\nversion = ")([^"]+)(")/g];
