/** The API lies at the page's own origin. */
export const API_BASE = '/api/v1';

/** What went wrong, in the words of the API; `offline` and `unavailable` are this page's own. */
export interface Trouble {
  code: string;
  status: number;
  /** For the guest where the organiser wrote it, else for developers. */
  detail: string | null;
  retryAfterMs: number | null;
}

export type Answer<T> = { ok: true; data: T } | { ok: false; trouble: Trouble };

const text = (value: unknown) => (typeof value === 'string' ? value : null);

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

/** A gateway answers 429 and 5xx without a problem document, a captive portal answers anything at all. */
function codeOf(status: number): string {
  if (status === 429) return 'rate_limited';
  return 'unavailable';
}

/**
 * One call. Every way it can end is a value: nothing here throws. A client library would be a tenth of what a guest's phone loads
 * for its first view.
 */
export async function ask<T>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<Answer<T>> {
  let response: Response;
  try {
    response = await fetch(API_BASE + path, {
      method,
      cache: 'no-store',
      headers: body === undefined ? headers : { ...headers, 'Content-Type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch {
    return { ok: false, trouble: { code: 'offline', status: 0, detail: null, retryAfterMs: null } };
  }
  const told: unknown = response.status === 204 ? undefined : await response.json().catch(() => null);
  if (response.ok && told !== null) return { ok: true, data: told as T };
  const problem = (typeof told === 'object' && told !== null ? told : {}) as Record<string, unknown>;
  return {
    ok: false,
    trouble: {
      code: text(problem['code']) ?? codeOf(response.status),
      status: response.status,
      detail: text(problem['detail']),
      retryAfterMs: retryAfter(response),
    },
  };
}
