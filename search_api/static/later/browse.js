// Startups without a need: the classes of technologies to choose from, and the startups of one.

import { button, make, shorten } from '../elements.js';
import { onlyFailures } from '../promises.js';
import { LONGEST_NAME, facts, heading, quotation, similarButton, tags } from '../results.js';
import { aboutTechnology, number, say, sayCount, technology } from '../words.js';
import { knowTechnologies, startup as detail, startups } from './service.js';

const ROOM = 320;
const PAGES = 2;
const TELLING = 80;

/** What `state` browses: `grid` says that it is the classes; `next` is where the list goes on, null at its end. */
export async function list(state, conditions, signal) {
  const grid = state.browse === 'classes' && state.class.length === 0;
  const [found] = await Promise.all([startups(grid ? { ...conditions, limit: 1, offset: 0 } : conditions, signal), knowTechnologies()]);
  const end = conditions.offset + found.startups.length;
  return { ...found, grid, startups: grid ? [] : found.startups, next: !grid && end < found.total ? end : null };
}

export function title({ grid }, state) {
  if (grid) return say('browse.title');
  return state.class.length > 0 ? state.class.map(technology).join(', ') : say('browse.all');
}

/** What is said of how many were found, sentence by sentence. */
export function counted({ grid, startups: shown, total, facets }, state) {
  if (grid) return [sayCount('browse.classes', Object.keys(facets.class).length)];
  if (total === 0) return [say('verdict.empty')];
  const about = state.class.length === 1 ? [aboutTechnology(state.class[0])] : [];
  const count = shown.length === total ? sayCount('browse.count', total) : say('browse.of', { shown: number(shown.length), total: number(total) });
  const order = state.class.length > 0 ? [say('browse.order')] : [];
  return [[count, ...order].join(', '), ...about].filter(Boolean);
}

/** The list items from the one at `start` on; `go` takes the part of the state that changes. */
export function items(answer, start, { state, go, showSimilar }) {
  if (answer.grid) return tiles(answer, go);
  return answer.startups.slice(start).map((listed, at) => card(listed, `browsed-${start + at + 1}`, state.class, go, showSimilar));
}

function tiles({ facets, total }, go) {
  const each = Object.entries(facets.class).map(([id, count]) => [id, technology(id), count]);
  each.sort((a, b) => a[1].localeCompare(b[1]));
  return [['', say('browse.all'), total], ...each].map(([id, name, count]) => {
    const tile = button('tile', name, () => go({ browse: 'startups', class: id ? [id] : [] }), { value: id });
    tile.append(make('span', { class: 'number' }, number(count)));
    return make('li', {}, tile);
  });
}

function card({ startup, region, classes }, titleId, chosen, go, showSimilar) {
  const name = shorten(startup.name, LONGEST_NAME);
  const text = make('div', { class: 'told' });
  const article = make(
    'article',
    { class: 'match', tabindex: '-1', 'aria-labelledby': titleId },
    make('div', { class: 'facts' }, ...heading(startup, name, titleId), facts(startup, region), tags(startup), make('div', { class: 'copy' }, similarButton(startup, name, showSimilar))),
    make('div', { class: 'proof' }, belongs(classes, chosen, go), text),
  );
  whenSeen(article, () => tell(startup.id, text));
  return make('li', {}, article);
}

// The classes that a startup belongs to, each leading to its startups.
function belongs(classes, chosen, go) {
  if (classes.length === 0) return null;
  const list = make('ul', { class: 'tags belongs', 'aria-label': say('browse.belongs') });
  for (const { id } of classes) {
    const here = chosen.includes(id);
    list.append(make('li', { class: here ? 'here' : null }, here ? technology(id) : button('', technology(id), () => go({ browse: 'startups', class: [id] }))));
  }
  return list;
}

// What a startup says of itself, asked for when its card comes into view. The card stands without it as well.
async function tell(id, root) {
  const { pages } = await detail(id).catch((error) => {
    onlyFailures(error);
    return { pages: [] };
  });
  const first = [...pages].sort((a, b) => (a.source === 'site') - (b.source === 'site')).slice(0, PAGES);
  root.replaceChildren(...first.map((page) => {
    const text = page.passages.find((one) => one.length >= TELLING) ?? page.passages[0];
    return quotation({ ...page, text, marks: [], heading: '', page_number: null }, ROOM);
  }));
}

function whenSeen(element, act) {
  const eye = new IntersectionObserver((entries) => {
    if (!entries.some((one) => one.isIntersecting)) return;
    eye.disconnect();
    act();
  }, { rootMargin: '200px' });
  eye.observe(element);
}
