import createClient from 'openapi-fetch';

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

interface Fetched<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

export function apiClient<Paths extends object>(headers: () => Record<string, string>) {
  const client = createClient<Paths>({ baseUrl: API_BASE, cache: 'no-store' });
  client.use({
    onRequest({ request }) {
      for (const [name, value] of Object.entries(headers())) request.headers.set(name, value);
      return request;
    },
  });
  return client;
}

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

/** Every way a call can end, as a value: nothing here throws. */
export async function answerOf<T>(call: Promise<Fetched<T>>): Promise<Answer<T>> {
  let fetched: Fetched<T>;
  try {
    fetched = await call;
  } catch {
    return { ok: false, trouble: { code: 'offline', status: 0, detail: null, retryAfterMs: null } };
  }
  const { data, error, response } = fetched;
  if (response.ok && (data !== undefined || response.status === 204)) return { ok: true, data: data as T };
  const problem = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
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
