// Pictures that hardly compress, made here.

import { randomBytes } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

/** A PNG of noise, three bytes a pixel, as a browser's file chooser gives it. */
export function noise(name: string, edge: number): File {
  const rows = randomBytes(edge * (1 + 3 * edge));
  // Each row begins with its filter: none.
  for (let y = 0; y < edge; y += 1) rows[y * (1 + 3 * edge)] = 0;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(edge, 0);
  header.writeUInt32BE(edge, 4);
  header.set([8, 2], 8);
  const parts = [Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 0 })), chunk('IEND', Buffer.alloc(0))];
  return new File(parts, name, { type: 'image/png' });
}

/** PNG specification, section 5.3. */
function chunk(type: string, data: Buffer): Buffer<ArrayBuffer> {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
