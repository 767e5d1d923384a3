import { unified } from '@astrojs/markdown-remark';
import { defineConfig } from 'astro/config';

export default defineConfig({
  // Images of these hosts would be fetched while building, if the loader let that happen.
  image: { remotePatterns: [{ protocol: 'https' }, { protocol: 'http' }] },
  ...(process.env.RENDERER === 'remark' ? { markdown: { processor: unified() } } : {}),
});
