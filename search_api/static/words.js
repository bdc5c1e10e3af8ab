// The page's words in Italian and English: sentences, plurals, numbers, dates, names of countries and languages.

export const LANGUAGES = ['it', 'en'];
const LOCALES = { it: 'it-IT', en: 'en-GB' };
const KEPT_AS = 'scout.language';

const everyWord = {};
let language = 'en';
let words = {};
let rules, numbers, dates, countries, tongues;

/** The language to begin with: the one chosen before, else the browser's first that we speak. */
export function firstLanguage() {
  const kept = recall();
  if (LANGUAGES.includes(kept)) return kept;
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return spoken.find((tag) => LANGUAGES.includes(tag)) ?? 'en';
}

/** Fetch the words of every language, so that a switch needs no service. */
export async function learn() {
  const load = async (one) => {
    const response = await fetch(`/static/words.${one}.json`);
    if (!response.ok) throw new Error(`/static/words.${one}.json: status ${response.status}`);
    everyWord[one] = await response.json();
  };
  await Promise.all(LANGUAGES.map(load));
}

/** Speak `chosen` from now on; `keep` remembers it for the next visit. */
export function speak(chosen, { keep = false } = {}) {
  words = everyWord[chosen];
  language = chosen;
  const locale = LOCALES[chosen];
  rules = new Intl.PluralRules(locale);
  numbers = new Intl.NumberFormat(locale, { useGrouping: 'always' });
  dates = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  countries = new Intl.DisplayNames([locale], { type: 'region' });
  tongues = new Intl.DisplayNames([locale], { type: 'language' });
  document.documentElement.lang = chosen;
  if (keep) remember(chosen);
}

export function spoken() {
  return language;
}

/** The sentence under `key`, its {places} filled from `values`. */
export function say(key, values = {}) {
  const sentence = words[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/** The sentence for `count` things: `key.one` or `key.other`. */
export function sayCount(key, count) {
  const form = rules.select(count) === 'one' ? 'one' : 'other';
  return say(`${key}.${form}`, { count: number(count) });
}

/** When pages were read, from the first to the last; empty where there are none. */
export function sayPeriod(oldest, newest) {
  if (!oldest || !newest) return '';
  const [first, last] = [date(oldest), date(newest)];
  return first === last ? say('corpus.day', { day: first }) : say('corpus.period', { oldest: first, newest: last });
}

export function number(value) {
  return numbers.format(value);
}

export function date(iso) {
  const day = new Date(iso);
  return Number.isNaN(day.valueOf()) ? '' : dates.format(day);
}

export function country(code) {
  return /^[A-Z]{2}$/.test(code) ? countries.of(code) : code;
}

/** The name of a language code; empty where the language is unknown. */
export function tongue(code) {
  return isTongue(code) ? tongues.of(code) : '';
}

/** Whether `code` may stand in a lang attribute. */
export function isTongue(code) {
  return /^[a-z]{2,3}$/.test(code) && code !== 'und';
}

/** The name of a directory; one that we have no words for keeps its own name. */
export function directory(name) {
  return words[`source.${name}`] ?? name;
}

/** Fill every element that names its words in data-words, data-words-label or data-words-placeholder. */
export function fill(root) {
  for (const element of root.querySelectorAll('[data-words]')) element.textContent = say(element.dataset.words);
  for (const element of root.querySelectorAll('[data-words-label]')) {
    element.setAttribute('aria-label', say(element.dataset.wordsLabel));
  }
  for (const element of root.querySelectorAll('[data-words-placeholder]')) {
    element.placeholder = say(element.dataset.wordsPlaceholder);
  }
}

// A browser may forbid storage; the page then only forgets the choice.
function recall() {
  try {
    return localStorage.getItem(KEPT_AS);
  } catch {
    return null;
  }
}

function remember(chosen) {
  try {
    localStorage.setItem(KEPT_AS, chosen);
  } catch {
    // Nothing to do: the choice holds until the page is closed.
  }
}
