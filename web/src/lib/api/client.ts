import createClient from 'openapi-fetch';
import type { paths } from './schema';

/** The API lies at the page's own origin. */
export const API_BASE = '/api/v1';

export function apiClient(headers: () => Record<string, string>) {
  const client = createClient<paths>({ baseUrl: API_BASE, cache: 'no-store' });
  client.use({
    onRequest({ request }) {
      for (const [name, value] of Object.entries(headers())) request.headers.set(name, value);
      return request;
    },
  });
  return client;
}
