// The page's keys: / goes to the field, j and k to the next and the last result.

export function listen(field) {
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest?.('input, textarea, select');
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '/') {
      event.preventDefault();
      field.focus();
      field.select();
    } else if (event.key === 'j') step(1);
    else if (event.key === 'k') step(-1);
  });
}

function step(direction) {
  const cards = [...document.querySelectorAll('.match')];
  if (cards.length === 0) return;
  const here = cards.findIndex((one) => one.contains(document.activeElement));
  const next = cards[Math.min(cards.length - 1, Math.max(0, here + direction))];
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}
