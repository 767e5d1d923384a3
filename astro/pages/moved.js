// Where an address that a document had leads on a server. Each has a route of its own: one route for all of them would hide pages of the site, or be
// hidden by them.
import { moved } from 'virtual:masthead-astro/pages';

export const prerender = false;

export const GET = ({ routePattern, redirect }) => redirect(moved[routePattern], 301);
