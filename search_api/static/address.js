// The state of a search, and its spelling in the page's address. What an address holds may be anyone's: it is checked.

export const LIMITS = [10, 20, 50];
export const LISTS = ['country', 'source', 'tag'];
export const RANGES = { trl: [1, 9], founded: [1800, 2100] };
const MOST_VALUES = 50;
const LONGEST_VALUE = 200;

export const NO_FILTERS = Object.freeze({
  country: [], source: [], tag: [], trl_min: null, trl_max: null, founded_min: null, founded_max: null,
});

/** What a scout says of one need, by its parameter in the address: exclusions that don't count, senses, startups like which one. */
const SAID = { ignored: 'ignore', senses: 'sense' };
export const NOTHING_SAID = Object.freeze({ ignored: [], senses: [], similar: '' });

/** The state that `query` (as in location.search) spells; what cannot be read is left out. */
export function readAddress(query) {
  const parameters = new URLSearchParams(query);
  const limit = Number(parameters.get('limit'));
  const state = { ...NO_FILTERS, need: (parameters.get('need') ?? '').trim(), limit: LIMITS.includes(limit) ? limit : LIMITS[0] };
  for (const name of LISTS) {
    state[name] = texts(parameters.getAll(name)).filter((value) => name !== 'country' || /^[A-Z]{2}$/.test(value));
  }
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    for (const end of [`${name}_min`, `${name}_max`]) {
      const text = parameters.get(end) ?? '';
      const value = Number(text);
      state[end] = /^\d{1,4}$/.test(text) && value >= least && value <= most ? value : null;
    }
  }
  for (const [name, parameter] of Object.entries(SAID)) state[name] = texts(parameters.getAll(parameter));
  [state.similar = ''] = texts(parameters.getAll('similar'));
  return state;
}

function texts(values) {
  return [...new Set(values)].filter((text) => text !== '' && Array.from(text).length <= LONGEST_VALUE).slice(0, MOST_VALUES);
}

/** The address that spells `state`, for pushState. */
export function writeAddress(state) {
  if (!state.need) return '/';
  const parameters = new URLSearchParams({ need: state.need });
  append(parameters, activeFilters(state));
  for (const [name, parameter] of Object.entries(SAID)) append(parameters, { [parameter]: state[name] });
  if (state.similar) parameters.set('similar', state.similar);
  if (state.limit !== LIMITS[0]) parameters.set('limit', state.limit);
  return `/?${parameters}`;
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
