export const SITE_TITLE = 'A blog';
export const SITE_DESCRIPTION = 'In the shape of Astro’s blog template';
