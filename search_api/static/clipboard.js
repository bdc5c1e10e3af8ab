// Text to the clipboard.

/** Copy `text`; true when it worked. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// A page on plain http in the office network has no navigator.clipboard.
function copyBySelection(text) {
  const before = document.activeElement;
  const carrier = document.createElement('textarea');
  carrier.className = 'unseen';
  carrier.value = text;
  document.body.append(carrier);
  carrier.select();
  const done = document.execCommand('copy');
  carrier.remove();
  before?.focus();
  return done;
}
