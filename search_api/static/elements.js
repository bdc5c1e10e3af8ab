// The one place that makes elements. Text only ever enters as text nodes, and addresses only through `webLink`.

/** Make an element. `attributes` must hold trusted names; a value of null, undefined or false leaves one out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if ([null, undefined, false].includes(value)) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function button(className, text, onClick, attributes = {}) {
  const element = make('button', { type: 'button', class: className, ...attributes }, text);
  element.addEventListener('click', onClick);
  return element;
}

/** The parsed address if it is an absolute http(s) one without credentials, else null. */
export function webAddress(raw) {
  try {
    const url = new URL(raw);
    return /^https?:$/.test(url.protocol) && !url.username && !url.password ? url : null;
  } catch {
    return null;
  }
}

/** What a person reads of an address: its host, without www. */
export function hostOf(url) {
  return url.host.replace(/^www\./, '');
}

/** A link out of the page; an address that is not http(s) gives plain text. */
export function webLink(raw, text, attributes = {}) {
  const url = webAddress(raw);
  if (url === null) return make('span', { class: attributes.class, dir: 'auto' }, text);
  return make('a', { ...attributes, href: url.href, target: '_blank', rel: 'noopener noreferrer nofollow', dir: 'auto' }, text);
}

/** `text` in at most `most` code points, with an ellipsis where something was cut. */
export function shorten(text, most) {
  const points = Array.from(text);
  return points.length <= most ? text : `${points.slice(0, most - 1).join('').trimEnd()}…`;
}
