// What stands below a list: how far it is, and what goes on; and what is said in place of an answer that did not come.

import { PAGE } from './address.js';
import { button, make } from './elements.js';
import { number, say } from './words.js';

const MOST_SIMILAR = 50;

/** `answer` with the matches or startups of the page that follows it. */
export function joined(answer, page) {
  const name = answer.startups ? 'startups' : 'matches';
  return { ...answer, [name]: [...answer[name], ...page[name]], next: page.next, total: page.total };
}

/** What stands below `answer`; `unfinished` is the Failure that ended it too early, if any. */
export function foot(answer, { state, unfinished, onMore, onAnew, onWhy }) {
  const shown = (answer.startups ?? answer.matches).length;
  if (unfinished) return [notice(unfinished, unfinished.kind === 'changed' ? onAnew : onMore)];
  if (answer.grid) return [];
  const goesOn = state.similar ? shown === state.limit && shown < MOST_SIMILAR : answer.next !== null;
  const total = state.similar ? null : answer.total;
  const lines = [];
  if (goesOn) {
    const told = total === null ? [] : [make('span', { class: 'hint' }, say('more.shown', { shown: number(shown), total: number(total) }))];
    lines.push(make('p', {}, button('secondary', say('more'), onMore), ...told));
  } else if (shown >= PAGE) lines.push(make('p', {}, say(state.similar ? 'more.end' : 'more.all', { count: number(shown) })));
  if (shown > 0 && state.need && !state.similar) lines.push(make('p', {}, button('quiet', say('why'), onWhy)));
  return lines;
}

/** What is wrong, how to mend it, and a button that tries again. */
export function notice({ kind, detail, stuck }, onRetry) {
  return make(
    'div',
    { class: 'notice' },
    make('h2', {}, say(`error.${kind}`)),
    make('p', {}, say(`error.${kind}.mend`)),
    detail && kind !== 'changed' ? make('p', { class: 'hint' }, `${say('error.detail')} `, make('span', { lang: 'en', dir: 'auto' }, detail)) : null,
    button('secondary', say(kind === 'changed' ? 'error.anew' : 'error.retry'), stuck ? () => location.reload() : onRetry),
  );
}
