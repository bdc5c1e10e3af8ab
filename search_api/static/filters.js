// The row of filters, each opening a panel, and the row of those that are set, each with its removal.

import { LISTS, NO_FILTERS, RANGES, activeFilters } from './address.js';
import { button, make, shorten } from './elements.js';
import { choicePanel, rangePanel } from './panels.js';
import { country, directory, say } from './words.js';

const FIELDS = ['country', 'source', 'tag', 'trl', 'founded'];
const NAMES = { country, source: directory, tag: (tag) => tag };
const LONGEST_LABEL = 40;

/** Fill `root` with filters; `onChange` takes the part of the state that changed. */
export class FilterBar {
  #root;
  #onChange;
  #state = NO_FILTERS;
  #facets = {};
  #openField = null;
  #buttons = new Map();
  #chips = make('ul', { class: 'chips' });

  constructor(root, onChange) {
    this.#root = root;
    this.#onChange = onChange;
    root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || this.#openField === null) return;
      event.stopPropagation();
      const opener = this.#buttons.get(this.#openField);
      this.close();
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
    this.#showChips();
  }

  /** Build all anew, in the language now spoken. */
  rebuild() {
    this.#openField = null;
    const row = make('div', { class: 'filter-row' });
    for (const field of FIELDS) {
      const opener = button('filter-button', '', () => this.#toggle(field), { 'aria-expanded': 'false' });
      this.#buttons.set(field, opener);
      this.#label(field, opener);
      row.append(make('div', { class: 'filter' }, opener));
    }
    this.#root.replaceChildren(row, this.#chips);
    this.#showChips();
  }

  close() {
    if (this.#openField === null) return;
    const opener = this.#buttons.get(this.#openField);
    this.#openField = null;
    opener.setAttribute('aria-expanded', 'false');
    opener.parentElement.classList.remove('open');
    opener.nextElementSibling?.remove();
  }

  #toggle(field) {
    const again = this.#openField === field;
    this.close();
    if (again) return;
    const opener = this.#buttons.get(field);
    const panel = this.#panel(field);
    panel.setAttribute('role', 'group');
    panel.setAttribute('aria-label', say(`filters.${field}`));
    opener.after(panel);
    opener.parentElement.classList.add('open');
    opener.setAttribute('aria-expanded', 'true');
    this.#openField = field;
  }

  #panel(field) {
    const title = say(`filters.${field}`);
    const counts = this.#facets[field] ?? {};
    if (LISTS.includes(field)) {
      return choicePanel({ field, title, counts, chosen: this.#state[field], nameOf: NAMES[field], onChange: (values) => this.#onChange({ [field]: values }) });
    }
    const [low, high] = [this.#state[`${field}_min`], this.#state[`${field}_max`]];
    return rangePanel({ field, counts, low, high, onChange: ([a, b]) => this.#onChange({ [`${field}_min`]: a, [`${field}_max`]: b }) });
  }

  #label(field, opener) {
    const set = LISTS.includes(field) ? this.#state[field].length : Number(this.#state[`${field}_min`] !== null || this.#state[`${field}_max`] !== null);
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
      for (const value of this.#state[field]) add(NAMES[field](value), { [field]: this.#state[field].filter((other) => other !== value) });
    }
    for (const field of Object.keys(RANGES)) {
      const [from, to] = [this.#state[`${field}_min`], this.#state[`${field}_max`]];
      if (from === null && to === null) continue;
      const key = from === null ? 'filters.chip.to' : to === null ? 'filters.chip.from' : 'filters.chip.range';
      add(say(key, { field: say(`filters.${field}`), from, to }), { [`${field}_min`]: null, [`${field}_max`]: null });
    }
    if (Object.keys(activeFilters(this.#state)).length > 0) {
      chips.push(make('li', {}, button('quiet small', say('filters.clear'), () => this.#onChange({ ...NO_FILTERS }))));
    }
    this.#chips.replaceChildren(...chips);
    this.#chips.hidden = chips.length === 0;
    if (hadFocus) (this.#chips.querySelector('button') ?? this.#buttons.get(FIELDS[0])).focus();
  }
}
