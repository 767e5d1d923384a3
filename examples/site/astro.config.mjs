import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { satteri } from '@astrojs/markdown-satteri';
import sitemap from '@astrojs/sitemap';
import { defineConfig } from 'astro/config';
import { callouts, pictures, taskLabels } from 'masthead-astro/markdown';
import { redirects } from 'masthead-astro/redirects';
import { searchIndex } from './search.mjs';

/** Pages with Masthead's components, and the search: for members, not for search engines. */
const OWN = /\/club\/(account|join|login|office|search|write)\/$/;

// Astro reads no .env for its configuration.
const file = join(import.meta.dirname, '.env');
const { SITE_URL, MASTHEAD_URL } = { ...(existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}), ...process.env };

export default defineConfig({
  // For the feed, the sitemap and links that others show.
  site: SITE_URL || 'http://localhost:4321',
  trailingSlash: 'always',
  // Documents that got another address are found by the former one, too.
  redirects: await redirects({ url: MASTHEAD_URL }),
  integrations: [sitemap({ filter: (page) => !OWN.test(page) }), searchIndex()],
  markdown: {
    processor: satteri({
      // The column of src/styles/site.css, and on small screens all but the edges of the page.
      hastPlugins: [callouts(), taskLabels(), pictures({ sizes: '(min-width: 45rem) 41rem, 92vw' })],
    }),
    shikiConfig: {
      themes: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
      defaultColor: 'light-dark()',
      wrap: false,
    },
  },
  // Every script is a file: see the policy in src/layouts/Page.astro.
  vite: { build: { assetsInlineLimit: 0 } },
});
