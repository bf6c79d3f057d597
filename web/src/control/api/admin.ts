// What the superadmin's screens read.
import { infiniteQueryOptions, queryOptions } from '@tanstack/svelte-query';
import { api, body } from './client';

const next = <T extends { meta: { next_cursor?: string | null } }>(page: T): string | undefined =>
  page.meta.next_cursor ?? undefined;
const page = (cursor: string): { limit: string; cursor?: string } =>
  cursor ? { limit: '50', cursor } : { limit: '50' };

const list = <
  P extends
    | '/admin/ai-styles'
    | '/admin/packages'
    | '/admin/addons'
    | '/admin/tenants'
    | '/admin/events'
    | '/admin/audit',
>(
  path: P,
) => ['admin', path] as const;

export const settings = () =>
  queryOptions({
    queryKey: ['admin', 'settings'],
    queryFn: ({ signal }) => body(api.GET('/admin/ai-settings', { signal })).then(({ data }) => data),
  });

export const styles = () =>
  infiniteQueryOptions({
    queryKey: list('/admin/ai-styles'),
    queryFn: ({ pageParam, signal }) =>
      body(api.GET('/admin/ai-styles', { params: { query: page(pageParam) }, signal })),
    initialPageParam: '',
    getNextPageParam: next,
  });

export const style = (key: string) =>
  queryOptions({
    queryKey: ['admin', '/admin/ai-styles', key],
    queryFn: ({ signal }) =>
      body(api.GET('/admin/ai-styles/{key}', { params: { path: { key } }, signal })).then(({ data }) => data),
  });

export const tenant = (id: string) =>
  queryOptions({
    queryKey: ['admin', '/admin/tenants', id],
    queryFn: ({ signal }) =>
      body(api.GET('/admin/tenants/{tenantId}', { params: { path: { tenantId: id } }, signal })).then(
        ({ data }) => data,
      ),
  });

export const event = (id: string) =>
  queryOptions({
    queryKey: ['admin', '/admin/events', id],
    queryFn: ({ signal }) =>
      body(api.GET('/admin/events/{eventId}', { params: { path: { eventId: id } }, signal })).then(
        ({ data }) => data,
      ),
  });

export const packages = () =>
  infiniteQueryOptions({
    queryKey: list('/admin/packages'),
    queryFn: ({ pageParam, signal }) =>
      body(api.GET('/admin/packages', { params: { query: page(pageParam) }, signal })),
    initialPageParam: '',
    getNextPageParam: next,
  });

export const addons = () =>
  infiniteQueryOptions({
    queryKey: list('/admin/addons'),
    queryFn: ({ pageParam, signal }) =>
      body(api.GET('/admin/addons', { params: { query: page(pageParam) }, signal })),
    initialPageParam: '',
    getNextPageParam: next,
  });

export const tenants = () =>
  infiniteQueryOptions({
    queryKey: list('/admin/tenants'),
    queryFn: ({ pageParam, signal }) =>
      body(api.GET('/admin/tenants', { params: { query: page(pageParam) }, signal })),
    initialPageParam: '',
    getNextPageParam: next,
  });

export const events = () =>
  infiniteQueryOptions({
    queryKey: list('/admin/events'),
    queryFn: ({ pageParam, signal }) =>
      body(api.GET('/admin/events', { params: { query: page(pageParam) }, signal })),
    initialPageParam: '',
    getNextPageParam: next,
  });

export const audit = () =>
  infiniteQueryOptions({
    queryKey: list('/admin/audit'),
    queryFn: ({ pageParam, signal }) =>
      body(api.GET('/admin/audit', { params: { query: page(pageParam) }, signal })),
    initialPageParam: '',
    getNextPageParam: next,
  });
