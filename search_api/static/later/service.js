// What of the service only parts ask for that are loaded later.

import { asked, listed, posted, query } from '../api.js';
import { once } from '../promises.js';
import { learnTechnologies } from '../words.js';

/** Why the startup with `id` is not among the first of the answer to a need that came from `snapshot`. */
export async function whyNot(id, snapshot, need, signal) {
  return listed('changes', '/api/search/why', signal, posted({ ...asked(need), snapshot, startup_id: id }));
}

/** Startups without a need: those that pass `filters`, and whose names hold `name`. */
export async function startups({ filters = {}, ...rest }, signal) {
  return listed('startups', `/api/startups?${query(rest, filters)}`, signal);
}

/** A startup with its pages and profiles. */
export async function startup(id) {
  return listed('pages', `/api/startups/${encodeURIComponent(id)}`);
}

/** From then on the classes of technologies are called by their names. */
export const knowTechnologies = once(async () => learnTechnologies((await listed('classes', '/api/classes')).classes));
