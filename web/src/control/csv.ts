// The ledger as one CSV, page by page. Pages are put behind one another as the API sends them.
import { acting } from './acting.svelte';
import { problemOf } from './api/client';
import { session } from './auth/session.svelte';

export async function ledgerCsv(
  month: string,
  pages: (done: number) => void,
  signal: AbortSignal,
): Promise<string> {
  let url: URL | null = new URL(`/api/v1/tenant/usage/entries?month=${month}&limit=100`, location.origin);
  if (acting.tenant) url.searchParams.set('tenant', acting.tenant);
  let csv = '';
  for (let done = 1; url; done++) {
    const answer: Response = await fetch(url, {
      headers: { accept: 'text/csv', authorization: `Bearer ${await session.token()}` },
      cache: 'no-store',
      credentials: 'omit',
      signal,
    });
    if (!answer.ok) throw problemOf(answer, await answer.json().catch(() => null));
    csv = joined(csv, await answer.text());
    pages(done);
    url = nextOf(answer.headers.get('link'), url);
  }
  return csv;
}

/** Every page begins with the names of the columns; the whole has them once. */
export function joined(before: string, page: string): string {
  if (before === '') return page;
  const end = page.indexOf('\n');
  const sameHead = end >= 0 && before.startsWith(page.slice(0, end + 1));
  return before + (before.endsWith('\n') ? '' : '\n') + (sameHead ? page.slice(end + 1) : page);
}

/** The address of `Link: <…>; rel="next"`, on our own origin only: the token goes there. */
export function nextOf(link: string | null, here: URL): URL | null {
  const match = /<([^>]+)>\s*;\s*rel="?next"?/.exec(link ?? '');
  if (!match) return null;
  const next = new URL(match[1]!, here);
  next.protocol = here.protocol;
  next.host = here.host;
  for (const name of ['tenant']) {
    const value = here.searchParams.get(name);
    if (value && !next.searchParams.has(name)) next.searchParams.set(name, value);
  }
  return next;
}
