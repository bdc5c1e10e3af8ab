// The page's conductor: reads the address, asks the service, shows what came.

import { NOTHING_SAID, PAGE, activeFilters, asks, readAddress, writeAddress } from './address.js';
import { Failure, search } from './api.js';
import { copy } from './clipboard.js';
import { CorpusLine } from './corpus.js';
import { examples } from './examples.js';
import { NeedField } from './field.js';
import { FilterBar } from './filters.js';
import { listen } from './keys.js';
import { later } from './later.js';
import { foot, joined, notice } from './more.js';
import { Latest, once, onlyFailures } from './promises.js';
import { card } from './results.js';
import { LANGUAGES, fill, firstLanguage, learn, number, say, sayCount, speak } from './words.js';

const SKELETON_AFTER_MS = 150;

const $ = (id) => document.getElementById(id);
const choosers = document.querySelectorAll('[data-language]');
const cards = () => document.querySelectorAll('.match');
// Before it can speak the page listens to nothing.
const first = firstLanguage();
await learn('/static/', [first]);
const field = new NeedField($('search'), $('need'), $('hint'), { onAsk: ask, announce });
const filters = new FilterBar($('filters'), go, orTell);
const corpus = new CorpusLine($('corpus'));
const latest = new Latest();
const learnAll = once(() => learn('/static/', LANGUAGES));

let state = readAddress(location.search);
let answer = null;
let failure = null;
let unfinished = null; // what ended the list too early
let browsing, reading;
let came = PAGE; // shown where `similar` began

/** Change the state, spell it in the address, and ask. */
function go(change, { replace = false } = {}) {
  const need = change.need ?? (state.browse ? state.need : field.text || state.need);
  state = { ...state, limit: PAGE, ...(need !== state.need && NOTHING_SAID), ...change, need };
  const address = writeAddress(state);
  if (replace || address === location.pathname + location.search) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  if (state.need) field.text = state.need;
  return run();
}

/** Ask for what the state says; whether that, or its failure, is what is shown. */
async function run() {
  latest.giveUp();
  unfinished = null;
  busy(false);
  if (!asks(state)) return show(null, null);
  if (state.need && !field.fits(state.need)) return false;
  filters.update(state, answer?.facets ?? {});
  busy(true);
  if (!(await latest.ask((signal) => find(signal), (found) => show(found, null), (error) => show(null, error)))) return false;
  const shown = answer ?? failure;
  busy(false);
  if (state.class.length > 0) await filters.name();
  if (answer && answer.snapshot !== corpus.snapshot) await askStatus();
  return shown === (answer ?? failure) && !latest.isRunning;
}

/** What the state asks for; `next` is where it goes on. */
async function find(signal, next = null) {
  const conditions = { limit: next === null ? state.limit : PAGE, filters: activeFilters(state) };
  if (state.similar) return (await later('service')).similar(state.similar, conditions, signal);
  if (state.browse) {
    browsing = await later('browse');
    return browsing.list(state, { ...conditions, offset: next ?? 0 }, signal);
  }
  const found = await search({ ...state, ...conditions, page: next }, signal);
  if (found.read_as || state.as_typed || found.exclusions.length + found.senses.length > 0) reading = await later('reading');
  return found;
}

let skeletonTimer;
function busy(on) {
  clearTimeout(skeletonTimer);
  $('answer').setAttribute('aria-busy', String(on));
  document.body.classList.toggle('busy', on);
  $('skeleton').hidden = true;
  if (!on) return;
  document.body.dataset.view = 'results';
  field.grow();
  if (!answer && !failure) holdPlaces();
  announce(say('loading'));
}

// What will stand above the results takes its room at once: nothing jumps.
function holdPlaces() {
  for (const name of ['filters', 'summary']) Object.assign($(name), { hidden: false, inert: true });
  $('verdict').textContent = '\u00a0';
  $('count').textContent = '\u00a0';
  skeletonTimer = setTimeout(() => {
    $('verdict').textContent = say('loading');
    $('skeleton').hidden = false;
  }, SKELETON_AFTER_MS);
}

function show(newAnswer, newFailure) {
  [answer, failure] = [newAnswer, newFailure];
  paint();
  if (failure || answer) announce(failure ? '' : `${counted()[0] ?? say('count.none')}. ${title()}`);
}

/** Show the state, the answer or the failure in the language now spoken. */
function paint() {
  const asked = Boolean(answer || failure);
  const what = state.need || (state.browse && say('browse'));
  document.body.dataset.view = asked ? 'results' : 'start';
  document.title = what && asked ? `${what.slice(0, 60)} · ${say('name')}` : say('name');
  $('asked').textContent = asked ? state.need : '';
  tellFailure();
  filters.update(state, answer?.facets ?? {});
  for (const name of ['filters', 'summary']) $(name).inert = false;
  $('filters').hidden = !answer && Object.keys(activeFilters(state)).length === 0;
  reading?.showReading($('reading'), answer, state.as_typed, go);
  $('summary').hidden = !answer;
  $('verdict').textContent = answer ? title() : '';
  for (const name of ['why', 'diverse']) $(name).hidden = !state.need || Boolean(state.similar);
  $('diverse').setAttribute('aria-pressed', String(state.diverse));
  $('back').hidden = !state.similar && state.browse !== 'startups';
  $('back').textContent = say(state.similar ? 'similar.back' : 'browse.back');
  $('matches').className = answer?.grid ? 'classes' : 'matches';
  $('matches').replaceChildren(...items(0));
  paintCount();
  corpus.paint();
  $('took').textContent = answer?.took_ms ? say('took', { ms: number(Math.max(1, Math.round(answer.took_ms))) }) : '';
  field.grow();
}

function paintCount() {
  $('count').textContent = answer ? counted().join('. ') : '';
  $('more-line').replaceChildren(...(answer ? foot(answer, { state, unfinished, onMore: more, onAnew: anew, onWhy: openWhy }) : []));
}

/** The list items of what was found, from the one at `start` on. */
function items(start) {
  if (!answer) return [];
  if (answer.startups) return browsing.items(answer, start, { state, go: browse, announce, showSimilar });
  return answer.matches.slice(start).map((match) => card(match, answer.requirements, announce, showSimilar));
}

function title() {
  if (answer.startups) return browsing.title(answer, state);
  if (answer.startup) return say('card.similar.of', { name: answer.startup.name });
  const strong = answer.matches.filter((match) => match.confidence === 'strong').length;
  if (answer.matches.length === 0) return say(Object.keys(activeFilters(state)).length ? 'verdict.empty' : 'verdict.void');
  if (answer.verdict === 'fits' && strong > 0) return sayCount('verdict.fits', strong);
  return say(answer.verdict === 'nothing' ? 'verdict.nothing' : 'verdict.unsure');
}

/** What is said of how many were found, sentence by sentence. */
function counted() {
  if (answer.startups) return browsing.counted(answer, state);
  if (answer.matches.length === 0) return [];
  const missing = answer.missing?.length ? [say('missing', { words: answer.missing.map(({ text }) => `“${text}”`).join(', ') })] : [];
  return [sayCount('count', answer.matches.length), ...(state.diverse && !state.similar ? [say('diverse.on')] : []), ...missing];
}

async function showSimilar(id) {
  if (!state.similar) came = Math.min(state.limit, 100);
  if (await go({ similar: id })) $('back').focus();
}

// The focus goes back to what it came from.
async function goBack() {
  const { similar: id, class: [technology] } = state;
  if (!(await go(id ? { similar: '', limit: came } : { browse: 'classes', class: [] }))) return;
  if (id) focusOn(id);
  else [...$('matches').querySelectorAll('button')].find((tile) => tile.value === technology)?.focus();
}

function focusOn(id) {
  cards()[(answer?.startups ?? answer?.matches ?? []).findIndex((one) => one.startup.id === id)]?.focus();
}

/** Go on where the answer ends; when that fails, what is shown stays. */
async function more({ currentTarget: pressed }) {
  if (document.body.classList.contains('busy')) return;
  const shown = cards().length;
  if (state.similar && !(await go({ limit: state.limit + PAGE }, { replace: true }))) return;
  if (!state.similar) {
    pressed.textContent = say('loading');
    announce(pressed.textContent);
    const join = (page) => {
      unfinished = page.snapshot === answer.snapshot ? null : new Failure('changed');
      if (!unfinished) answer = joined(answer, page);
    };
    if (!(await latest.ask((signal) => find(signal, answer.next), join, (error) => { unfinished = error; }))) return;
    $('matches').append(...items(shown));
    paintCount();
    announce(unfinished ? `${say(`error.${unfinished.kind}`)} ${say(`error.${unfinished.kind}.mend`)}` : counted()[0]);
    state.limit = Math.ceil(cards().length / PAGE) * PAGE;
    history.replaceState(null, '', writeAddress(state));
  }
  (unfinished ? $('more-line').querySelector('button') : cards()[shown])?.focus({ preventScroll: !unfinished });
}

/** Ask and go to where the answer begins. */
async function browse(change, options) {
  if (!(await go(change, options))) return;
  $('answer').focus({ preventScroll: true });
  scrollTo(0, 0);
}

const anew = () => browse({}, { replace: true });

function tryAgain() {
  if (!asks(state)) return askStatus({ aloud: true });
  // The link may be of another index.
  return go(failure?.kind === 'refused' ? { senses: [], similar: '' } : { limit: state.limit }, { replace: true });
}

const tellFailure = () => $('notice').replaceChildren(...(failure ? [notice(failure, tryAgain)] : []));

/** Do what takes the service; where that fails, what is shown stays, and it is told above. */
async function orTell(action) {
  try {
    tellFailure();
    await action();
  } catch (error) {
    onlyFailures(error);
    $('notice').replaceChildren(notice(error, () => orTell(action)));
  }
}

const openWhy = () => orTell(async () => {
  const asked = answer;
  const why = await later('why');
  if (asked && answer === asked && !document.querySelector('dialog')) why.open({ state, snapshot: asked.snapshot, onAnew: anew, onChosen: bringIn });
});

/** Ask with `change`, if there is one, and go to the startup with `id`. */
async function bringIn(id, change) {
  if (!change || (await go(change))) focusOn(id);
}

/** Ask what the service answers from; `aloud` shows a failure: without an index no search works. */
async function askStatus({ aloud = false } = {}) {
  try {
    await corpus.ask();
    if (aloud && failure && !asks(state)) show(null, null);
  } catch (error) {
    onlyFailures(error);
    if (aloud && !answer && !latest.isRunning) show(null, error);
  }
}

function announce(text) {
  $('announcement').textContent = text;
}

function choose(language, options) {
  speak(language, options);
  fill(document);
  for (const chooser of choosers) chooser.setAttribute('aria-pressed', chooser.dataset.language === language);
  $('examples').replaceChildren(...examples((text) => { field.text = text; ask(); }));
  filters.rebuild();
  field.rebuild();
  paint();
}

/** Search for what stands in the field. */
function ask() {
  field.grow();
  if (!field.fits(field.text)) return;
  filters.close();
  if (matchMedia('(pointer: coarse)').matches) $('need').blur();
  go({ need: field.text, browse: '', similar: '' });
}

$('copy-link').addEventListener('click', ({ currentTarget }) => copy(location.href, currentTarget, 'copy.link', announce));
$('diverse').addEventListener('click', () => go({ diverse: !state.diverse }));
$('why').addEventListener('click', openWhy);
$('back').addEventListener('click', goBack);
$('browse').addEventListener('click', (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  browse({ need: '', browse: 'classes', class: [], similar: '' });
});
listen($('need'));
addEventListener('popstate', () => {
  document.querySelector('dialog')?.close();
  state = readAddress(location.search);
  field.text = state.need;
  filters.close();
  run();
});

choose(first);
for (const chooser of choosers) chooser.addEventListener('click', () => orTell(() => learnAll().then(() => choose(chooser.dataset.language, { keep: true }))));
document.body.classList.add('ready');
field.text = state.need;
if (!asks(state) && matchMedia('(pointer: fine)').matches) $('need').focus();
await Promise.all([run(), askStatus({ aloud: !asks(state) })]);
