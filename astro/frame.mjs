// Writes a module with the document of a preview's frame, which has one source: `shared/page/src/frame.html`. Run by `npm run build`
// and `npm run check`.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const document = readFileSync(join(import.meta.dirname, '../shared/page/src/frame.html'), 'utf8');
const about = '/** The frame’s document: `{site}` stands for the public address, `{html}` for what is shown. */';
writeFileSync(join(import.meta.dirname, 'src/elements/framed.js'), `${about}\nexport const FRAME = ${JSON.stringify(document)};\n`);
