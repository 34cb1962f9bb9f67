import { signInProblem, toApiError, type SignInProblem } from '@bangfu/api-client';
import { onMounted, ref } from 'vue';

import { api } from '../api';
import { useSession } from './sessionStore';

/** Signs in and says in one word what went wrong. */
export function useSignIn() {
  const session = useSession();
  const isBusy = ref(false);
  const problem = ref<SignInProblem | 'no-post' | null>(null);

  async function prepare(): Promise<void> {
    try {
      await api.auth.prepare();
    } catch (error) {
      problem.value = signInProblem(toApiError(error));
    }
  }

  async function attempt(username: string, password: string): Promise<boolean> {
    try {
      await api.auth.signIn(username, password);
    } catch (error) {
      // 409: already signed in, in another tab perhaps; the session below decides.
      if (toApiError(error).status !== 409) throw error;
    }
    const isIn = await session.load();
    if (isIn && !session.post) problem.value = 'no-post';
    return isIn && session.post !== null;
  }

  async function signIn(username: string, password: string): Promise<boolean> {
    isBusy.value = true;
    problem.value = null;
    try {
      return await attempt(username, password);
    } catch (error) {
      problem.value = signInProblem(toApiError(error));
      return false;
    } finally {
      isBusy.value = false;
    }
  }

  onMounted(prepare);
  return { isBusy, problem, signIn };
}
