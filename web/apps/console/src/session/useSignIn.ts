import {
  pendingFactor,
  signInProblem,
  toApiError,
  type AuthAnswer,
  type AuthState,
  type FactorKind,
  type SignInProblem,
} from '@bangfu/api-client';
import { onMounted, ref } from 'vue';

import { api } from '../api';
import { useSession } from './sessionStore';

/** Signs in, in one step or two, and says in one word what went wrong. */
export function useSignIn(onSignedIn: () => void) {
  const session = useSession();
  const isBusy = ref(false);
  const problem = ref<SignInProblem | 'no-post' | 'sso' | null>(null);
  /** The kinds of factor that the second step may use; null while the first step is due. */
  const second = ref<FactorKind[] | null>(null);

  async function tried(attempt: () => Promise<void>): Promise<void> {
    isBusy.value = true;
    problem.value = null;
    try {
      await attempt();
    } catch (error) {
      problem.value = signInProblem(toApiError(error));
    } finally {
      isBusy.value = false;
    }
  }

  /** Whoever has something to settle first may have no post until then. */
  async function enter(): Promise<void> {
    if (!(await session.load())) {
      second.value = null;
      return;
    }
    if (session.post || session.isHeld) onSignedIn();
    else problem.value = 'no-post';
  }

  async function follow(answer: AuthAnswer<AuthState>): Promise<void> {
    second.value = pendingFactor(answer);
    if (second.value) return;
    // 409: already signed in, in another tab perhaps; the session decides.
    if (answer.status === 200 || answer.status === 409) await enter();
    else problem.value = signInProblem(answer);
  }

  /** What the page asks by itself; whoever is quicker than its answer is not kept from typing. */
  let prepared: Promise<void> = Promise.resolve();

  async function prepare(): Promise<void> {
    try {
      const answer = await api.auth.prepare();
      second.value = pendingFactor(answer);
      if (answer.status === 200) await enter();
    } catch (error) {
      problem.value = signInProblem(toApiError(error));
    }
  }

  const signIn = (username: string, password: string) =>
    tried(async () => {
      await prepared;
      if (!second.value) await follow(await api.auth.signIn(username, password));
    });

  /** Back to the first step, as somebody else perhaps. */
  const startAgain = () =>
    tried(async () => {
      await api.auth.signOut();
      second.value = null;
    });

  onMounted(() => {
    prepared = prepare();
  });
  return { isBusy, problem, second, signIn, enter: () => tried(enter), startAgain };
}
