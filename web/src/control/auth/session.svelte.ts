// Who is signed in. The ID token lives in memory alone; the refresh token in this tab's sessionStorage.
import {
  Pool,
  SessionEnded,
  routeOf,
  type AuthConfig,
  type Claims,
  type Pending,
  type Tokens,
} from './oauth';

export { SessionEnded } from './oauth';

export interface Config {
  stage: string;
  version: string;
  auth: AuthConfig;
  media_origin: string;
}

type Phase = 'starting' | 'signed_out' | 'signed_in' | 'ended' | 'unreachable';

const PENDING = 'control.sign-in';
const REFRESH = 'control.refresh';
const LOCK = 'magic-edits-renewal';
const RENEW_BEFORE_SECONDS = 5 * 60;
/** Another try after the pool could not be reached. */
const RETRY_MS = 15_000;

class Session {
  phase = $state<Phase>('starting');
  /** The page is on its way to the pool's pages; a second click would cross the first. */
  leaving = $state(false);
  claims = $state<Claims | null>(null);
  config = $state<Config | null>(null);
  readonly isSuperadmin = $derived(this.claims?.['cognito:groups']?.includes('superadmin') ?? false);
  readonly tenant = $derived(this.claims?.['custom:tenant_id'] ?? null);
  readonly name = $derived(this.claims?.email ?? this.claims?.['cognito:username'] ?? '');

  #pool: Pool | null = null;
  #idToken: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #renewal: Promise<void> | null = null;

  /** Finishes a sign-in that is under way, or takes up the tab's session. Answers with the route to show, if it is known. */
  async begin(): Promise<string | null> {
    this.phase = 'starting';
    try {
      const answer = await fetch('/config.json', { cache: 'no-store' });
      if (!answer.ok) throw new Error(`config.json: ${answer.status}`);
      this.config = (await answer.json()) as Config;
      this.#pool = new Pool(this.config.auth, `${location.origin}/control/`);
      const here = new URL(location.href);
      if (here.searchParams.has('code') || here.searchParams.has('error')) return await this.#finish(here);
      if (sessionStorage.getItem(REFRESH)) await this.#renew();
      else this.phase = 'signed_out';
    } catch (error) {
      this.#failed(error, 'signed_out');
    }
    return null;
  }

  /** Leaves for the sign-in page. */
  async signIn(route: string): Promise<void> {
    this.leaving = true;
    const { url, pending } = await this.#pool!.start(route);
    sessionStorage.setItem(PENDING, JSON.stringify(pending));
    location.assign(url);
  }

  async signOut(): Promise<void> {
    const refresh = sessionStorage.getItem(REFRESH);
    this.#forget();
    this.leaving = true;
    this.phase = 'signed_out';
    // Whoever leaves must not be kept by a pool that does not answer.
    if (refresh) await this.#pool!.revoke(refresh).catch(() => undefined);
    location.assign(this.#pool!.logoutUrl());
  }

  /** A token that holds for the next request. */
  async token(): Promise<string> {
    if (!this.#idToken || this.#secondsLeft() <= 0) await this.renewNow();
    if (!this.#idToken) throw new SessionEnded('signed out');
    return this.#idToken;
  }

  /** The API refused the token. Answers whether another one could be had. */
  async renewNow(): Promise<boolean> {
    try {
      await this.#renew();
      return true;
    } catch (error) {
      if (error instanceof SessionEnded) {
        this.#forget();
        this.phase = 'ended';
        return false;
      }
      throw error;
    }
  }

  async #finish(here: URL): Promise<string> {
    const route = routeOf(here.searchParams.get('state') ?? '');
    // The code is spent by the next call; it must not stay in the address or the history.
    history.replaceState(null, '', `/control/#${route}`);
    // Nobody is told of a replaced address; the router has to be.
    window.dispatchEvent(new HashChangeEvent('hashchange'));
    const kept = sessionStorage.getItem(PENDING);
    sessionStorage.removeItem(PENDING);
    if (!kept) throw new SessionEnded('no sign-in is under way');
    this.#take(await this.#pool!.finish(here, JSON.parse(kept) as Pending));
    return route;
  }

  #renew(): Promise<void> {
    this.#renewal ??= this.#renewLocked().finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  async #renewLocked(): Promise<void> {
    await navigator.locks.request(LOCK, async () => {
      const refresh = sessionStorage.getItem(REFRESH);
      if (!refresh) throw new SessionEnded('no refresh token');
      this.#take(await this.#pool!.renew(refresh));
    });
  }

  #take(tokens: Tokens): void {
    this.#idToken = tokens.idToken;
    this.claims = tokens.claims;
    if (tokens.refreshToken) sessionStorage.setItem(REFRESH, tokens.refreshToken);
    this.phase = 'signed_in';
    this.#renewIn(Math.max(this.#secondsLeft() - RENEW_BEFORE_SECONDS, 1) * 1000);
  }

  #renewIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.renewNow().catch(() => this.#renewIn(RETRY_MS));
    }, ms);
  }

  #secondsLeft(): number {
    return (this.claims?.exp ?? 0) - Date.now() / 1000;
  }

  #failed(error: unknown, refused: Phase): void {
    if (error instanceof SessionEnded) {
      this.#forget();
      this.phase = refused;
    } else {
      this.phase = 'unreachable';
    }
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#idToken = null;
    sessionStorage.removeItem(REFRESH);
  }
}

export const session = new Session();
