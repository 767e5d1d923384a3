import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import sitemap from '@astrojs/sitemap';
import { defineConfig } from 'astro/config';
import masthead from 'masthead-astro';
import { searchIndex } from './search.mjs';

/** Pages with Masthead's components, and the search: for members, not for search engines. */
const OWN = /\/club\/(account|join|login|office|search|write)\/$/;

// Astro reads no .env for its configuration.
const file = join(import.meta.dirname, '.env');
const { SITE_URL } = { ...(existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}), ...process.env };

export default defineConfig({
  // For the feed, the sitemap and links that others show.
  site: SITE_URL || 'http://localhost:4321',
  trailingSlash: 'always',
  integrations: [
    masthead({
      // The site's own pages: where members sign in, and below which their documents are.
      account: '/club/account/',
      join: '/club/join/',
      members: '/',
      // The column of src/styles/site.css, and on small screens all but the edges of the page.
      content: { pictures: { sizes: '(min-width: 45rem) 41rem, 92vw' } },
    }),
    sitemap({ filter: (page) => !OWN.test(page) }),
    searchIndex(),
  ],
  markdown: {
    shikiConfig: {
      themes: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
      defaultColor: 'light-dark()',
      wrap: false,
    },
  },
  // Every script is a file: see the policy in src/layouts/Page.astro.
  vite: { build: { assetsInlineLimit: 0 } },
});
