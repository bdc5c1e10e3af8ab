// Why a startup is not in the list: a dialog that asks which one, says what keeps it out, and offers what brings it in.

import { NO_FILTERS, PAGE, activeFilters } from '../address.js';
import { button, hostOf, make, shorten, webAddress } from '../elements.js';
import { nameOf } from '../filters.js';
import { notice } from '../more.js';
import { Latest } from '../promises.js';
import { LONGEST_NAME } from '../results.js';
import { country, number, say, sayCount } from '../words.js';
import { startups, whyNot } from './service.js';

const OFFERED = 8;
const PAUSE_MS = 150;

/**
 * Open the dialog on the need of `state`, answered from `snapshot`. `onChosen` takes the id of the startup, and the part
 * of the state that changes, if any; `onAnew` is called when the snapshot answers no more.
 */
export function open({ state, snapshot, onAnew, onChosen }) {
  const latest = new Latest();
  const dialog = make('dialog', { class: 'why', 'aria-labelledby': 'why-title' });
  const name = make('input', { type: 'search', id: 'why-name', autocomplete: 'off' });
  const told = make('p', { class: 'hint', role: 'status' });
  const offered = make('ul', { class: 'offered' });
  const result = make('div', { class: 'reason', tabindex: '-1' });
  const close = () => dialog.close();
  dialog.append(
    make('header', {}, make('h2', { id: 'why-title' }, say('why.title')), button('quiet', '✕', close, { 'aria-label': say('why.close') })),
    make('label', { for: 'why-name' }, say('why.name')),
    name,
    told,
    offered,
    result,
  );

  const fail = (error, again) => {
    told.textContent = '';
    const retry = error.kind === 'changed' ? () => { close(); onAnew(); } : again;
    result.replaceChildren(make('div', { role: 'alert' }, notice(error, retry)));
  };
  const ask = (startup) => {
    offered.replaceChildren();
    result.replaceChildren();
    name.value = startup.name;
    told.textContent = say('why.wait');
    const need = { need: state.need, limit: PAGE, filters: activeFilters(state), ignored: state.ignored, senses: state.senses, as_typed: state.as_typed };
    const choose = (change) => {
      close();
      onChosen(startup.id, change);
    };
    latest.ask((signal) => whyNot(startup.id, snapshot, need, signal), (why) => {
      told.textContent = '';
      result.replaceChildren(...reasons(why, choose));
      result.focus();
    }, (error) => {
      fail(error, () => ask(startup));
      result.focus();
    });
  };
  const offer = ({ startups: found, total }) => {
    result.replaceChildren();
    told.textContent = total === 0 ? say('why.unknown') : total > OFFERED ? sayCount('why.rest', total - OFFERED) : sayCount('why.found', total);
    offered.replaceChildren(...found.map(({ startup }) => make('li', {}, button('offer', shorten(startup.name, LONGEST_NAME), () => ask(startup), { dir: 'auto' }))));
    found.forEach(({ startup }, at) => offered.children[at].firstChild.append(make('span', { class: 'hint' }, whereabouts(startup))));
  };
  let pause = null;
  const look = () => {
    pause = null;
    latest.giveUp();
    if (name.value.trim() === '') return offered.replaceChildren();
    return latest.ask((signal) => startups({ name: name.value.trim(), limit: OFFERED }, signal), offer, (error) => fail(error, look));
  };

  name.addEventListener('input', () => {
    clearTimeout(pause);
    told.textContent = '';
    pause = setTimeout(look, PAUSE_MS);
  });
  dialog.addEventListener('keydown', (event) => {
    // What is offered is not yet of the name that stands there.
    if (event.key === 'Enter' && event.target === name && (pause !== null || latest.isRunning)) return event.preventDefault();
    return step(event, [name, ...offered.querySelectorAll('button')]);
  });
  dialog.addEventListener('click', (event) => { if (event.target === dialog) close(); });
  dialog.addEventListener('close', () => {
    clearTimeout(pause);
    latest.giveUp();
    dialog.remove(); // the browser has given the focus back
  });
  document.body.append(dialog);
  dialog.showModal();
  name.focus();
}

// The arrows walk from the field over what is offered; Enter in the field takes the first.
function step(event, stops) {
  const here = stops.indexOf(document.activeElement);
  if (here < 0 || stops.length < 2) return;
  const to = { ArrowDown: stops[here + 1], ArrowUp: stops[here - 1], Enter: here === 0 ? stops[1] : undefined }[event.key];
  if (!to || event.isComposing) return;
  event.preventDefault();
  if (event.key === 'Enter') to.click();
  else to.focus();
}

function whereabouts({ country: code, homepage }) {
  const home = webAddress(homepage);
  return [code && country(code), home && hostOf(home)].filter(Boolean).join(' · ');
}

function reasons(why, choose) {
  const name = shorten(why.startup.name, LONGEST_NAME);
  const parts = [make('h3', { dir: 'auto' }, name), make('p', {}, standing(why))];
  if (why.standing === 'listed') return [...parts, button('secondary', say('why.go'), () => choose(null))];
  if (why.named) parts.push(make('p', { class: 'hint' }, say('why.named')));
  for (const { startup, rank } of why.same_company) {
    parts.push(make('p', { class: 'hint' }, rank === null ? say('why.same.out', { name: startup.name }) : say('why.same', { name: startup.name, rank: number(rank) })));
  }
  if (why.filters.length > 0) parts.push(section('why.filters', why.filters.map(lost)));
  if (why.lacks.length > 0) parts.push(section('why.lacks', why.lacks.map((words) => make('li', { class: 'lack', dir: 'auto' }, words)), 'tags'));
  parts.push(...changes(why, choose));
  if (why.last) parts.push(comparison(why, name));
  return parts;
}

function standing({ standing: kind, rank, rank_of_all: ofAll, total }) {
  return say(`why.${kind}`, { rank: number(rank ?? ofAll), total: number(total), most: PAGE });
}

function lost({ field, own }) {
  const values = own.map((value) => nameOf(field, value)).join(', ');
  return make('li', { dir: 'auto' }, values ? say('why.has', { filter: say(`filters.${field}`), values }) : say('why.nothing', { filter: say(`filters.${field}`) }));
}

function section(key, items, kind = null) {
  return make('section', {}, make('h4', {}, say(key, { most: PAGE })), make('ul', { class: kind }, ...items));
}

function changes({ changes: found, filters, tried, complete }, choose) {
  const unknown = filters.filter(({ field, own }) => own.length === 0 || field === 'own_site').map(({ field }) => field);
  if (found.length === 0) {
    const sentences = [sayCount('why.none', tried), complete ? '' : say('why.incomplete')];
    return [make('p', { class: 'none' }, sentences.filter(Boolean).join(' '))];
  }
  const items = found.map(({ steps, rank, search }) => {
    const doing = make('span', { dir: 'auto' }, steps.map((step) => told(step, unknown)).join(', '));
    const change = {
      ...NO_FILTERS, ...search.filters, need: search.need, ignored: search.ignore_exclusions, senses: search.senses, as_typed: search.as_typed, diverse: false,
    };
    const one = button('change', '', () => choose(change));
    one.append(doing, make('span', { class: 'reached' }, say('why.rank', { rank: number(rank) })));
    return make('li', {}, one);
  });
  return [section('why.changes', items, 'changes'), make('p', { class: 'hint' }, say('why.verified'))];
}

// What a step of a change does to the need; a filter on what is `unknown` of the startup is taken away.
function told({ kind, what }, unknown) {
  const between = what.lastIndexOf('=');
  const values = {
    thing: kind === 'filter' ? say(`filters.${what}`) : what,
    word: what.slice(0, between),
    sense: what.slice(between + 1),
  };
  return say(unknown.includes(what) && kind === 'filter' ? 'why.step.unfilter' : `why.step.${kind.replace(' ', '-')}`, values);
}

function comparison({ parts, last }, name) {
  const cell = (value) => make('td', {}, number(Math.round(value * 100) / 100));
  const rows = parts.map(({ part, own, last: other }) => make('tr', {}, make('th', { scope: 'row' }, say(`why.part.${part}`)), cell(own), cell(other)));
  const head = [say('why.part'), name, shorten(last.startup.name, LONGEST_NAME)].map((text) => make('th', { scope: 'col', dir: 'auto' }, text));
  const table = make('table', {}, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows));
  return make('details', {}, make('summary', {}, say('why.beside', { name: last.startup.name, rank: number(last.rank) })), table);
}
