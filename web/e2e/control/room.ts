// A test's world: fake API, fake sign-in pages, and a watch over what the page must never do.
import { test as base, expect, type Page } from '@playwright/test';
import { FakeApi } from './api';

export type Role = 'organiser' | 'superadmin';

export class SignIn {
  /** Codes that were exchanged, and refresh tokens that were used or revoked. */
  readonly exchanged: URLSearchParams[] = [];
  readonly revoked: string[] = [];
  /** Seconds that an ID token holds. */
  validity = 3600;
  /** The pool refuses every refresh token. */
  over = false;
  role: Role = 'organiser';
  /** How often the sign-in pages ended their session. */
  loggedOut = 0;
  /** The answer to a revocation waits for this. */
  held: Promise<void> = Promise.resolve();
  #nonce = '';
  #serial = 0;

  async begin(page: Page): Promise<void> {
    await page.route('**/config.json', (route) => {
      const origin = new URL(route.request().url()).origin;
      return route.fulfill({
        json: {
          stage: 'local',
          version: 'test',
          auth: { authority: 'https://issuer.example', client_id: 'client', domain: `${origin}/sign-in` },
          media_origin: origin,
        },
      });
    });
    await page.route('**/sign-in/oauth2/authorize?**', (route) => {
      const asked = new URL(route.request().url()).searchParams;
      this.#nonce = asked.get('nonce') ?? '';
      expect(asked.get('code_challenge_method')).toBe('S256');
      const back = new URL(asked.get('redirect_uri') ?? '');
      back.searchParams.set('code', 'code-once');
      back.searchParams.set('state', asked.get('state') ?? '');
      return route.fulfill({ status: 302, headers: { location: back.href } });
    });
    await page.route('**/sign-in/oauth2/token', (route) => {
      const form = new URLSearchParams(route.request().postData() ?? '');
      if (form.get('grant_type') === 'refresh_token' && this.over) {
        return route.fulfill({ status: 400, json: { error: 'invalid_grant' } });
      }
      this.exchanged.push(form);
      return route.fulfill({
        json: {
          id_token: this.#idToken(form.get('grant_type') === 'authorization_code'),
          access_token: 'access',
          refresh_token: `refresh-${++this.#serial}`,
          token_type: 'Bearer',
          expires_in: this.validity,
        },
      });
    });
    await page.route('**/sign-in/oauth2/revoke', async (route) => {
      await this.held;
      this.revoked.push(new URLSearchParams(route.request().postData() ?? '').get('token') ?? '');
      return route.fulfill({ status: 200 });
    });
    await page.route('**/sign-in/logout?**', (route) => {
      this.loggedOut += 1;
      const back = new URL(route.request().url()).searchParams.get('logout_uri') ?? '';
      return route.fulfill({ status: 302, headers: { location: back } });
    });
  }

  #idToken(first: boolean): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: 'https://issuer.example',
      aud: 'client',
      sub: `sub-${this.role}`,
      iat: now,
      exp: now + this.validity,
      ...(first ? { nonce: this.#nonce } : {}),
      email: this.role === 'organiser' ? 'ana@example.com' : 'sam@example.com',
      token_use: 'id',
      ...(this.role === 'organiser'
        ? { 'custom:tenant_id': 'demo-tenant' }
        : { 'cognito:groups': ['superadmin'] }),
    };
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg: 'RS256', kid: 'k' })}.${part(claims)}.${Buffer.from(`signature-${++this.#serial}`).toString('base64url')}`;
  }
}

interface World {
  api: FakeApi;
  signIn: SignIn;
  /** Signs in and opens a screen. */
  open: (route: string, role?: Role, language?: 'en' | 'de') => Promise<void>;
}

export const test = base.extend<World>({
  signIn: async ({ page }, use) => {
    const signIn = new SignIn();
    await signIn.begin(page);
    await use(signIn);
  },
  api: async ({ page }, use) => {
    const reports: string[] = [];
    const foreign: string[] = [];
    const errors: string[] = [];
    await page.exposeFunction('__violation', (text: string) => reports.push(text));
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        (window as unknown as { __violation: (text: string) => void }).__violation(
          `${event.effectiveDirective} ${event.blockedURI}`,
        );
      });
    });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith('http') && url.hostname !== '127.0.0.1') foreign.push(request.url());
    });
    const api = new FakeApi();
    await api.begin(page);
    await use(api);
    expect(reports, 'reports of the content security policy').toEqual([]);
    expect(foreign, 'requests to a foreign host').toEqual([]);
    expect(errors, 'uncaught errors').toEqual([]);
  },
  open: async ({ page, api, signIn }, use) => {
    void api;
    await use(async (route, role = 'organiser', language = 'en') => {
      signIn.role = role;
      await page.addInitScript((chosen) => localStorage.setItem('control.language', chosen), language);
      await page.goto(`/control/#${route}`);
      await page.getByRole('button', { name: language === 'en' ? 'Sign in' : 'Anmelden' }).click();
      await expect(page.getByRole('main').getByRole('heading', { level: 1 })).toBeVisible();
      await expect(page.getByRole('button', { name: /^(Sign in|Anmelden)$/ })).toHaveCount(0);
    });
  },
});

export { expect };
