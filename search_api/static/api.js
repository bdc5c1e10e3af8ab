// The service as the page calls it. Every failure is a Failure of a known kind, or an AbortError when a newer search took over.

import { append } from './address.js';

const PATIENCE_MS = 30_000;
const KINDS = { 400: 'refused', 404: 'refused', 413: 'refused', 422: 'refused', 429: 'busy', 503: 'busy' };
const UNREADY = new Set(['no-snapshot', 'snapshot-damaged', 'wrong-model', 'model-unavailable']);

export class Failure extends Error {
  /** `kind`: refused, busy, unready, broken, slow or unreachable; `detail`: what the service said, in English. */
  constructor(kind, detail = '') {
    super(`${kind} ${detail}`.trim());
    this.kind = kind;
    this.detail = detail;
  }
}

export async function search({ need, limit, filters, ignored, senses }, signal) {
  return listed('/api/search', signal, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      need, limit, filters, ...(ignored.length > 0 && { ignore_exclusions: ignored }), ...(senses.length > 0 && { senses }),
    }),
  });
}

/** The startups most like the one with `id`. */
export async function similar(id, { limit, filters }, signal) {
  const parameters = new URLSearchParams({ limit });
  append(parameters, filters);
  return listed(`/api/startups/${encodeURIComponent(id)}/similar?${parameters}`, signal);
}

export async function status() {
  return call('/api/status');
}

async function listed(...request) {
  const answer = await call(...request);
  if (!Array.isArray(answer?.matches)) throw new Failure('broken');
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
