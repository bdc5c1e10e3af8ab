// Questions to the service whose answers are wanted once, or only if they are the latest.

import { Failure } from './api.js';

/** Rethrow what is no Failure. */
export function onlyFailures(error) {
  if (!(error instanceof Failure)) throw error;
}

/** A function that asks when it is first called and gives the same answer from then on; after a failure it asks again. */
export function once(question) {
  let asked = null;
  return () => {
    asked ??= question().catch((error) => {
      asked = null;
      throw error;
    });
    return asked;
  };
}

/** Asks one question at a time: a newer one gives up the older. */
export class Latest {
  #running = null;

  get isRunning() {
    return this.#running !== null;
  }

  giveUp() {
    this.#running?.abort();
    this.#running = null;
  }

  /** Ask; `came` takes the answer or `failed` the Failure. False, and neither is called, when it was given up meanwhile. */
  async ask(question, came, failed) {
    this.giveUp();
    const mine = new AbortController();
    this.#running = mine;
    let [then, found] = [came, null];
    try {
      found = await question(mine.signal);
    } catch (error) {
      if (this.#running !== mine) return false;
      onlyFailures(error);
      [then, found] = [failed, error];
    }
    if (this.#running !== mine) return false;
    this.#running = null;
    then(found);
    return true;
  }
}
