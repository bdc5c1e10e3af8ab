// The page's words in Italian and English: sentences, plurals, numbers, dates, names of countries and languages.

import { Failure } from './api.js';

export const LANGUAGES = ['it', 'en'];
const LOCALES = { it: 'it-IT', en: 'en-GB' };
const KEPT_AS = 'scout.language';

const everyWord = { it: {}, en: {} };
const technologies = new Map();
let language = 'en';
let rules, numbers, dates, countries, tongues;

/** The language to begin with: the one chosen before, else the browser's first that we speak. */
export function firstLanguage() {
  const kept = recall();
  if (LANGUAGES.includes(kept)) return kept;
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return spoken.find((tag) => LANGUAGES.includes(tag)) ?? 'en';
}

/** Fetch the words that lie in `folder`, of `languages`; rejects with a Failure when the service is gone. */
export async function learn(folder, languages) {
  const load = async (one) => {
    const response = await fetch(`${folder}words.${one}.json`).catch(() => { throw new Failure('unreachable'); });
    if (!response.ok) throw new Error(`${folder}words.${one}.json: status ${response.status}`);
    Object.assign(everyWord[one], await response.json());
  };
  await Promise.all(languages.map(load));
}

/** Keep the names of `classes` of technologies, as the service tells them. */
export function learnTechnologies(classes) {
  for (const one of classes) technologies.set(one.id, one);
}

/** Speak `chosen` from now on; `keep` remembers it for the next visit. */
export function speak(chosen, { keep = false } = {}) {
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
  const sentence = everyWord[language][key] ?? key;
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
  return everyWord[language][`source.${name}`] ?? name;
}

/** The name of a class of technologies; its id where the service has not told it. */
export function technology(id) {
  return technologies.get(id)?.[language] ?? id;
}

/** What startups of a class do; empty where the service has not told it. */
export function aboutTechnology(id) {
  return technologies.get(id)?.[`about_${language}`] ?? '';
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
