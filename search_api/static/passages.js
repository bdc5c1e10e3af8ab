// Where to cut and what to mark in a passage. All offsets are code points, as on the wire: one emoji counts as one.

const LEAD = 60;
const WORD = 24;

/** `marks` clamped to `length`, in order, overlaps joined; what is no range is left out. */
export function tidyMarks(marks, length) {
  const ranges = marks
    .map(([start, end]) => [Math.max(0, start), Math.min(length, end)])
    .filter(([start, end]) => start < end)
    .sort((a, b) => a[0] - b[0]);
  const joined = [];
  for (const [start, end] of ranges) {
    const last = joined.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

/** The [start, end) of at most about `room` code points of `points` that shows most of `marks`, cut between words. */
export function excerpt(points, marks, room) {
  if (points.length <= room * 1.25) return [0, points.length];
  const starts = [0, ...marks.map(([start]) => Math.max(0, start - LEAD))];
  const shown = (from) => marks.reduce((sum, [start, end]) => sum + Math.max(0, Math.min(end, from + room) - Math.max(start, from)), 0);
  const best = starts.reduce((a, b) => (shown(b) > shown(a) ? b : a));
  const start = best === 0 ? 0 : wordEdge(points, Math.min(best, points.length - room), -1);
  const end = start + room >= points.length ? points.length : wordEdge(points, start + room, 1);
  return [start, end];
}

/** [from, to) cut where tidy `ranges` begin and end: [{span, inside}]. */
export function runs(ranges, [from, to]) {
  const edges = [from, ...ranges.flat().filter((at) => at > from && at < to), to];
  return edges.slice(1).map((end, at) => ({ span: [edges[at], end], inside: ranges.some((one) => one[0] <= edges[at] && end <= one[1]) }));
}

// The nearest edge of a word from `at` in `direction`; `at` itself within a word too long to walk.
function wordEdge(points, at, direction) {
  for (let step = 0; step <= WORD; step += 1) {
    const here = at + step * direction;
    if (here <= 0 || here >= points.length) return Math.max(0, Math.min(points.length, here));
    if (/\s/.test(points[direction < 0 ? here - 1 : here])) return here;
  }
  return at;
}
