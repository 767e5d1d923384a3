import { satteri } from '@astrojs/markdown-satteri';
import { defineConfig } from 'astro/config';
import { callouts, pictures, taskLabels } from 'masthead-astro/markdown';
import { redirects } from 'masthead-astro/redirects';

export default defineConfig({
  trailingSlash: 'always',
  // Documents that got another address are found by the former one, too.
  redirects: await redirects(),
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
