// The API as the screens see it: typed paths in, data or a `Problem` out. No answer may be cached, for it can hold prompts.
import createClient from 'openapi-fetch';
import type { paths } from '$lib/api/schema';
import { session, SessionEnded } from '../auth/session.svelte';
import { acting } from '../acting.svelte';

export interface FieldError {
  pointer: string;
  detail: string;
}

/** A refusal of the API, or the lack of an answer. `code` is what a screen branches on. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string | null = null,
    readonly errors: FieldError[] = [],
    readonly requestId: string | null = null,
    readonly retryAfter: number | null = null,
  ) {
    super(code);
  }

  /** Whether the same request may succeed a little later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Codes of answers that come from the gateway and have no body of ours. */
const BY_STATUS: Record<number, string> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  412: 'precondition_failed',
  413: 'payload_too_large',
  429: 'rate_limited',
};

export const api = createClient<paths>({
  baseUrl: `${location.origin}/api/v1`,
  fetch: withToken,
});

async function withToken(request: Request): Promise<Response> {
  const asked = new Request(await forTenant(request), { cache: 'no-store', credentials: 'omit' });
  const first = await send(asked.clone());
  if (first.status !== 401) return first;
  // Another tab may have signed out, or the clock of this machine is wrong: one new token, then it is over.
  if (await session.renewNow()) {
    const second = await send(asked);
    if (second.status !== 401) return second;
    session.phase = 'ended';
  }
  return first;
}

async function send(request: Request): Promise<Response> {
  request.headers.set('authorization', `Bearer ${await session.token()}`);
  return fetch(request);
}

/**
 * Every tenant route takes the tenant that a superadmin acts for. A request's address cannot be changed, and a body taken
 * over from another request is a stream, which browsers send over HTTP/2 alone or not at all. So it is read here.
 */
async function forTenant(request: Request): Promise<Request> {
  const url = new URL(request.url);
  if (!acting.tenant || !url.pathname.startsWith('/api/v1/tenant/')) return request;
  url.searchParams.set('tenant', acting.tenant);
  const { method, headers, signal } = request;
  return new Request(url, { method, headers, signal, body: (await request.text()) || null });
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of an answer; everything else is thrown as a `Problem`. */
export async function body<T>(answer: Promise<Answer<T>>): Promise<T> {
  return (await whole(answer)).data;
}

/** Body and headers. */
export async function whole<T>(answer: Promise<Answer<T>>): Promise<{ data: T; response: Response }> {
  let known: Answer<T>;
  try {
    known = await answer;
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (error instanceof SessionEnded) throw new Problem(401, 'unauthenticated');
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, 'offline');
  }
  if (known.response.ok) return { data: known.data as T, response: known.response };
  throw problemOf(known.response, known.error);
}

export function problemOf(response: Response, told: unknown): Problem {
  const problem = (typeof told === 'object' && told !== null ? told : {}) as Record<string, unknown>;
  const code = typeof problem['code'] === 'string' ? problem['code'] : BY_STATUS[response.status];
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new Problem(
    response.status,
    code ?? (response.status >= 500 ? 'unavailable' : 'invalid_request'),
    typeof problem['detail'] === 'string' ? problem['detail'] : null,
    Array.isArray(problem['errors']) ? (problem['errors'] as FieldError[]) : [],
    typeof problem['request_id'] === 'string' ? problem['request_id'] : null,
    Number.isFinite(wait) ? wait : null,
  );
}

/** What stands at a field's JSON pointer, if the API named it. */
export function fieldError(problem: Problem | null, field: string): string | undefined {
  return problem?.errors.find(({ pointer }) => pointer === `/${field}` || pointer.startsWith(`/${field}/`))
    ?.detail;
}
