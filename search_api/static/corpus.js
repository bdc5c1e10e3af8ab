// What the answers come from, at the foot of the page.

import { status } from './api.js';
import { date, number, say, sayPeriod } from './words.js';

export class CorpusLine {
  #root;
  #service = null;

  constructor(root) {
    this.#root = root;
  }

  get snapshot() {
    return this.#service?.snapshot;
  }

  /** Ask the service; rejects with a Failure when it answers from nothing. */
  async ask() {
    this.#service = null;
    this.#service = await status();
    this.paint();
  }

  paint() {
    const service = this.#service;
    const lines = service
      ? [
          say('corpus.size', { startups: number(service.startups), passages: number(service.passages) }),
          sayPeriod(service.oldest_page, service.newest_page),
          say('corpus.built', { date: date(service.built_at) }),
        ]
      : [];
    this.#root.textContent = lines.filter(Boolean).join(' ');
  }
}
