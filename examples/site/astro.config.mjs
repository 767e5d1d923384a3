import { satteri } from '@astrojs/markdown-satteri';
import { defineConfig } from 'astro/config';
import { callouts, taskLabels } from 'masthead-astro/markdown';

export default defineConfig({
  trailingSlash: 'always',
  markdown: {
    processor: satteri({ hastPlugins: [callouts(), taskLabels()] }),
    shikiConfig: {
      themes: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
      defaultColor: 'light-dark()',
      wrap: false,
    },
  },
  // Every script is a file: see the policy in src/layouts/Page.astro.
  vite: { build: { assetsInlineLimit: 0 } },
});
