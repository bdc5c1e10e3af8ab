// The service as the page calls it. Every failure is a Failure of a known kind, or an AbortError when a newer search took over.

const PATIENCE_MS = 30_000;
const KINDS = { 400: 'refused', 413: 'refused', 422: 'refused', 429: 'busy', 503: 'busy' };
const UNREADY = new Set(['no-snapshot', 'snapshot-damaged', 'wrong-model', 'model-unavailable']);

export class Failure extends Error {
  /** `kind`: refused, busy, unready, broken, slow or unreachable; `detail`: what the service said, in English. */
  constructor(kind, detail = '') {
    super(`${kind} ${detail}`.trim());
    this.kind = kind;
    this.detail = detail;
  }
}

export async function search({ need, limit, filters, ignored }, signal) {
  const answer = await call('/api/search', signal, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ need, limit, filters, ...(ignored.length > 0 && { ignore_exclusions: ignored }) }),
  });
  if (!Array.isArray(answer?.matches)) throw new Failure('broken');
  return answer;
}

export async function status() {
  return call('/api/status');
}

async function call(path, signal, options = {}) {
  const own = new AbortController();
  const giveUp = () => own.abort();
  signal?.addEventListener('abort', giveUp, { once: true });
  const timer = setTimeout(giveUp, PATIENCE_MS);
  try {
    const response = await fetch(path, { ...options, signal: own.signal });
    const body = await response.json().catch((error) => {
      if (error.name === 'AbortError') throw error;
      return null;
    });
    if (response.ok && body !== null) return body;
    throw new Failure(kindOf(response, body), typeof body?.detail === 'string' ? body.detail : '');
  } catch (error) {
    if (error instanceof Failure || signal?.aborted) throw error;
    throw new Failure(own.signal.aborted ? 'slow' : 'unreachable');
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}

// A service that is only overloaded mends itself; one without an index does not.
function kindOf({ status: code }, body) {
  return UNREADY.has(body?.code) ? 'unready' : KINDS[code] ?? 'broken';
}
