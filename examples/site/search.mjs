// Makes the index of src/pages/club/search.astro, once all pages are built. https://pagefind.app
import { fileURLToPath } from 'node:url';
import { close, createIndex } from 'pagefind';

/** @returns {import('astro').AstroIntegration} */
export function searchIndex() {
  return {
    name: 'search-index',
    hooks: {
      'astro:build:done': async ({ dir, logger }) => {
        try {
          // One index for all languages: a club's members write in several, and search in all of them. Its words are parted by spaces,
          // so that of Chinese or Japanese text only the beginning of a passage is found.
          const { index, errors } = await createIndex({ forceLanguage: 'en' });
          if (!index) throw new Error(errors.join(' '));
          const added = await index.addDirectory({ path: fileURLToPath(dir) });
          const written = await index.writeFiles({ outputPath: fileURLToPath(new URL('pagefind/', dir)) });
          const failed = [...added.errors, ...written.errors];
          if (failed.length > 0) throw new Error(failed.join(' '));
          logger.info('The search has its index.');
        } finally {
          await close();
        }
      },
    },
  };
}
