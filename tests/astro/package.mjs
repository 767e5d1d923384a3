// What npm would publish: nothing that isn't needed, everything that is, and no more than its size.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { equal, ok } from '../browser/harness.mjs';

/** With the sentences in English, the member’s own account, the words for Markdown in every language, the report’s drawing, earlier versions, members and documents for administrators, and the editor, 45 kB of it, which a page loads once somebody writes, what builds make of documents, what is kept of the list, live collections with islands, the integration with its pages, and members' documents on Starlight, which no browser loads; each further language adds its table, which a page loads only where it is spoken. */
const MAX_BYTES = 370_000;
const MAX_BYTES_A_LANGUAGE = 10_500;
const [tarball] = process.argv.slice(2);
const { stdout } = spawnSync('tar', ['-tzf', tarball], { encoding: 'utf8' });
const files = stdout.split('\n').filter(Boolean).map((name) => name.replace(/^package\//, ''));
const kinds = [/^(package\.json|README\.md|LICENSE-(MIT|APACHE))$/, /^dist\/((account|desk|elements|folder|history|html|integration|islands|languages|office|report|starlight|tables|transforms)\/)?[a-z]+\.(js|d\.ts)$/, /^dist\/html\/policy\.json$/, /^dist\/(desk\/editor|office\/office)\.css$/, /^components\/[A-Za-z]+\.(astro|css|js|d\.ts)$/, /^pages\/[A-Za-z]+\.(astro|css|js)$/];
equal(files.filter((name) => !kinds.some((kind) => kind.test(name))), [], 'files of the package that are no part of it');

const read = (name) => spawnSync('tar', ['-xzOf', tarball, `package/${name}`], { encoding: 'utf8' }).stdout;
const manifest = JSON.parse(read('package.json'));
const named = Object.values(manifest.exports).flatMap((target) => Object.values(typeof target === 'string' ? { target } : target));
for (const target of named.filter((target) => !target.includes('*'))) {
  ok(files.includes(target.replace(/^\.\//, '')), `the package has ${target}, which it exports`);
}
for (const license of ['README.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'components/masthead.css']) ok(files.includes(license), `the package has ${license}`);
equal(Object.keys(manifest.dependencies).sort(), ['hast-util-from-parse5', 'hast-util-sanitize', 'hast-util-to-html', 'js-yaml', 'parse5', 'property-information', 'temml'], 'dependencies');
const text = files.map(read).join('\n');
for (const own of [process.cwd(), process.env.HOME, 'file:///', 'sourceMappingURL']) ok(!text.includes(own), `the package says nothing of ${own}`);
const { size } = statSync(tarball);
const languages = files.filter((name) => /^dist\/tables\/(?!index|en|words)[a-z]+\.js$/.test(name)).length;
const most = MAX_BYTES + languages * MAX_BYTES_A_LANGUAGE;
ok(size <= most, `the package has at most ${most} bytes, but it has ${size}`);
console.log(`ok    ${files.length} files, ${(size / 1000).toFixed(1)} kB packed`);
