// Builds masthead-astro and puts it where npm has put its sources: this site takes the package from
// the repository and not from the registry. A site of your own needs none of this.
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';

const source = new URL('../../astro/', import.meta.url);
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
for (const step of [['ci', '--no-audit', '--no-fund'], ['run', 'build']]) {
  const { status } = spawnSync(npm, step, { cwd: source, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}
cpSync(new URL('dist/', source), new URL('node_modules/masthead-astro/dist/', import.meta.url), { recursive: true });
