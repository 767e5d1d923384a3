// Modules that few documents need, loaded where one does.

/**
 * A module by its import. In Astro 5 a build's loaders run when Vite, through which they were read, is closed, and imports nothing more: Node has
 * the same file then.
 *
 * @param load the import, as a bundler finds it
 * @param path of the same module, from this one or of a package
 * @throws what the import did, where Node hasn't the file either
 */
export async function loaded<T>(load: () => Promise<T>, path: string): Promise<T> {
  try {
    return await load();
  } catch (failed) {
    try {
      const { createRequire } = process.getBuiltinModule('node:module');
      return createRequire(import.meta.url)(path) as T;
    } catch {
      // In a server's bundle there is no such file, and what failed there is what its import says.
      throw failed;
    }
  }
}
