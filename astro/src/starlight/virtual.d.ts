// Modules that exist while Vite builds a site: ours, Starlight's and Astro's.

declare module 'virtual:masthead-astro/starlight' {
  const told: import('./options.js').Told;
  export default told;
}

declare module 'virtual:starlight/user-config' {
  const config: import('./places.js').StarlightConfig;
  export default config;
}

declare module 'astro:content' {
  export function getCollection(name: string): Promise<import('./documents.js').Entry[]>;
}

declare module '*.astro' {
  const component: unknown;
  export default component;
}
