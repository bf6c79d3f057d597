// What the screens read: one function per resource. Keys begin with the tenant, so that acting for another shows nothing of the last.
import { QueryClient, infiniteQueryOptions, queryOptions } from '@tanstack/svelte-query';
import { acting } from '../acting.svelte';
import { api, body, Problem, whole } from './client';
import type { EditStatus, Summary } from './types';

/** While something runs, and while nothing does. */
export const FAST_MS = 5_000;
export const SLOW_MS = 30_000;
const PAGE = '48';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // Personal data leaves the memory soon after the screen does.
      gcTime: 60_000,
      retry: (tries, error) => error instanceof Problem && error.passing && tries < 2,
      retryDelay: (tries, error) =>
        error instanceof Problem && error.retryAfter
          ? Math.min(error.retryAfter, 30) * 1000
          : 1000 * 2 ** tries,
      refetchIntervalInBackground: false,
      // A phone in a hall may be wrongly told that it is offline; a request finds out by itself.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

const key = (...parts: unknown[]): unknown[] => [acting.tenant, ...parts];

const next = <T extends { meta: { next_cursor?: string | null } }>(page: T): string | undefined =>
  page.meta.next_cursor ?? undefined;

const page = (cursor: string, limit = PAGE): { limit: string; cursor?: string } =>
  cursor ? { limit, cursor } : { limit };

export const events = () =>
  infiniteQueryOptions({
    queryKey: key('events'),
    queryFn: ({ pageParam, signal }) =>
      body(api.GET('/tenant/events', { params: { query: page(pageParam) }, signal })),
    initialPageParam: '',
    getNextPageParam: next,
  });

export const summary = (slug: string) =>
  queryOptions({
    queryKey: key('event', slug, 'summary'),
    queryFn: ({ signal }) =>
      body(
        api.GET('/tenant/events/{eventSlug}/ai-edits/summary', {
          params: { path: { eventSlug: slug } },
          signal,
        }),
      ).then(({ data }) => data),
    refetchInterval: (query) => pace(query.state.data),
  });

export function pace(known: Summary | undefined): number {
  return known && known.counts.queued + known.counts.processing > 0 ? FAST_MS : SLOW_MS;
}

export const activity = (slug: string) =>
  queryOptions({
    queryKey: key('event', slug, 'activity'),
    queryFn: ({ signal }) =>
      body(
        api.GET('/tenant/events/{eventSlug}/activity', { params: { path: { eventSlug: slug } }, signal }),
      ).then(({ data }) => data.hours),
    refetchInterval: SLOW_MS,
  });

/** The list that somebody scrolls. It is not polled: 10,000 edits would be read again and again. `newest` tells of new ones. */
export const edits = (slug: string, status: EditStatus | null) =>
  infiniteQueryOptions({
    queryKey: key('event', slug, 'edits', status),
    queryFn: ({ pageParam, signal }) =>
      body(
        api.GET('/tenant/events/{eventSlug}/ai-edits', {
          params: { path: { eventSlug: slug }, query: { ...page(pageParam), ...(status ? { status } : {}) } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: next,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });

export const newest = (slug: string, status: EditStatus | null) =>
  queryOptions({
    queryKey: key('event', slug, 'newest', status),
    queryFn: ({ signal }) =>
      body(
        api.GET('/tenant/events/{eventSlug}/ai-edits', {
          params: { path: { eventSlug: slug }, query: { ...page('', '24'), ...(status ? { status } : {}) } },
          signal,
        }),
      ).then(({ data }) => data),
    refetchInterval: (query) =>
      query.state.data?.some(({ status }) => status === 'queued' || status === 'processing')
        ? FAST_MS
        : SLOW_MS,
  });

export const edit = (slug: string, id: string) =>
  queryOptions({
    queryKey: key('event', slug, 'edit', id),
    queryFn: ({ signal }) =>
      body(
        api.GET('/tenant/events/{eventSlug}/ai-edits/{aiEditRequest}', {
          params: { path: { eventSlug: slug, aiEditRequest: id } },
          signal,
        }),
      ).then(({ data }) => data),
    refetchInterval: (query) => (query.state.data?.completed_at ? false : FAST_MS),
    gcTime: 0,
  });

export const photo = (slug: string, id: string) =>
  queryOptions({
    queryKey: key('event', slug, 'photo', id),
    queryFn: ({ signal }) =>
      body(
        api.GET('/tenant/events/{eventSlug}/photos/{photo}', {
          params: { path: { eventSlug: slug, photo: id } },
          signal,
        }),
      ).then(({ data }) => data),
    gcTime: 0,
  });

export const eventSettings = (slug: string) =>
  queryOptions({
    queryKey: key('event', slug, 'settings'),
    queryFn: ({ signal }) =>
      whole(
        api.GET('/tenant/events/{eventSlug}/ai-settings', { params: { path: { eventSlug: slug } }, signal }),
      ).then(({ data, response }) => ({ settings: data.data, etag: response.headers.get('etag') })),
  });

export const eventStyles = (slug: string) =>
  queryOptions({
    queryKey: key('event', slug, 'styles'),
    queryFn: ({ signal }) =>
      body(
        api.GET('/tenant/events/{eventSlug}/ai-styles', { params: { path: { eventSlug: slug } }, signal }),
      ).then(({ data }) => data),
    staleTime: 30_000,
  });

export const guestLinks = (slug: string) =>
  infiniteQueryOptions({
    queryKey: key('event', slug, 'links'),
    queryFn: ({ pageParam, signal }) =>
      body(
        api.GET('/tenant/events/{eventSlug}/guest-links', {
          params: { path: { eventSlug: slug }, query: page(pageParam) },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: next,
  });

export const usage = (month: string) =>
  queryOptions({
    queryKey: key('usage', month),
    queryFn: ({ signal }) =>
      body(api.GET('/tenant/usage', { params: { query: { month } }, signal })).then(({ data }) => data),
    refetchInterval: SLOW_MS,
  });

export const tenantAudit = () =>
  infiniteQueryOptions({
    queryKey: key('audit'),
    queryFn: ({ pageParam, signal }) =>
      body(api.GET('/tenant/audit', { params: { query: page(pageParam) }, signal })),
    initialPageParam: '',
    getNextPageParam: next,
  });
