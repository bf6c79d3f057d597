// The conversation with the user pool: authorization code with PKCE, renewal, revocation. Knows no storage and no page.
import * as oauth from 'oauth4webapi';

export interface AuthConfig {
  /** The issuer that stands in the tokens. */
  authority: string;
  client_id: string;
  /** Origin of the sign-in pages. */
  domain: string;
}

export interface Tokens {
  idToken: string;
  claims: Claims;
  /** Absent where the pool keeps the old one. */
  refreshToken: string | undefined;
}

export interface Claims {
  sub: string;
  /** Seconds since 1970. */
  exp: number;
  email?: string;
  'cognito:username'?: string;
  'cognito:groups'?: string[];
  'custom:tenant_id'?: string;
}

/** What must survive the way to the sign-in page and back. */
export interface Pending {
  verifier: string;
  state: string;
  nonce: string;
}

/** The user pool refused: whoever sees it has to sign in again. */
export class SessionEnded extends Error {}

const SCOPE = 'openid profile';

export class Pool {
  readonly #server: oauth.AuthorizationServer;
  readonly #client: oauth.Client;
  readonly #redirect: string;
  readonly #http: { [oauth.allowInsecureRequests]: boolean };

  constructor(config: AuthConfig, redirect: string) {
    this.#redirect = redirect;
    this.#server = {
      issuer: config.authority,
      authorization_endpoint: `${config.domain}/oauth2/authorize`,
      token_endpoint: `${config.domain}/oauth2/token`,
      revocation_endpoint: `${config.domain}/oauth2/revoke`,
      end_session_endpoint: `${config.domain}/logout`,
    };
    this.#client = { client_id: config.client_id };
    // The local stack has no TLS; everywhere else a plain address in config.json is an error.
    const local = new URL(config.domain).hostname;
    this.#http = {
      [oauth.allowInsecureRequests]:
        local === 'localhost' || local === '127.0.0.1' || local.endsWith('.localhost'),
    };
  }

  /** Where to sign in, and what to keep until the answer comes. `state` carries the route, so that people land where they were. */
  async start(route: string): Promise<{ url: string; pending: Pending }> {
    const pending = {
      verifier: oauth.generateRandomCodeVerifier(),
      state: `${oauth.generateRandomState()}.${toBase64Url(route)}`,
      nonce: oauth.generateRandomNonce(),
    };
    const url = new URL(this.#server.authorization_endpoint!);
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: this.#client.client_id,
      redirect_uri: this.#redirect,
      scope: SCOPE,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: 'S256',
    }).toString();
    return { url: url.href, pending };
  }

  /** Exchanges the code of a callback address. */
  async finish(callback: URL, pending: Pending): Promise<Tokens> {
    return refused(async () => {
      const parameters = oauth.validateAuthResponse(this.#server, this.#client, callback, pending.state);
      const answer = await oauth.authorizationCodeGrantRequest(
        this.#server,
        this.#client,
        oauth.None(),
        parameters,
        this.#redirect,
        pending.verifier,
        this.#http,
      );
      return tokens(
        await oauth.processAuthorizationCodeResponse(this.#server, this.#client, answer, {
          expectedNonce: pending.nonce,
          requireIdToken: true,
        }),
      );
    });
  }

  async renew(refreshToken: string): Promise<Tokens> {
    return refused(async () => {
      const answer = await oauth.refreshTokenGrantRequest(
        this.#server,
        this.#client,
        oauth.None(),
        refreshToken,
        this.#http,
      );
      return tokens(await oauth.processRefreshTokenResponse(this.#server, this.#client, answer));
    });
  }

  async revoke(refreshToken: string): Promise<void> {
    const answer = await oauth.revocationRequest(
      this.#server,
      this.#client,
      oauth.None(),
      refreshToken,
      this.#http,
    );
    await oauth.processRevocationResponse(answer);
  }

  /** Ends the session of the sign-in pages, too; otherwise the next click would sign in again without a password. */
  logoutUrl(): string {
    const url = new URL(this.#server.end_session_endpoint!);
    url.search = new URLSearchParams({
      client_id: this.#client.client_id,
      logout_uri: this.#redirect,
    }).toString();
    return url.href;
  }
}

/** The route that a `state` carries. */
export function routeOf(state: string): string {
  const [, encoded = ''] = state.split('.');
  try {
    const route = new TextDecoder('utf-8', { fatal: true }).decode(fromBase64Url(encoded));
    return route.startsWith('/') ? route : '/';
  } catch {
    return '/';
  }
}

function tokens(answer: oauth.TokenEndpointResponse): Tokens {
  const claims = oauth.getValidatedIdTokenClaims(answer);
  if (!claims || !answer.id_token) throw new SessionEnded('no ID token');
  return {
    idToken: answer.id_token,
    claims: claims as unknown as Claims,
    refreshToken: answer.refresh_token,
  };
}

/** A network failure stays what it is and may be tried again; a refusal ends the session. */
async function refused<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (
      error instanceof oauth.ResponseBodyError ||
      error instanceof oauth.AuthorizationResponseError ||
      error instanceof oauth.OperationProcessingError ||
      error instanceof oauth.WWWAuthenticateChallengeError
    ) {
      throw new SessionEnded(error.code ?? 'refused', { cause: error });
    }
    throw error;
  }
}

function toBase64Url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
}
