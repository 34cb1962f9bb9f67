import type { Client } from 'openapi-fetch';

import { unwrap } from './client';
import { toApiError, type ApiError } from './errors';

interface Answer {
  responses: { 200: { content: { 'application/json': unknown } } };
}

/** The two paths of django-allauth's headless interface that signing in needs; it has its own description. */
export interface AuthPaths {
  '/_allauth/browser/v1/auth/session': { get: Answer; delete: Answer };
  '/_allauth/browser/v1/auth/login': {
    post: Answer & { requestBody: { content: { 'application/json': { username: string; password: string } } } };
  };
}

const SESSION = '/_allauth/browser/v1/auth/session';

/** allauth says 401 to a stranger who asks for the session and to one who has just signed out. */
async function allowStranger(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!toApiError(error).isSignedOut) throw error;
  }
}

export function createAuth(client: Client<AuthPaths>) {
  return {
    /** Sets the CSRF cookie. */
    prepare: () => allowStranger(unwrap(client.GET(SESSION))),
    signIn: (username: string, password: string) =>
      unwrap(client.POST('/_allauth/browser/v1/auth/login', { body: { username, password } })),
    signOut: () => allowStranger(unwrap(client.DELETE(SESSION))),
  };
}

export type Auth = ReturnType<typeof createAuth>;

export type SignInProblem = 'mismatch' | 'too-many' | 'more-needed' | 'offline' | 'other';

/** Which of our sentences says what went wrong at sign-in. */
export function signInProblem(error: ApiError): SignInProblem {
  if (error.isOffline) return 'offline';
  if (error.status === 429) return 'too-many';
  if (error.status === 401) return 'more-needed';
  if (error.reasons.some((code) => code.includes('too_many'))) return 'too-many';
  return error.status === 400 ? 'mismatch' : 'other';
}
