// What opens below a filter's button: a list to choose from, a range with the distribution above it, or one of a few.

import { LISTS, RANGES, isDay } from '../address.js';
import { button, make, shorten } from '../elements.js';
import { SINGLE, nameOf } from '../filters.js';
import { number, say, sayCount, spoken } from '../words.js';
import { knowTechnologies } from './service.js';

const LISTED = 50;
const SEARCHABLE_FROM = 9;
const LONGEST_LABEL = 60;
const BARS = 40;
const MONTHS = 6;

/** The panel of `field`: `state` gives what is set, `facet` the counts, `onChange` takes the part of the state that changes. */
export async function panel(field, state, facet, onChange) {
  if (field === 'class') await knowTechnologies();
  const [set, title, counts, name] = [state(), say(`filters.${field}`), facet(), SINGLE[field] ?? field];
  const change = (value) => onChange({ [name]: value });
  if (LISTS.includes(field)) return choice({ field, title, counts, chosen: set[field], nameOf: (value) => nameOf(field, value), onChange: change });
  if (field === 'fetched') return fetched({ title, counts, chosen: set[name], onChange: change });
  if (field === 'own_site') return ownSite({ title, counts, chosen: set[name], onChange: change });
  const [low, high] = [`${field}_min`, `${field}_max`];
  return range({ field, counts, low: set[low], high: set[high], onChange: ([a, b]) => onChange({ [low]: a, [high]: b }) });
}

/**
 * A list of check boxes. `counts`: value to number of startups; `chosen`: the values that are on; `nameOf` gives what a
 * person reads of a value; `onChange` takes the new values.
 */
function choice({ field, title, counts, chosen, nameOf, onChange }) {
  const on = new Set(chosen);
  const values = [...new Set([...chosen, ...Object.keys(counts)])];
  const options = values
    .map((value) => ({ value, name: nameOf(value), count: counts[value] ?? 0, first: on.has(value) }))
    .sort((a, b) => b.first - a.first || b.count - a.count || a.name.localeCompare(b.name));
  const list = make('ul', { class: 'options' });
  const rest = make('p', { class: 'hint', 'aria-live': 'polite' });

  const option = ({ value, name, count }) => {
    const box = make('input', { type: 'checkbox', value });
    box.checked = on.has(value);
    box.addEventListener('change', () => {
      if (box.checked) on.add(value);
      else on.delete(value);
      onChange([...on]);
    });
    const label = make('span', { class: 'option', dir: 'auto' }, shorten(name, LONGEST_LABEL));
    return make('li', {}, make('label', {}, box, label, make('span', { class: 'number' }, number(count))));
  };
  const show = (sought) => {
    const found = options.filter(({ name }) => plain(name).includes(plain(sought)));
    list.replaceChildren(...found.slice(0, LISTED).map(option));
    rest.textContent = remark(options.length, found.length);
  };
  show('');
  const whole = make('div', { class: 'panel' });
  if (options.length >= SEARCHABLE_FROM) {
    const finder = make('input', { type: 'search', 'aria-label': say('filters.find', { field: title }), placeholder: say('filters.find', { field: title }), name: `find-${field}` });
    finder.addEventListener('input', () => show(finder.value));
    whole.append(finder);
  }
  whole.append(list, rest);
  return whole;
}

function remark(all, found) {
  if (all === 0) return say('filters.empty');
  if (found === 0) return say('filters.nomatch');
  return found > LISTED ? sayCount('filters.more', found - LISTED) : '';
}

// Without accents or case, so that "citta" finds "Città".
function plain(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** A range from low to high. `counts`: number as text to number of startups; `onChange` takes [low, high], null for open. */
function range({ field, counts, low, high, onChange }) {
  const [least, most] = RANGES[field];
  const short = most - least < 10;
  const error = make('p', { class: 'hint wrong', role: 'alert' });
  const from = short ? levels(field, 'from', low, counts) : year(field, 'from', low, counts);
  const to = short ? levels(field, 'to', high, counts) : year(field, 'to', high, counts);
  const bars = histogram(counts, short ? [least, most] : null);
  const change = () => {
    const [a, b] = [from, to].map((input) => (input.value.trim() === '' ? null : Number(input.value)));
    const outside = [from, to].some((input) => input.validity.badInput) || [a, b].some((value) => value !== null && !(Number.isInteger(value) && value >= least && value <= most));
    const swapped = a !== null && b !== null && a > b;
    error.textContent = outside ? say('filters.year') : swapped ? say('filters.swapped') : '';
    if (outside || swapped) return;
    shade(bars, a, b);
    onChange([a, b]);
  };
  for (const input of [from, to]) input.addEventListener('change', change);
  shade(bars, low, high);
  const reset = button('quiet small', say('filters.reset'), () => {
    from.value = '';
    to.value = '';
    change();
  });
  return make(
    'div',
    { class: 'panel range' },
    bars.children.length > 0 ? bars : make('p', { class: 'hint' }, say('filters.empty')),
    make('div', { class: 'ends' }, make('label', {}, make('span', {}, say('filters.from')), from), make('label', {}, make('span', {}, say('filters.to')), to), reset),
    error,
    make('p', { class: 'hint' }, say(`filters.unknown.${field}`)),
  );
}

function levels(field, end, value, counts) {
  const select = make('select', { name: `${field}-${end}` }, make('option', { value: '' }, say('filters.any')));
  for (let level = RANGES[field][0]; level <= RANGES[field][1]; level += 1) {
    select.append(make('option', { value: level }, `${level} (${number(counts[level] ?? 0)})`));
  }
  select.value = value ?? '';
  return select;
}

function year(field, end, value, counts) {
  const years = Object.keys(counts).map(Number);
  const hint = years.length === 0 ? '' : String(end === 'from' ? Math.min(...years) : Math.max(...years));
  const [min, max] = RANGES[field];
  const input = make('input', { type: 'number', inputmode: 'numeric', name: `${field}-${end}`, min, max, step: 1, placeholder: hint });
  input.value = value ?? '';
  return input;
}

// The numbers stand in the inputs as well: the bars are for the eye only. Of many years the latest are drawn.
function histogram(counts, span) {
  const keys = Object.keys(counts).map(Number);
  const last = span ? span[1] : Math.max(...keys);
  const first = span ? span[0] : Math.max(Math.min(...keys), last - BARS + 1);
  const top = Math.max(1, ...keys.map((key) => counts[key]));
  const bars = make('div', { class: 'bars', 'aria-hidden': 'true' });
  for (let key = first; key <= last; key += 1) {
    const bar = make('i', { 'data-at': key });
    bar.style.height = `${Math.max(4, (100 * (counts[key] ?? 0)) / top)}%`;
    bars.append(bar);
  }
  return bars;
}

function shade(bars, low, high) {
  for (const bar of bars.children) {
    const at = Number(bar.dataset.at);
    bar.classList.toggle('out', at < (low ?? -Infinity) || at > (high ?? Infinity));
  }
}

/** When the newest page was read. `counts`: month such as 2026-11 to number of startups; `onChange` takes a day, or null. */
function fetched({ title, counts, chosen, onChange }) {
  const months = Object.keys(counts).sort().reverse();
  const named = new Intl.DateTimeFormat(spoken(), { month: 'long', year: 'numeric', timeZone: 'UTC' });
  const since = (month) => months.reduce((sum, one) => sum + (one >= month ? counts[one] : 0), 0);
  const options = months.slice(0, MONTHS).map((one) => ({ value: `${one}-01`, name: say('filters.since', { month: named.format(new Date(one)) }), count: since(one) }));
  const day = make('input', { type: 'date', name: 'since-day', max: new Date().toISOString().slice(0, 10) });
  day.value = chosen ?? '';
  const list = oneOf({ title, options, chosen, onChange: (value) => { day.value = value ?? ''; onChange(value); } });
  day.addEventListener('change', () => {
    if (day.value !== '' && !isDay(day.value)) return;
    for (const box of list.querySelectorAll('input')) box.checked = box.value === day.value;
    onChange(day.value || null);
  });
  return make('div', { class: 'panel range' }, list, make('label', { class: 'day' }, make('span', {}, say('filters.day')), day), make('p', { class: 'hint' }, say('filters.unknown.fetched')));
}

/** Whether pages of its own site are searched; `onChange` takes true, false or null. */
function ownSite({ title, counts, chosen, onChange }) {
  const options = ['true', 'false'].map((value) => ({ value, name: say(`filters.own.${value}`), count: counts[value] ?? 0 }));
  const list = oneOf({ title, options, chosen: chosen === null ? null : String(chosen), onChange: (value) => onChange(value && value === 'true') });
  return make('div', { class: 'panel' }, list);
}

// Radio buttons, the first of them for no condition.
function oneOf({ title, options, chosen, onChange }) {
  const name = `one-of-${options[0]?.value ?? 'none'}`;
  const items = [{ value: '', name: say('filters.any') }, ...options].map(({ value, name: label, count }) => {
    const box = make('input', { type: 'radio', name, value });
    box.checked = value === (chosen ?? '');
    box.addEventListener('change', () => onChange(value || null));
    return make('li', {}, make('label', {}, box, make('span', { class: 'option' }, label), count === undefined ? null : make('span', { class: 'number' }, number(count))));
  });
  return make('ul', { class: 'options', role: 'radiogroup', 'aria-label': title }, ...items);
}
