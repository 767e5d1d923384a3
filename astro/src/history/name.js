// The name of a file that the server hands out.

/**
 * The name that a `Content-Disposition` gives (RFC 6266): that in Unicode where there is one.
 *
 * @param {string | null} header
 * @param {string} instead the name where there is none
 * @returns {string}
 */
export function fileName(header, instead) {
  const encoded = /filename\*=UTF-8''([^;\s]+)/i.exec(header ?? '')?.[1];
  const plain = /filename="([^"]*)"/i.exec(header ?? '')?.[1];
  if (encoded !== undefined) {
    try {
      return decodeURIComponent(encoded) || instead;
    } catch {
      // Bytes that are no UTF-8: the plain name is there for clients that can't read the other.
    }
  }
  return plain || instead;
}
