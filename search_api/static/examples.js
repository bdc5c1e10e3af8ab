// Needs to begin with, more of the language that the page speaks. Each is searched as it stands, in its own language.

import { button, make } from './elements.js';
import { LANGUAGES, say, spoken } from './words.js';

const OTHERS_SHOWN = 2;
const EXAMPLES = {
  it: [
    'Prevedere la porosità nei getti pressofusi in alluminio',
    'Rigenerare le sabbie esauste di fonderia',
    'Sbavatura robotizzata di getti in ghisa',
    'Idrogeno nei forni di trattamento termico',
  ],
  en: [
    'Replace hard chrome plating on hydraulic rods',
    'Robots that pick unsorted parts from a bin',
    'Sort aluminium scrap by alloy',
    'Cut the energy lost in compressed air',
  ],
};

/** A list per language; `onPick` takes the need that was picked. */
export function examples(onPick) {
  const own = spoken();
  return [own, ...LANGUAGES.filter((other) => other !== own)].map((lang) => {
    const shown = EXAMPLES[lang].slice(0, lang === own ? undefined : OTHERS_SHOWN);
    const chips = shown.map((text) => make('li', {}, button('example', text, () => onPick(text), { lang })));
    return make('div', { class: 'examples' }, make('h2', {}, say(`examples.${lang}`)), make('ul', {}, ...chips));
  });
}
