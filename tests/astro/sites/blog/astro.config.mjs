import { defineConfig } from 'astro/config';

// Images of these hosts would be fetched while building, if the loader let that happen.
export default defineConfig({ image: { remotePatterns: [{ protocol: 'https' }, { protocol: 'http' }] } });
