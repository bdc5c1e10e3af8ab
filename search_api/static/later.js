// Parts of the page that are loaded when they are first wanted: a module each, with the words and the style of all of them.

import { Failure } from './api.js';
import { once } from './promises.js';
import { LANGUAGES, learn } from './words.js';

const parts = new Map();
const common = once(() => Promise.all([learn('/static/later/', LANGUAGES), dress()]));

/** The module `later/NAME.js`, once its words and its style are there as well; rejects with a Failure when the service is gone. */
export function later(name) {
  if (!parts.has(name)) {
    let tried = 0;
    parts.set(name, once(() => load(name, tried++)));
  }
  return parts.get(name)();
}

// Some browsers remember that an address could not be loaded: a second try has another one.
async function load(name, tried) {
  const [part] = await Promise.all([import(`./later/${name}.js${tried ? `?${tried}` : ''}`).catch((error) => gone(error, tried)), common()]);
  return part;
}

// TypeError is all that a browser says when nothing came. What a part imports has one address: only a reload asks anew.
function gone(error, tried) {
  throw error instanceof TypeError ? Object.assign(new Failure('unreachable'), { stuck: tried > 1 }) : error;
}

// A style sheet that is disabled in the HTML is not loaded before it is switched on.
function dress() {
  const link = document.getElementById('later-style');
  if (link.sheet && !link.disabled) return undefined;
  return new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => {
      link.disabled = true;
      reject(new Failure('unreachable'));
    };
    link.disabled = false;
  });
}
