import { toApiError, waysToConfirm, type AuthAnswer } from '@bangfu/api-client';
import { ref, type Ref } from 'vue';

import { useText } from '../shared/useText';

export type Way = 'password' | 'code' | 'key';

/** allauth's codes that our own words say better. */
const KNOWN = ['incorrect_code', 'too_many_login_attempts', 'rate_limited', 'enter_current_password'];

/** One write of sign-in at a time: what went wrong as a sentence, and whether identity must be proved first. */
export function useAuthAction<Args extends unknown[], Data>(action: (...args: Args) => Promise<AuthAnswer<Data>>) {
  const { t, te } = useText();
  const isBusy = ref(false);
  const problem = ref('');
  const ways = ref<Way[]>([]);
  const waiting = ref<Args | null>(null) as Ref<Args | null>;

  function explain(answer: AuthAnswer<unknown>): string {
    const reasons = (answer.errors ?? []).map(({ code, message }) =>
      KNOWN.includes(code) ? t(`account.problems.${code}`) : message,
    );
    if (reasons.length) return reasons.join(' ');
    return answer.message ?? t(answer.status === 429 ? 'account.problems.rate_limited' : 'account.problems.other');
  }

  function fail(error: unknown): void {
    // A browser's own refusals have names: nobody touched the key, or it is there already.
    const name = error instanceof DOMException ? `account.problems.${error.name}` : '';
    if (name && te(name)) problem.value = t(name);
    else problem.value = t(toApiError(error).isOffline ? 'errors.offline.title' : 'account.problems.other');
  }

  async function run(...args: Args): Promise<AuthAnswer<Data> | undefined> {
    if (isBusy.value) return undefined;
    isBusy.value = true;
    problem.value = '';
    try {
      const answer = await action(...args);
      if (answer.status === 200) return answer;
      ways.value = waysToConfirm(answer as AuthAnswer<never>);
      if (ways.value.length) waiting.value = args;
      else problem.value = explain(answer);
    } catch (error) {
      fail(error);
    } finally {
      isBusy.value = false;
    }
    return undefined;
  }

  /** After identity was proved: what was asked for, once more. */
  async function goOn(): Promise<AuthAnswer<Data> | undefined> {
    const args = waiting.value;
    stop();
    return args ? run(...args) : undefined;
  }

  function stop(): void {
    ways.value = [];
    waiting.value = null;
  }

  return { isBusy, problem, ways, run, goOn, stop };
}
