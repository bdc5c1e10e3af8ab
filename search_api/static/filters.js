// The row of filters, each opening a panel, and the row of those that are set, each with its removal.

import { LISTS, NO_FILTERS, RANGES, activeFilters } from './address.js';
import { button, make, shorten } from './elements.js';
import { later } from './later.js';
import { onlyFailures } from './promises.js';
import { country, date, directory, say, technology, tongue } from './words.js';

const FIRST = ['class', 'country', 'region', 'trl', 'founded'];
const OTHERS = ['tag', 'source', 'language', 'fetched', 'own_site'];
export const SINGLE = { fetched: 'fetched_since', own_site: 'own_site' };
const itself = (value) => value;
const day = (iso) => date(`${iso}T12:00`);
const NAMES = { class: technology, country, region: itself, tag: itself, source: directory, language: tongue, fetched: day, own_site: (own) => say(`filters.own.${own}`) };
const LONGEST_LABEL = 40;

/** What a person reads of a value of a filter. */
export function nameOf(field, value) {
  return NAMES[field]?.(value) || value;
}

/** Fill `root` with filters; `onChange` takes the part of the state that changed, `orTell` does what may fail. */
export class FilterBar {
  #root;
  #onChange;
  #orTell;
  #state = NO_FILTERS;
  #facets = {};
  #openField = null;
  #wanted = null; // the field whose panel is on its way
  #buttons = new Map();
  #others = null;
  #chips = make('ul', { class: 'chips' });

  constructor(root, onChange, orTell) {
    this.#root = root;
    this.#onChange = onChange;
    this.#orTell = orTell;
    root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      const opener = this.#buttons.get(this.#openField);
      this.close();
      if (!opener) return;
      event.stopPropagation();
      opener.focus();
    });
    document.addEventListener('pointerdown', (event) => {
      if (!event.target.closest?.('.filter.open')) this.close();
    });
    root.addEventListener('focusout', (event) => {
      if (event.relatedTarget && !event.relatedTarget.closest('.filter.open')) this.close();
    });
  }

  /** Show `state` and the counts of `facets`. An open panel stays: its counts do not depend on its own field. */
  update(state, facets) {
    this.#state = state;
    this.#facets = facets;
    for (const [field, opener] of this.#buttons) this.#label(field, opener);
    if (OTHERS.some((field) => this.#set(field))) this.#unfold(true);
    this.#showChips();
  }

  /** Call technologies by their names, which the service knows; until then, and without it, their ids do. */
  async name() {
    await later('service').then((service) => service.knowTechnologies()).catch(onlyFailures);
    this.#showChips();
  }

  /** Build all anew, in the language now spoken. */
  rebuild() {
    const unfolded = this.#others?.getAttribute('aria-expanded') === 'true';
    this.#openField = null;
    this.#wanted = null;
    this.#others = button('filter-button', say('filters.others'), () => this.#unfold(this.#others.getAttribute('aria-expanded') !== 'true'));
    const row = make('div', { class: 'filter-row' }, ...FIRST.map((field) => this.#filter(field)), this.#others, ...OTHERS.map((field) => this.#filter(field)));
    this.#unfold(unfolded);
    this.#root.replaceChildren(row, this.#chips);
    this.#showChips();
  }

  close() {
    this.#wanted = null;
    if (this.#openField === null) return;
    const opener = this.#buttons.get(this.#openField);
    this.#openField = null;
    opener.setAttribute('aria-expanded', 'false');
    opener.parentElement.classList.remove('open');
    opener.nextElementSibling?.remove();
  }

  #filter(field) {
    const opener = button('filter-button', '', () => this.#toggle(field), { 'aria-expanded': 'false' });
    this.#buttons.set(field, opener);
    this.#label(field, opener);
    return make('div', { class: 'filter' }, opener);
  }

  #unfold(on) {
    this.#others.setAttribute('aria-expanded', String(on));
    for (const field of OTHERS) this.#buttons.get(field).parentElement.hidden = !on;
  }

  async #toggle(field) {
    const again = this.#openField === field;
    this.close();
    if (!again) await this.#orTell(() => this.#open(field));
  }

  async #open(field) {
    this.#wanted = field;
    const panels = await later('panels');
    const panel = await panels.panel(field, () => this.#state, () => this.#facets[field] ?? {}, this.#onChange);
    if (this.#wanted !== field) return;
    this.close();
    panel.setAttribute('role', 'group');
    panel.setAttribute('aria-label', say(`filters.${field}`));
    const opener = this.#buttons.get(field);
    opener.after(panel);
    opener.parentElement.classList.add('open');
    opener.setAttribute('aria-expanded', 'true');
    this.#openField = field;
  }

  // How many conditions on a field are set.
  #set(field) {
    if (LISTS.includes(field)) return this.#state[field].length;
    const names = SINGLE[field] ? [SINGLE[field]] : [`${field}_min`, `${field}_max`];
    return Number(names.some((name) => this.#state[name] !== null));
  }

  #label(field, opener) {
    const set = this.#set(field);
    opener.classList.toggle('set', set > 0);
    const badge = set > 0 && LISTS.includes(field) ? [make('span', { class: 'set-count', 'aria-hidden': 'true' }, String(set)), make('span', { class: 'unseen' }, ` (${say('filters.chosen', { count: set })})`)] : [];
    opener.replaceChildren(say(`filters.${field}`), ...badge);
  }

  #showChips() {
    const hadFocus = this.#chips.contains(document.activeElement);
    const chips = [];
    const add = (text, change) => {
      const name = shorten(text, LONGEST_LABEL);
      const chip = button('chip', name, () => this.#onChange(change), { 'aria-label': say('filters.remove', { filter: name }), dir: 'auto' });
      chips.push(make('li', {}, chip));
    };
    for (const field of LISTS) {
      for (const value of this.#state[field]) add(nameOf(field, value), { [field]: this.#state[field].filter((other) => other !== value) });
    }
    for (const field of Object.keys(RANGES)) {
      const [from, to] = [this.#state[`${field}_min`], this.#state[`${field}_max`]];
      if (from === null && to === null) continue;
      const key = from === null ? 'filters.chip.to' : to === null ? 'filters.chip.from' : 'filters.chip.range';
      add(say(key, { field: say(`filters.${field}`), from, to }), { [`${field}_min`]: null, [`${field}_max`]: null });
    }
    const { fetched_since: since, own_site: own } = this.#state;
    if (since !== null) add(say('filters.chip.since', { date: day(since) }), { fetched_since: null });
    if (own !== null) add(nameOf('own_site', own), { own_site: null });
    if (Object.keys(activeFilters(this.#state)).length > 0) {
      chips.push(make('li', {}, button('quiet small', say('filters.clear'), () => this.#onChange({ ...NO_FILTERS }))));
    }
    this.#chips.replaceChildren(...chips);
    this.#chips.hidden = chips.length === 0;
    if (hadFocus) (this.#chips.querySelector('button') ?? this.#buttons.get(FIRST[0])).focus();
  }
}
