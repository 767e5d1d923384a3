// The route middleware by which Starlight's pages get members' documents. Vite builds it with the site.

import { getCollection } from 'astro:content';
import config from 'virtual:starlight/user-config';
import told from 'virtual:masthead-astro/starlight';
import Byline from '../../components/StarlightDocument.astro';
import { apply, collected, type Collected, type Route } from './route.js';

let read: Promise<Collected> | undefined;

/** As Starlight calls it, once for each page. */
export async function onRequest({ locals, url }: { locals: object; url: URL }): Promise<void> {
  read ??= getCollection('docs').then(collected);
  apply((locals as { starlightRoute: Route }).starlightRoute, await read, { told, config, site: url, byline: Byline });
}
