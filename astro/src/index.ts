// masthead-astro: members' content from Masthead in an Astro site.

export { masthead as default, type MastheadIntegrationOptions } from './integration/index.js';
export { mastheadLoader, type MastheadLoaderOptions } from './loader.js';
export { mastheadLiveLoader, MastheadLiveError, type MastheadLiveOptions } from './live.js';
export { mastheadMembers, mastheadMemberSchema, type MastheadMember, type MastheadMembersOptions } from './members.js';
export { mastheadSchema, type MastheadEntry } from './schema.js';
export { picture, type Rendered } from './renditions.js';
export type { MastheadOptions } from './options.js';
export type { About } from './document.js';
export { redirects, type RedirectOptions } from './redirects.js';
export type { Picture } from './manifest.js';
export type { ContentOptions, VideosOptions } from './content.js';
