// What of the service only parts ask for that are loaded later.

import { append } from '../address.js';
import { asked, listed, posted } from '../api.js';
import { once } from '../promises.js';
import { learnTechnologies } from '../words.js';

/** Why the startup with `id` is not among the first of the answer to a need that came from `snapshot`. */
export async function whyNot(id, snapshot, need, signal) {
  return listed('changes', '/api/search/why', signal, posted({ ...asked(need), snapshot, startup_id: id }));
}

/** The startups most like the one with `id`. */
export async function similar(id, { limit, filters }, signal) {
  return listed('matches', `/api/startups/${encodeURIComponent(id)}/similar?${query({ limit }, filters)}`, signal);
}

/** Startups without a need: those that pass `filters`, and whose names hold `name`. */
export async function startups({ filters = {}, ...rest }, signal) {
  return listed('startups', `/api/startups?${query(rest, filters)}`, signal);
}

/** A startup with its pages and profiles. */
export async function startup(id) {
  return listed('pages', `/api/startups/${encodeURIComponent(id)}`);
}

// Values by their names, each one or a list, as a query string.
function query(...parts) {
  const parameters = new URLSearchParams();
  for (const part of parts) append(parameters, part);
  return parameters;
}

/** From then on the classes of technologies are called by their names. */
export const knowTechnologies = once(async () => learnTechnologies((await listed('classes', '/api/classes')).classes));
