import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';
import mastheadAstro from 'masthead-astro';

export default defineConfig({ integrations: [starlight({ title: 'Members', pagefind: false }), mastheadAstro()] });
