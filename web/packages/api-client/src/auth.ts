import type { Client } from 'openapi-fetch';

import { ApiError, type ErrorBody } from './errors';

/** A step of signing in that allauth offers or waits for. */
export interface AuthFlow {
  id: string;
  is_pending?: boolean;
  types?: FactorKind[];
}

export type FactorKind = 'totp' | 'webauthn' | 'recovery_codes';

export interface AuthReason {
  code: string;
  message: string;
  param?: string;
}

/** What allauth answers; only a line that is down or a server that fails is thrown. */
export interface AuthAnswer<Data = unknown, Meta = unknown> extends Omit<ErrorBody, 'errors'> {
  status: number;
  data?: Data;
  meta?: Meta;
  errors?: AuthReason[];
}

export interface AuthState {
  flows?: AuthFlow[];
}

export interface Factor {
  type: FactorKind;
  created_at: number;
  last_used_at: number | null;
  id?: number;
  name?: string;
  unused_code_count?: number;
  unused_codes?: string[];
}

export interface SignInSession {
  id: number;
  user_agent: string;
  ip: string;
  created_at: number;
  last_seen_at: number;
  is_current: boolean;
}

type Method = 'get' | 'post' | 'delete';

const ROOT = '/_allauth/browser/v1/';

/** allauth's interface describes itself elsewhere, so the types are said here. */
function createAsk(client: Client<{}>) {
  const loose = client as unknown as {
    request: (
      method: Method,
      address: string,
      init: object,
    ) => Promise<{ data?: object; error?: object; response: Response }>;
  };
  return async <Data = AuthState, Meta = unknown>(method: Method, path: string, body?: object) => {
    const { data, error, response } = await loose.request(method, `${ROOT}${path}`, { body });
    if (response.status >= 500) throw new ApiError(response.status, error ?? {});
    return { ...(data ?? error), status: response.status } as AuthAnswer<Data, Meta>;
  };
}

export function createAuth(client: Client<{}>) {
  const ask = createAsk(client);
  return {
    /** Sets the CSRF cookie, and says which step is waited for. */
    prepare: () => ask('get', 'auth/session'),
    signIn: (username: string, password: string) => ask('post', 'auth/login', { username, password }),
    signOut: () => ask('delete', 'auth/session'),

    giveCode: (code: string) => ask('post', 'auth/2fa/authenticate', { code }),
    askForKey: () => ask<{ request_options: object }>('get', 'auth/webauthn/authenticate'),
    giveKey: (credential: object) => ask('post', 'auth/webauthn/authenticate', { credential }),

    confirmByPassword: (password: string) => ask('post', 'auth/reauthenticate', { password }),
    confirmByCode: (code: string) => ask('post', 'auth/2fa/reauthenticate', { code }),
    askToConfirmByKey: () => ask<{ request_options: object }>('get', 'auth/webauthn/reauthenticate'),
    confirmByKey: (credential: object) => ask('post', 'auth/webauthn/reauthenticate', { credential }),

    listFactors: () => ask<Factor[]>('get', 'account/authenticators'),
    beginTotp: () => ask<unknown, { secret: string; totp_url: string }>('get', 'account/authenticators/totp'),
    addTotp: (code: string) => ask<Factor>('post', 'account/authenticators/totp', { code }),
    removeTotp: () => ask('delete', 'account/authenticators/totp'),
    beginKey: () => ask<{ creation_options: object }>('get', 'account/authenticators/webauthn'),
    addKey: (name: string, credential: object) =>
      ask<Factor>('post', 'account/authenticators/webauthn', { name, credential }),
    removeKey: (id: number) => ask('delete', 'account/authenticators/webauthn', { authenticators: [id] }),
    /** Codes are in the answer once, right after they were made. */
    readRecoveryCodes: () => ask<Factor>('get', 'account/authenticators/recovery-codes'),
    renewRecoveryCodes: () => ask<Factor>('post', 'account/authenticators/recovery-codes', {}),

    changePassword: (current_password: string, new_password: string) =>
      ask('post', 'account/password/change', { current_password, new_password }),

    listSessions: () => ask<SignInSession[]>('get', 'auth/sessions'),
    endSessions: (sessions: number[]) => ask<SignInSession[]>('delete', 'auth/sessions', { sessions }),
  };
}

export type Auth = ReturnType<typeof createAuth>;

/** The second step that a sign-in waits for, by the kinds of factor that its holder has. */
export function pendingFactor(answer: AuthAnswer<AuthState>): FactorKind[] | null {
  const flow = answer.data?.flows?.find((item) => item.id === 'mfa_authenticate' && item.is_pending);
  return flow ? (flow.types ?? ['totp']) : null;
}

/** The ways in which allauth lets somebody prove anew who they are; empty where it asked for none. */
export function waysToConfirm(answer: AuthAnswer<AuthState>): ('password' | 'code' | 'key')[] {
  if (answer.status !== 401 || answer.code) return [];
  const flows = answer.data?.flows ?? [];
  const kinds = flows.find((item) => item.id === 'mfa_reauthenticate')?.types ?? [];
  return [
    ...(kinds.includes('totp') ? (['code'] as const) : []),
    ...(kinds.includes('webauthn') ? (['key'] as const) : []),
    ...(flows.some((item) => item.id === 'reauthenticate') ? (['password'] as const) : []),
  ];
}

export type SignInProblem = 'mismatch' | 'too-many' | 'lapsed' | 'offline' | 'other';

/** Which of our sentences says what went wrong at sign-in. */
export function signInProblem(answer: AuthAnswer | ApiError): SignInProblem {
  if (answer.status === 0) return 'offline';
  if (answer.status === 429) return 'too-many';
  const codes = answer instanceof ApiError ? answer.reasons : (answer.errors ?? []).map((item) => item.code);
  if (codes.some((code) => code.includes('too_many'))) return 'too-many';
  if (codes.includes('E-SIGN-IN-LAPSED')) return 'lapsed';
  return answer.status === 400 ? 'mismatch' : 'other';
}
