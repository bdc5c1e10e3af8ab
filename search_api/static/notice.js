// What is said in place of an answer that did not come.

import { button, make } from './elements.js';
import { say } from './words.js';

/** What is wrong, how to mend it, and a button that tries again. */
export function notice({ kind, detail }, onRetry) {
  return make(
    'div',
    { class: 'notice' },
    make('h2', {}, say(`error.${kind}`)),
    make('p', {}, say(`error.${kind}.mend`)),
    detail && kind !== 'changed' ? make('p', { class: 'hint' }, `${say('error.detail')} `, make('span', { lang: 'en', dir: 'auto' }, detail)) : null,
    button('secondary', say(kind === 'changed' ? 'error.anew' : 'error.retry'), onRetry),
  );
}
