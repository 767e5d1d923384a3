// A registry for npm on this machine: it has the package as it would be published, and passes every other question on.

import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const UPSTREAM = 'https://registry.npmjs.org';

/** Serves the tarball until `close` is called. */
export async function registry(tarball) {
  const bytes = readFileSync(tarball);
  const manifest = JSON.parse(spawnSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' }).stdout);
  const { name, version } = manifest;
  let address = '';
  const published = () => ({
    ...manifest,
    dist: { tarball: `${address}/${name}/-/${name}-${version}.tgz`, integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`, shasum: createHash('sha1').update(bytes).digest('hex') },
  });
  const answers = {
    [`/${name}`]: () => ({ name, 'dist-tags': { latest: version }, versions: { [version]: published() } }),
    [`/${name}/latest`]: published,
    [`/${name}/${version}`]: published,
  };
  const server = createServer(async ({ url, headers }, response) => {
    const { pathname } = new URL(url, 'http://registry');
    const json = (status, value) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
    if (pathname.endsWith('.tgz') && pathname.startsWith(`/${name}/`)) return response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(bytes);
    if (Object.hasOwn(answers, pathname)) return json(200, answers[pathname]());
    // A name that only `astro add` makes up.
    if (decodeURIComponent(pathname).startsWith(`/@astrojs/${name}`)) return json(404, { error: 'not found' });
    try {
      const answer = await fetch(UPSTREAM + url, { headers: { accept: headers.accept ?? '*/*' } });
      response.writeHead(answer.status, { 'Content-Type': answer.headers.get('content-type') ?? 'application/json' }).end(Buffer.from(await answer.arrayBuffer()));
    } catch (error) {
      json(502, { error: String(error) });
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${server.address().port}`;
  return { url: `${address}/`, close: () => server.close() };
}
