// The name of an event, which its own routes do not tell: from the list of events, or its slug until that is there.
import { createInfiniteQuery } from '@tanstack/svelte-query';
import { events } from './api/queries';

export function eventName(slug: () => string): { readonly current: string } {
  const query = createInfiniteQuery(() => ({ ...events(), staleTime: 300_000 }));
  const name = $derived(
    query.data?.pages.flatMap((page) => page.data).find((event) => event.slug === slug())?.name ?? slug(),
  );
  return {
    get current() {
      return name;
    },
  };
}
