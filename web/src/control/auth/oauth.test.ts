import { afterEach, expect, it, vi } from 'vitest';
import { Pool, routeOf, SessionEnded } from './oauth';

const config = {
  authority: 'https://issuer.example',
  client_id: 'client',
  domain: 'https://sign-in.example',
};
const pool = new Pool(config, 'https://room.example/control/');

afterEach(() => {
  vi.unstubAllGlobals();
});

const answer = (status: number, body: unknown): void => {
  vi.stubGlobal('fetch', () =>
    Promise.resolve(
      new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } }),
    ),
  );
};

function idToken(claims: Record<string, unknown>): string {
  const part = (value: unknown): string =>
    btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  const now = Math.floor(Date.now() / 1000);
  return `${part({ alg: 'RS256' })}.${part({ iss: config.authority, aud: 'client', sub: 's', iat: now, exp: now + 900, ...claims })}.${part('x')}`;
}

it('asks for a code with PKCE, and carries the route in the state', async () => {
  const { url, pending } = await pool.start('/events/größe?status=failed');
  const asked = new URL(url).searchParams;
  expect(asked.get('response_type')).toBe('code');
  expect(asked.get('code_challenge_method')).toBe('S256');
  expect(asked.get('code_challenge')).not.toBe(pending.verifier);
  expect(asked.get('state')).toBe(pending.state);
  expect(routeOf(pending.state)).toBe('/events/größe?status=failed');
});

it('never asks twice with the same secret values', async () => {
  const [one, two] = [await pool.start('/'), await pool.start('/')];
  for (const name of ['verifier', 'state', 'nonce'] as const)
    expect(one.pending[name]).not.toBe(two.pending[name]);
});

it('goes to no address that a forged state names', () => {
  for (const route of ['https://evil.example', 'javascript:alert(1)', '']) {
    expect(routeOf(`x.${btoa(route)}`)).toBe('/');
  }
  expect(routeOf('no point')).toBe('/');
  expect(routeOf('x.%%%')).toBe('/');
});

it('refuses an answer to somebody else’s question', async () => {
  const { pending } = await pool.start('/');
  const callback = new URL('https://room.example/control/?code=c&state=another');
  await expect(pool.finish(callback, pending)).rejects.toBeInstanceOf(SessionEnded);
});

it('refuses an ID token for another nonce', async () => {
  const { pending } = await pool.start('/');
  answer(200, { access_token: 'a', token_type: 'bearer', id_token: idToken({ nonce: 'another' }) });
  const callback = new URL(`https://room.example/control/?code=c&state=${pending.state}`);
  await expect(pool.finish(callback, pending)).rejects.toBeInstanceOf(SessionEnded);
});

it('takes a refused renewal for the end, and a lost connection for nothing', async () => {
  answer(400, { error: 'invalid_grant' });
  await expect(pool.renew('old')).rejects.toBeInstanceOf(SessionEnded);
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
  await expect(pool.renew('old')).rejects.not.toBeInstanceOf(SessionEnded);
});

it('keeps the new refresh token of a pool that rotates them', async () => {
  answer(200, { access_token: 'a', token_type: 'bearer', id_token: idToken({}), refresh_token: 'new' });
  await expect(pool.renew('old')).resolves.toMatchObject({ refreshToken: 'new' });
});
