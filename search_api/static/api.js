// The service as the page calls it. Every failure is a Failure of a known kind, or an AbortError when a newer search took over.

const PATIENCE_MS = 30_000;
const KINDS = { 400: 'refused', 404: 'refused', 409: 'changed', 413: 'refused', 422: 'refused', 429: 'busy', 503: 'busy' };
const UNREADY = new Set(['no-snapshot', 'snapshot-damaged', 'wrong-model', 'model-unavailable']);

export class Failure extends Error {
  /** `kind`: refused, changed, busy, unready, broken, slow or unreachable; `detail`: what the service said, in English. */
  constructor(kind, detail = '') {
    super(`${kind} ${detail}`.trim());
    this.kind = kind;
    this.detail = detail;
  }
}

/** The answer to a need; `page` is the `next` of the answer that it goes on from. */
export async function search({ page, diverse, ...need }, signal) {
  return listed('matches', '/api/search', signal, posted({ ...asked(need), ...(diverse && { diverse }), ...(page && { page }) }));
}

export async function status() {
  return call('/api/status');
}

/** A need as the service takes it. */
export function asked({ need, limit, filters, ignored, senses, as_typed }) {
  return { need, limit, filters, ...(ignored.length > 0 && { ignore_exclusions: ignored }), ...(senses.length > 0 && { senses }), ...(as_typed && { as_typed }) };
}

export function posted(body) {
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

/** What is at `path`, which holds a list called `name`. */
export async function listed(name, ...request) {
  const answer = await call(...request);
  if (!Array.isArray(answer?.[name])) throw new Failure('broken');
  return answer;
}

async function call(path, signal, options = {}) {
  const late = AbortSignal.timeout(PATIENCE_MS);
  try {
    const response = await fetch(path, { ...options, signal: AbortSignal.any(signal ? [signal, late] : [late]) });
    const body = await response.json().catch((error) => {
      if (error instanceof SyntaxError) return null;
      throw error;
    });
    if (response.ok && body !== null) return body;
    throw new Failure(kindOf(response, body), typeof body?.detail === 'string' ? body.detail : '');
  } catch (error) {
    if (error instanceof Failure || signal?.aborted) throw error;
    throw new Failure(late.aborted ? 'slow' : 'unreachable');
  }
}

// A service that is only overloaded mends itself; one without an index does not.
function kindOf({ status: code }, body) {
  return UNREADY.has(body?.code) ? 'unready' : KINDS[code] ?? 'broken';
}
