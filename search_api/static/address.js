// The state of the page, and its spelling in the address. What an address holds may be anyone's: it is checked.

export const PAGE = 10;
const MOST_SHOWN = 100;
export const LISTS = ['class', 'country', 'region', 'tag', 'source', 'language'];
export const RANGES = { trl: [1, 9], founded: [1800, 2100] };
const CODES = { country: /^[A-Z]{2}$/, language: /^[a-z]{2,3}$/ };
const BROWSED = ['classes', 'startups'];
const MOST_VALUES = 50;
const LONGEST_VALUE = 200;

export const NO_FILTERS = Object.freeze({
  class: [], country: [], region: [], tag: [], source: [], language: [],
  trl_min: null, trl_max: null, founded_min: null, founded_max: null, fetched_since: null, own_site: null,
});

const FLAGS = ['diverse', 'as_typed'];

/** What a scout says of one need, by its parameter in the address: exclusions that don't count, senses, startups like which one. */
const SAID = { ignored: 'ignore', senses: 'sense' };
export const NOTHING_SAID = Object.freeze({ ignored: [], senses: [], similar: '', as_typed: false });

/** The state that `query` (as in location.search) spells; what cannot be read is left out. */
export function readAddress(query) {
  const parameters = new URLSearchParams(query);
  const one = (name) => parameters.get(name) ?? '';
  const state = { ...NO_FILTERS, need: one('need').trim() };
  for (const name of FLAGS) state[name] = one(name) === 'true';
  state.browse = !state.need && BROWSED.includes(one('browse')) ? one('browse') : '';
  const limit = Number(one('limit'));
  state.limit = Number.isInteger(limit / PAGE) && limit >= PAGE && limit <= MOST_SHOWN ? limit : PAGE;
  for (const name of LISTS) {
    state[name] = texts(parameters.getAll(name)).filter((value) => CODES[name]?.test(value) ?? true);
  }
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    for (const end of [`${name}_min`, `${name}_max`]) {
      const value = Number(one(end));
      state[end] = /^\d{1,4}$/.test(one(end)) && value >= least && value <= most ? value : null;
    }
  }
  state.fetched_since = isDay(one('fetched_since')) ? one('fetched_since') : null;
  state.own_site = ['true', 'false'].includes(one('own_site')) ? one('own_site') === 'true' : null;
  for (const [name, parameter] of Object.entries(SAID)) state[name] = texts(parameters.getAll(parameter));
  [state.similar = ''] = texts(parameters.getAll('similar'));
  return state;
}

function texts(values) {
  return [...new Set(values)].filter((text) => text !== '' && Array.from(text).length <= LONGEST_VALUE).slice(0, MOST_VALUES);
}

/** Whether `text` is a day such as 2026-10-31. */
export function isDay(text) {
  return new Date(text).toJSON()?.slice(0, 10) === text;
}

/** The address that spells `state`, for pushState. */
export function writeAddress(state) {
  if (!asks(state)) return '/';
  const parameters = new URLSearchParams();
  for (const name of ['need', 'browse']) if (state[name]) parameters.set(name, state[name]);
  append(parameters, activeFilters(state));
  for (const [name, parameter] of Object.entries(SAID)) append(parameters, { [parameter]: state[name] });
  if (state.similar) parameters.set('similar', state.similar);
  for (const name of FLAGS) if (state[name]) parameters.set(name, true);
  if (state.limit !== PAGE) parameters.set('limit', Math.min(state.limit, MOST_SHOWN));
  return `/?${parameters}`;
}

/** Whether `state` asks for anything. */
export function asks(state) {
  return Boolean(state.need || state.browse || state.similar);
}

/** Add `values`, each one or a list, by their names. */
export function append(parameters, values) {
  for (const [name, value] of Object.entries(values)) {
    for (const one of [value].flat()) parameters.append(name, one);
  }
}

/** The filters of `state` that are set, as the service takes them. */
export function activeFilters(state) {
  const set = Object.keys(NO_FILTERS).filter((name) => (Array.isArray(state[name]) ? state[name].length > 0 : state[name] !== null));
  return Object.fromEntries(set.map((name) => [name, state[name]]));
}
