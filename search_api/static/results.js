// A match as a card: facts on one side, on the other what speaks for it.

import { copy } from './clipboard.js';
import { button, hostOf, make, shorten, webAddress, webLink } from './elements.js';
import { excerpt, runs, tidyMarks } from './passages.js';
import { country, date, directory, isTongue, say, sayCount, tongue } from './words.js';

export const LONGEST_NAME = 120;
const LONGEST_LABEL = 60;
const TAGS_SHOWN = 6;
const ROOM_FIRST = 420;
const ROOM_OTHERS = 260;
const SIGNS = { met: '✓', 'not-stated': '?', contradicted: '✕' };
const CONFIDENCES = ['strong', 'possible', 'weak'];

/** The list item of `match` to a need of these `requirements`; `announce` tells a screen reader, `onSimilar` takes a startup's id. */
export function card(match, requirements, announce, onSimilar) {
  const name = shorten(match.startup.name, LONGEST_NAME);
  const titleId = `match-${match.rank}`;
  return make(
    'li',
    {},
    make(
      'article',
      { class: 'match', tabindex: '-1', 'aria-labelledby': titleId },
      make('div', { class: 'facts' }, standing(match), ...heading(match.startup, name, titleId), facts(match.startup), tags(match.startup), make('div', { class: 'copy' }, copyButton(match, name, announce), similarButton(match.startup, name, onSimilar))),
      make('div', { class: 'proof' }, coverage(match.coverage, requirements), ...proof(match)),
    ),
  );
}

function standing({ rank, plain_rank: plain, confidence, probability }) {
  return make(
    'div',
    { class: 'standing' },
    make('span', { class: 'rank' }, String(rank)),
    CONFIDENCES.includes(confidence) ? make('span', { class: `badge ${confidence}` }, `${say(`confidence.${confidence}`)} · ${Math.round(100 * probability)}%`) : null,
    plain && plain !== rank ? make('span', { class: 'hint' }, say('card.plain', { rank: plain })) : null,
  );
}

/** The name of a startup and its site. */
export function heading(startup, name, titleId) {
  const home = webAddress(startup.homepage);
  const where = home ? hostOf(home) : shorten(startup.homepage ?? '', LONGEST_LABEL);
  return [
    make('h3', { id: titleId, dir: 'auto' }, name),
    startup.homepage
      ? webLink(startup.homepage, where, { class: 'home', 'aria-label': home && `${where}: ${say('card.homepage.of', { name })}` })
      : null,
  ];
}

/** A button that leads to startups like this one. */
export function similarButton({ id }, name, onSimilar) {
  return button('quiet small', say('card.similar'), () => onSimilar(id), { 'aria-label': say('card.similar.of', { name }) });
}

/** What is known of a startup; `region` where that is known. */
export function facts(startup, region = null) {
  const list = make('dl');
  const add = (key, ...values) => list.append(make('div', {}, make('dt', {}, say(key)), make('dd', { dir: 'auto' }, ...values)));
  if (startup.country) add('card.country', [country(startup.country), region].filter(Boolean).join(', '));
  if (startup.trl !== null) add('card.trl', readiness(startup.trl), say('card.trl.of', { trl: startup.trl }));
  if (startup.founded !== null) add('card.founded', String(startup.founded));
  if (startup.parent_organisations.length > 0) {
    add('card.parents', startup.parent_organisations.map((one) => shorten(one, LONGEST_NAME)).join(', '));
  }
  return list;
}

function readiness(trl) {
  const meter = make('span', { class: 'meter', 'aria-hidden': 'true' });
  for (let level = 1; level <= 9; level += 1) meter.append(make('i', { class: level <= trl ? 'on' : null }));
  return meter;
}

export function tags(startup) {
  if (startup.tags.length === 0) return null;
  const list = make('ul', { class: 'tags', 'aria-label': say('card.tags') });
  for (const tag of startup.tags.slice(0, TAGS_SHOWN)) list.append(make('li', { dir: 'auto' }, shorten(tag, LONGEST_LABEL)));
  const left = startup.tags.length - TAGS_SHOWN;
  if (left > 0) list.append(make('li', { class: 'rest' }, sayCount('card.tags.more', left)));
  return list;
}

// What the startup says of each part of the need; a part that is opened shows where.
function coverage(parts, requirements) {
  if (!parts?.length) return null;
  const items = parts.map(({ status, evidence }, at) => {
    const kind = status.replace(' ', '-');
    const words = make('span', { dir: 'auto' }, shorten(requirements[at].text, LONGEST_LABEL));
    const text = [make('span', { 'aria-hidden': 'true' }, `${SIGNS[kind]} `), words, make('span', { class: 'unseen' }, `: ${say(`coverage.${kind}`)}`)];
    return make('li', { class: kind }, ...(evidence ? [make('details', {}, make('summary', {}, ...text), quotation(evidence, ROOM_OTHERS))] : text));
  });
  return make('ul', { class: 'tags coverage', 'aria-label': say('coverage.label') }, ...items);
}

function proof(match) {
  if (match.evidence.length === 0) return [make('p', { class: 'hint' }, say('card.evidence.none'))];
  return match.evidence.map((evidence, index) => quotation(evidence, index === 0 ? ROOM_FIRST : ROOM_OTHERS));
}

/** A passage in about `room` characters, with where it stands. */
export function quotation(evidence, room) {
  const points = Array.from(evidence.text);
  const marks = tidyMarks(evidence.marks, points.length);
  // The whole passage would not stand out.
  const clause = tidyMarks([evidence.clause ?? []], points.length).filter(([start, end]) => end - start < points.length);
  const part = excerpt(points, [...marks, ...clause], room);
  const whole = [0, points.length];
  const text = make('p', { dir: 'auto', lang: isTongue(evidence.language) ? evidence.language : '' });
  const cut = (sign) => make('span', { class: 'cut' }, sign);
  const said = (span) => points.slice(...span).join('');
  const told = (within) => runs(clause, within).map(({ span, inside }) => (inside ? make('span', { class: 'clause' }, said(span)) : said(span)));
  const show = ([from, to]) =>
    text.replaceChildren(
      from > 0 ? cut('… ') : '',
      ...runs(marks, [from, to]).flatMap(({ span, inside }) => (inside ? make('mark', {}, ...told(span)) : told(span))),
      to < points.length ? cut(' …') : '',
    );
  show(part);
  const caption = make('figcaption', {}, ...origin(evidence));
  if (part[0] > 0 || part[1] < points.length) {
    const toggle = button(
      'quiet small',
      say('evidence.whole'),
      () => {
        const open = toggle.getAttribute('aria-expanded') !== 'true';
        show(open ? whole : part);
        toggle.setAttribute('aria-expanded', String(open));
        toggle.textContent = say(open ? 'evidence.less' : 'evidence.whole');
      },
      { 'aria-expanded': 'false' },
    );
    caption.append(toggle);
  }
  return make('figure', {}, make('blockquote', {}, text), caption);
}

// Where a passage stands, in which language, and when it was read.
function origin(evidence) {
  const url = webAddress(evidence.url);
  const ofSite = evidence.source === 'site';
  const title = shorten(evidence.title || evidence.heading || (url ? hostOf(url) : ''), LONGEST_NAME);
  const when = date(evidence.fetched_at);
  const from = ofSite ? '' : say('evidence.profile', { source: shorten(directory(evidence.source), LONGEST_LABEL) });
  const time = when && make('time', { datetime: evidence.fetched_at }, say(ofSite ? 'evidence.read' : 'evidence.imported', { date: when }));
  const parts = [
    title && make('cite', {}, webLink(place(evidence), title, { 'aria-label': `${title}, ${say('newtab')}` })),
    pdfPage(evidence) && make('span', {}, pdfPage(evidence)),
    evidence.heading && !title.includes(evidence.heading) ? make('span', { dir: 'auto' }, shorten(evidence.heading, LONGEST_LABEL)) : null,
    url && hostOf(url) !== title ? make('span', { class: 'host' }, hostOf(url)) : null,
    from && make('span', { dir: 'auto' }, from),
    tongue(evidence.language) && make('span', {}, tongue(evidence.language)),
    time,
  ];
  return parts.filter(Boolean);
}

// "p. 3" of a PDF; empty elsewhere.
function pdfPage(evidence) {
  return Number.isInteger(evidence.page_number) ? say('evidence.number', { number: evidence.page_number }) : '';
}

// The address that opens where a passage stands: in a PDF, on its page.
function place(evidence) {
  return pdfPage(evidence) && webAddress(evidence.url) ? `${evidence.url}#page=${evidence.page_number}` : evidence.url;
}

function copyButton(match, name, announce) {
  const copier = button('quiet small', say('card.copy'), () => copy(asText(match), copier, 'card.copy', announce), { 'aria-label': say('card.copy.of', { name }) });
  return copier;
}

/** A match as plain text, for a mail or a note. */
function asText({ rank, startup, evidence }) {
  const known = [startup.country && country(startup.country), startup.trl && `TRL ${startup.trl}`, startup.founded, ...startup.parent_organisations];
  const lines = [[`${rank}. ${startup.name}`, ...known.filter(Boolean)].join(', ')];
  if (startup.homepage) lines.push(startup.homepage);
  for (const one of evidence) {
    const ofSite = one.source === 'site';
    const when = say(ofSite ? 'evidence.read' : 'evidence.imported', { date: date(one.fetched_at) });
    const from = ofSite ? one.title : say('evidence.profile', { source: directory(one.source) });
    lines.push('', `“${one.text}”`, [from, pdfPage(one), when, place(one)].filter(Boolean).join(', '));
  }
  return `${lines.join('\n')}\n`;
}
