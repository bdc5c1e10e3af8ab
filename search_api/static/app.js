// The page's conductor: reads the address, asks the service, shows what came.

import { LIMITS, NOTHING_SAID, activeFilters, readAddress, writeAddress } from './address.js';
import { Failure, search, similar, status } from './api.js';
import { copy } from './clipboard.js';
import { button, make } from './elements.js';
import { examples } from './examples.js';
import { FilterBar } from './filters.js';
import { listen } from './keys.js';
import { showReading } from './reading.js';
import { card } from './results.js';
import { date, fill, firstLanguage, learn, number, say, sayCount, sayPeriod, speak } from './words.js';

const LONGEST_NEED = 10_000;
const HINT = 'need.keys';
const SKELETON_AFTER_MS = 150;

const $ = (id) => document.getElementById(id);
const field = $('need');
const filters = new FilterBar($('filters'), (change) => go({ ...change, limit: LIMITS[0] }));

let state = readAddress(location.search);
let answer = null;
let failure = null;
let service = null;
let hint = HINT;
let running = null;

/** Change the state, spell it in the address, and search. */
function go(change, { replace = false } = {}) {
  const need = field.value.trim() || state.need;
  state = { ...state, ...(need !== state.need && NOTHING_SAID), need, ...change };
  const address = writeAddress(state);
  if (replace || address === location.pathname + location.search) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  field.value = state.need;
  return run();
}

/** Search for what the state says; an older search that still runs is given up. */
async function run() {
  running?.abort();
  running = null;
  busy(false);
  if (!state.need) return show(null, null);
  if (!fits(state.need)) return undefined;
  const mine = new AbortController();
  running = mine;
  const { need, limit, ignored, senses } = state;
  const conditions = { limit, filters: activeFilters(state) };
  filters.update(state, answer?.facets ?? {});
  busy(true);
  try {
    const found = await (state.similar ? similar(state.similar, conditions, mine.signal) : search({ need, ...conditions, ignored, senses }, mine.signal));
    if (running === mine) show(found, null);
  } catch (error) {
    if (running !== mine) return undefined;
    if (!(error instanceof Failure)) throw error;
    show(null, error);
  } finally {
    if (running === mine) {
      running = null;
      busy(false);
    }
  }
  if (answer && answer.snapshot !== service?.snapshot) await askStatus();
  return undefined;
}

/** Whether `need` can be asked; if not, say so below the field and go there. */
function fits(need) {
  const length = Array.from(need).length;
  paintHint(length === 0 ? 'need.empty' : length > LONGEST_NEED ? 'need.long' : HINT, length);
  if (hint === HINT) return true;
  announce($('hint').textContent);
  field.focus();
  return false;
}

function paintHint(key, length = 0) {
  hint = key;
  $('hint').textContent = say(hint, { count: number(length), most: number(LONGEST_NEED) });
  $('hint').classList.toggle('wrong', hint !== HINT);
  field.setAttribute('aria-invalid', String(hint !== HINT));
}

let skeletonTimer;
function busy(on) {
  clearTimeout(skeletonTimer);
  $('answer').setAttribute('aria-busy', String(on));
  document.body.classList.toggle('busy', on);
  $('skeleton').hidden = true;
  if (!on) return;
  document.body.dataset.view = 'results';
  grow();
  if (!answer && !failure) holdPlaces();
  announce(say('loading'));
}

// What will stand above the results takes its room at once: nothing jumps.
function holdPlaces() {
  $('filters').hidden = false;
  $('filters').inert = true;
  $('summary').hidden = false;
  $('verdict').textContent = '\u00a0';
  $('count').textContent = '\u00a0';
  skeletonTimer = setTimeout(() => {
    $('verdict').textContent = say('loading');
    $('skeleton').hidden = false;
  }, SKELETON_AFTER_MS);
}

function show(newAnswer, newFailure) {
  answer = newAnswer;
  failure = newFailure;
  paint();
  if (failure) announce('');
  else if (answer) announce(`${answer.matches.length ? sayCount('count', answer.matches.length) : say('count.none')}. ${verdict()}`);
}

/** Show the state, the answer or the failure in the language now spoken. */
function paint() {
  const asked = Boolean(answer || failure);
  document.body.dataset.view = asked ? 'results' : 'start';
  document.title = state.need && asked ? `${state.need.slice(0, 60)} · ${say('name')}` : say('name');
  $('asked').textContent = asked ? state.need : '';
  $('notice').replaceChildren(...(failure ? [notice(failure)] : []));
  filters.update(state, answer?.facets ?? {});
  $('filters').inert = false;
  $('filters').hidden = !answer && Object.keys(activeFilters(state)).length === 0;
  showReading($('reading'), answer, (change) => go({ ...change, limit: LIMITS[0] }));
  $('summary').hidden = !answer;
  $('verdict').textContent = answer ? verdict() : '';
  $('count').textContent = answer?.matches.length ? [sayCount('count', answer.matches.length), ...lacking()].join('. ') : '';
  $('matches').replaceChildren(...(answer?.matches ?? []).map((match) => card(match, answer.requirements, announce, showSimilar)));
  $('back').hidden = !state.similar;
  $('more-line').replaceChildren(...more());
  paintFooter();
  grow();
}

function verdict() {
  if (answer.startup) return say('card.similar.of', { name: answer.startup.name });
  const strong = answer.matches.filter((match) => match.confidence === 'strong').length;
  if (answer.matches.length === 0) return say(Object.keys(activeFilters(state)).length ? 'verdict.empty' : 'verdict.void');
  if (answer.verdict === 'fits' && strong > 0) return sayCount('verdict.fits', strong);
  return say(answer.verdict === 'nothing' ? 'verdict.nothing' : 'verdict.unsure');
}

function lacking() {
  return answer.missing?.length ? [say('missing', { words: answer.missing.map(({ text }) => `“${text}”`).join(', ') })] : [];
}

async function showSimilar(id) {
  await go({ similar: id, limit: LIMITS[0] });
  $('back').focus();
}

// The focus goes back to the card that it came from.
async function showResults() {
  const id = state.similar;
  await go({ similar: '', limit: LIMITS[0] });
  document.querySelectorAll('.match')[answer?.matches.findIndex((match) => match.startup.id === id)]?.focus();
}

function more() {
  const shown = answer?.matches.length ?? 0;
  if (shown === 0 || shown < state.limit) return [];
  const next = LIMITS.find((limit) => limit > state.limit);
  if (next === undefined) return [say('more.end', { count: number(shown) })];
  return [
    button('secondary', say('more'), async () => {
      await go({ limit: next }, { replace: true });
      document.querySelectorAll('.match')[shown]?.focus({ preventScroll: true });
    }),
  ];
}

function notice({ kind, detail }) {
  return make(
    'div',
    { class: 'notice' },
    make('h2', {}, say(`error.${kind}`)),
    make('p', {}, say(`error.${kind}.mend`)),
    detail ? make('p', { class: 'hint' }, `${say('error.detail')} `, make('span', { lang: 'en', dir: 'auto' }, detail)) : null,
    button('secondary', say('error.retry'), () => {
      if (!state.need) askStatus({ aloud: true });
      else go(kind === 'refused' ? { senses: [], similar: '' } : {}, { replace: true }); // the link may be of another index
    }),
  );
}

/** Ask what the service answers from; `aloud` shows a failure: without an index no search works. */
async function askStatus({ aloud = false } = {}) {
  try {
    service = await status();
    if (aloud && failure && !state.need) show(null, null);
    paintFooter();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    service = null;
    if (aloud && !answer && !running) show(null, error);
  }
}

function paintFooter() {
  const lines = service
    ? [
        say('corpus.size', { startups: number(service.startups), passages: number(service.passages) }),
        sayPeriod(service.oldest_page, service.newest_page),
        say('corpus.built', { date: date(service.built_at) }),
      ]
    : [];
  $('corpus').textContent = lines.filter(Boolean).join(' ');
  $('took').textContent = answer ? say('took', { ms: number(Math.max(1, Math.round(answer.took_ms))) }) : '';
}

function announce(text) {
  $('announcement').textContent = text;
}

function choose(language, options) {
  speak(language, options);
  fill(document);
  for (const chooser of document.querySelectorAll('[data-language]')) {
    chooser.setAttribute('aria-pressed', String(chooser.dataset.language === language));
  }
  $('examples').replaceChildren(...examples((text) => { field.value = text; ask(); }));
  filters.rebuild();
  paintHint(hint, Array.from(field.value.trim()).length);
  paint();
}

/** Search for what stands in the field. */
function ask() {
  grow();
  if (fits(field.value.trim())) {
    filters.close();
    if (matchMedia('(pointer: coarse)').matches) field.blur();
    go({ limit: LIMITS[0] });
  }
}

// As many rows as the text needs, up to what the style allows.
function grow() {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
}

field.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  ask();
});
field.addEventListener('input', () => {
  grow();
  const length = Array.from(field.value.trim()).length;
  if (hint !== HINT && length > 0 && length <= LONGEST_NEED) paintHint(HINT);
});
$('search').addEventListener('submit', (event) => {
  event.preventDefault();
  ask();
});
$('copy-link').addEventListener('click', ({ currentTarget }) => copy(location.href, currentTarget, 'copy.link', announce));
listen(field);
$('back').addEventListener('click', showResults);
addEventListener('popstate', () => {
  state = readAddress(location.search);
  field.value = state.need;
  filters.close();
  paintHint(HINT);
  run();
  grow();
});
addEventListener('resize', grow);
for (const chooser of document.querySelectorAll('[data-language]')) {
  chooser.addEventListener('click', () => choose(chooser.dataset.language, { keep: true }));
}

await learn();
choose(firstLanguage());
document.body.classList.add('ready');
field.value = state.need;
grow();
if (!state.need && matchMedia('(pointer: fine)').matches) field.focus();
await Promise.all([run(), askStatus({ aloud: !state.need })]);
