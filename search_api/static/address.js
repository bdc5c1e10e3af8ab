// The state of a search, and its spelling in the page's address. What an address holds may be anyone's: it is checked.

export const LIMITS = [10, 20, 50];
export const LISTS = ['country', 'source', 'tag'];
export const RANGES = { trl: [1, 9], founded: [1800, 2100] };
const MOST_VALUES = 50;
const LONGEST_VALUE = 200;

export const NO_FILTERS = Object.freeze({
  country: [], source: [], tag: [], trl_min: null, trl_max: null, founded_min: null, founded_max: null,
});

/** The state that `query` (as in location.search) spells; what cannot be read is left out. */
export function readAddress(query) {
  const parameters = new URLSearchParams(query);
  const limit = Number(parameters.get('limit'));
  const state = { ...NO_FILTERS, need: (parameters.get('need') ?? '').trim(), limit: LIMITS.includes(limit) ? limit : LIMITS[0] };
  for (const name of LISTS) {
    const usable = (value) => (name === 'country' ? /^[A-Z]{2}$/.test(value) : value !== '' && Array.from(value).length <= LONGEST_VALUE);
    state[name] = [...new Set(parameters.getAll(name))].filter(usable).slice(0, MOST_VALUES);
  }
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    for (const end of [`${name}_min`, `${name}_max`]) {
      const text = parameters.get(end) ?? '';
      const value = Number(text);
      state[end] = /^\d{1,4}$/.test(text) && value >= least && value <= most ? value : null;
    }
  }
  state.ignored = [...new Set(parameters.getAll('ignore'))].filter((text) => text !== '' && Array.from(text).length <= LONGEST_VALUE).slice(0, MOST_VALUES);
  return state;
}

/** The address that spells `state`, for pushState. */
export function writeAddress(state) {
  if (!state.need) return '/';
  const parameters = new URLSearchParams({ need: state.need });
  for (const [name, value] of Object.entries(activeFilters(state))) {
    for (const one of [value].flat()) parameters.append(name, one);
  }
  for (const text of state.ignored) parameters.append('ignore', text);
  if (state.limit !== LIMITS[0]) parameters.set('limit', state.limit);
  return `/?${parameters}`;
}

/** The filters of `state` that are set, as the service takes them. */
export function activeFilters(state) {
  const set = Object.keys(NO_FILTERS).filter((name) => (Array.isArray(state[name]) ? state[name].length > 0 : state[name] !== null));
  return Object.fromEntries(set.map((name) => [name, state[name]]));
}
