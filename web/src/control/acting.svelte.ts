// The tenant that a superadmin acts for. It stands in the address, so that a link shows the same and nobody acts for
// somebody without seeing it.
import { router } from 'svelte-spa-router';

class Acting {
  readonly tenant = $derived(new URLSearchParams(router.querystring ?? '').get('tenant'));
}

export const acting = new Acting();

/** The address of a screen. Keeps the tenant. */
export function to(path: string, query: Record<string, string | null | undefined> = {}): string {
  return `#${pathTo(path, query)}`;
}

/** The same for `push` and `replace`. */
export function pathTo(path: string, query: Record<string, string | null | undefined> = {}): string {
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- lives for this call alone
  const all = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) all.set(name, value);
  if (acting.tenant && !path.startsWith('/admin') && !all.has('tenant')) all.set('tenant', acting.tenant);
  const text = all.toString();
  return text ? `${path}?${text}` : path;
}

/** A value of the address. */
export function queried(name: string): string | null {
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- lives for this call alone
  return new URLSearchParams(router.querystring ?? '').get(name);
}
