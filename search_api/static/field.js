// The field that the need is typed into, and what is wrong with it below.

import { number, say } from './words.js';

const LONGEST_NEED = 10_000;
const HINT = 'need.keys';

export class NeedField {
  #field;
  #hint;
  #announce;
  #key = HINT;

  /** `onAsk` is called when a need is to be searched for; `announce` tells a screen reader what is wrong with it. */
  constructor(form, field, hint, { onAsk, announce }) {
    this.#field = field;
    this.#hint = hint;
    this.#announce = announce;
    const ask = (event) => {
      event.preventDefault();
      onAsk();
    };
    form.addEventListener('submit', ask);
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) ask(event);
    });
    field.addEventListener('input', () => {
      this.grow();
      const length = Array.from(this.text).length;
      if (this.#key !== HINT && length > 0 && length <= LONGEST_NEED) this.hint();
    });
    addEventListener('resize', () => this.grow());
  }

  get text() {
    return this.#field.value.trim();
  }

  set text(need) {
    this.#field.value = need;
    this.hint();
    this.grow();
  }

  /** Whether `need` can be asked; if not, say so below the field and go there. */
  fits(need) {
    const length = Array.from(need).length;
    this.hint(length === 0 ? 'need.empty' : length > LONGEST_NEED ? 'need.long' : HINT, length);
    if (this.#key === HINT) return true;
    this.#announce(this.#hint.textContent);
    this.#field.focus();
    return false;
  }

  /** Say what stands under `key` below the field; the keys to press where nothing is wrong. */
  hint(key = HINT, length = 0) {
    this.#key = key;
    this.#hint.textContent = say(key, { count: number(length), most: number(LONGEST_NEED) });
    this.#hint.classList.toggle('wrong', key !== HINT);
    this.#field.setAttribute('aria-invalid', String(key !== HINT));
  }

  /** Say the same in the language now spoken. */
  rebuild() {
    this.hint(this.#key, Array.from(this.text).length);
  }

  /** As many rows as the text needs, up to what the style allows. */
  grow() {
    const field = this.#field;
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
  }
}
