// How the need was read: what it excludes, a chip each, and what its ambiguous words were taken for, a choice each.

import { button, make, shorten } from '../elements.js';
import { say, spoken } from '../words.js';

const LONGEST_LABEL = 60;
const CONTROLS = 'button, select';

/** Show in `root` what `answer` says of its need; `onChange` takes the part of the state that changes. */
export function showReading(root, answer, onChange) {
  const focused = [...root.querySelectorAll(CONTROLS)].indexOf(document.activeElement);
  const { exclusions = [], senses = [] } = answer ?? {};
  const items = [...exclusions.map((one) => chip(one, exclusions, onChange)), ...senses.map((one) => picker(one, senses, onChange))];
  root.replaceChildren(...items.map((one) => make('li', {}, one)));
  root.hidden = root.children.length === 0;
  if (focused >= 0) (root.querySelectorAll(CONTROLS)[focused] ?? root.querySelector(CONTROLS))?.focus();
}

// Pressed, an exclusion counts no more, or again.
function chip({ text, applied }, exclusions, onChange) {
  const ignored = exclusions.filter((one) => !one.applied).map((one) => one.text);
  const thing = shorten(text, LONGEST_LABEL);
  const change = () => onChange({ ignored: applied ? [...ignored, text] : ignored.filter((other) => other !== text) });
  const label = say(applied ? 'exclusions.remove' : 'exclusions.restore', { thing });
  return button(applied ? 'chip' : 'chip off', say('exclusions.chip', { thing }), change, { 'aria-label': label, dir: 'auto' });
}

function picker({ text, taken, others }, senses, onChange) {
  const word = shorten(text, LONGEST_LABEL);
  const kept = senses.filter((one) => one.chosen && one.text !== text).map((one) => one.taken.choice);
  const select = make('select', { 'aria-label': say('senses.label', { word }) });
  for (const sense of [taken, ...others].sort((a, b) => a.english.localeCompare(b.english))) {
    select.append(make('option', { value: sense.choice }, meaning(sense)));
  }
  select.value = taken.choice;
  select.addEventListener('change', () => onChange({ senses: [...kept, select.value] }));
  return make('label', { class: 'chip sense', dir: 'auto' }, `${word}: `, select);
}

function meaning({ english, meaning_it: italian, meaning_en: told }) {
  const said = spoken() === 'it' ? italian : told;
  return said ? say('senses.option', { english, meaning: said }) : english;
}
