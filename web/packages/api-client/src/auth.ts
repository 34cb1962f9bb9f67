import type { ApiError } from './errors';
import { toApiError } from './errors';
import type { Transport } from './transport';

const ROOT = '/_allauth/browser/v1/auth';

export type SignInProblem = 'mismatch' | 'too-many' | 'more-needed' | 'offline' | 'other';

/** Sign-in through the headless endpoints of django-allauth. */
export function createAuth(call: Transport) {
  return {
    /** Sets the CSRF cookie; the answer is 401 for a stranger, which is no error here. */
    async prepare(): Promise<void> {
      try {
        await call('GET', `${ROOT}/session`);
      } catch (error) {
        if (!toApiError(error).isSignedOut) throw error;
      }
    },
    signIn: (username: string, password: string) =>
      call<unknown>('POST', `${ROOT}/login`, { body: { username, password } }),
    /** allauth answers 401 to a successful sign-out: the session it speaks of is gone. */
    async signOut(): Promise<void> {
      try {
        await call('DELETE', `${ROOT}/session`);
      } catch (error) {
        if (!toApiError(error).isSignedOut) throw error;
      }
    },
  };
}

export type Auth = ReturnType<typeof createAuth>;

/** Which of our sentences says what went wrong at sign-in. */
export function signInProblem(error: ApiError): SignInProblem {
  if (error.isOffline) return 'offline';
  if (error.status === 429) return 'too-many';
  if (error.status === 401) return 'more-needed';
  if (error.reasons.some((code) => code.includes('too_many'))) return 'too-many';
  return error.status === 400 ? 'mismatch' : 'other';
}
