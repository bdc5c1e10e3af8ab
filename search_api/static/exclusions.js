// What the need excludes, a chip each: pressed, it counts no more, or again.

import { button, make, shorten } from '/static/elements.js';
import { say } from '/static/words.js';

const LONGEST_LABEL = 60;

/** Show `exclusions` in `root`; `onChange` takes the texts of those that are not to count. */
export function exclusionChips(root, exclusions, onChange) {
  const focused = [...root.querySelectorAll('button')].indexOf(document.activeElement);
  const ignored = exclusions.filter((one) => !one.applied).map((one) => one.text);
  const chips = exclusions.map(({ text, applied }) => {
    const thing = shorten(text, LONGEST_LABEL);
    const change = () => onChange(applied ? [...ignored, text] : ignored.filter((other) => other !== text));
    const label = say(applied ? 'exclusions.remove' : 'exclusions.restore', { thing });
    return make('li', {}, button(applied ? 'chip' : 'chip off', say('exclusions.chip', { thing }), change, { 'aria-label': label, dir: 'auto' }));
  });
  root.replaceChildren(...chips);
  root.hidden = chips.length === 0;
  if (focused >= 0) (root.querySelectorAll('button')[focused] ?? root.querySelector('button'))?.focus();
}
