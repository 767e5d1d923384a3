// The first evening of whoever runs the site: what is to be done, and what of it is done.

/**
 * @typedef {import('../wire.js').ListedMember} ListedMember
 * @typedef {'members' | 'slips' | 'signed_in' | 'document'} Step
 */

/**
 * Which steps are done, as far as a first page of members tells.
 *
 * @param {readonly Pick<ListedMember, 'handle' | 'state' | 'last_login' | 'documents'>[]} members
 * @param {{ me: string, isAll: boolean, isHanded: boolean }} of `me` is the administrator's handle; `isHanded`: slips were printed or saved here
 * @returns {Record<Step, boolean>}
 */
export function done(members, { me, isAll, isHanded }) {
  const others = members.filter(({ handle }) => handle !== me);
  const signedIn = others.some(({ last_login: last }) => Boolean(last));
  return {
    members: others.length > 0 || !isAll,
    // Whoever has signed in has had a slip.
    slips: isHanded || signedIn,
    signed_in: signedIn,
    document: members.some(({ documents }) => documents > 0),
  };
}
