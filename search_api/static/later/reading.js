// How the need was read: what was searched for if not what stands there, what it excludes, a chip each, and what its
// ambiguous words were taken for, a choice each.

import { button, make, shorten } from '../elements.js';
import { isTongue, say, spoken } from '../words.js';

const LONGEST_LABEL = 60;
const LONGEST_TEXT = 280;
const CONTROLS = 'button, select';

/** Show in `root` what `answer` says of its need, asked `asTyped` or not; `onChange` takes the part of the state that changes. */
export function showReading(root, answer, asTyped, onChange) {
  const focused = [...root.querySelectorAll(CONTROLS)].indexOf(document.activeElement);
  const { exclusions = [], senses = [], read_as: wording, language } = answer ?? {};
  const said = wording ? searched(wording, language, onChange) : asTyped && answer ? typed(onChange) : null;
  const items = [...(said ? [said] : []), ...exclusions.map((one) => chip(one, exclusions, onChange)), ...senses.map((one) => picker(one, senses, onChange))];
  root.replaceChildren(...items.map((one) => make('li', {}, one)));
  root.hidden = root.children.length === 0;
  if (focused >= 0) (root.querySelectorAll(CONTROLS)[focused] ?? root.querySelector(CONTROLS))?.focus();
}

// What was searched for: of a letter the sentences that ask for something, and with words that nobody knows respelt.
function searched({ text, respelt, shortened }, language, onChange) {
  const points = Array.from(text).length;
  const quoted = make('q', { dir: 'auto', lang: isTongue(language) ? language : '' }, shorten(text, LONGEST_TEXT));
  const whole = make('div', { class: 'searched' }, make('p', {}, `${say(shortened ? 'reading.letter' : 'reading.as')} `, quoted));
  if (points > LONGEST_TEXT) {
    const toggle = button('quiet small', say('reading.whole'), () => {
      const open = toggle.getAttribute('aria-expanded') !== 'true';
      quoted.textContent = open ? text : shorten(text, LONGEST_TEXT);
      toggle.textContent = say(open ? 'evidence.less' : 'reading.whole');
      toggle.setAttribute('aria-expanded', String(open));
    }, { 'aria-expanded': 'false' });
    whole.append(toggle);
  }
  if (respelt.length > 0) whole.append(make('p', { class: 'hint' }, `${say('reading.respelt')} `, ...respelt.flatMap(respelling)));
  whole.append(button('quiet small', say('reading.typed'), () => onChange({ as_typed: true })));
  return whole;
}

// What takes the place of that where the need was searched for as it stands because the scout said so.
function typed(onChange) {
  return make('div', { class: 'searched' }, make('p', {}, say('reading.typed.on')), button('quiet small', say('reading.typed.off'), () => onChange({ as_typed: false })));
}

function respelling({ text, read_as: meant }, at) {
  const [old, now] = [text, meant].map((word) => shorten(word, LONGEST_LABEL));
  return [at > 0 ? ', ' : '', make('span', { class: 'respelt', dir: 'auto' }, make('del', {}, old), ' → ', make('b', {}, now))];
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
