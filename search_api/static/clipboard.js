// Text to the clipboard.

import { say } from './words.js';

/** Copy `text`; `button`, whose words are `key`, says for a while whether it worked, and `announce` takes the same. */
export async function copy(text, button, key, announce) {
  const said = say((await copyText(text)) ? 'copy.done' : 'copy.failed');
  button.textContent = said;
  announce(said);
  setTimeout(() => { button.textContent = say(key); }, 2000);
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// A page on plain http in the office network has no navigator.clipboard.
function copyBySelection(text) {
  const before = document.activeElement;
  const carrier = document.createElement('textarea');
  carrier.className = 'unseen';
  carrier.value = text;
  document.body.append(carrier);
  carrier.select();
  const done = document.execCommand('copy');
  carrier.remove();
  before?.focus();
  return done;
}
