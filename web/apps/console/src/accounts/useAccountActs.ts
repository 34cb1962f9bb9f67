import type { Account, ActName, FirstPassword, GuardedAct, HeldPost } from '@bangfu/api-client';
import { computed, ref } from 'vue';

import { api } from '../api';
import { useAccountAction } from './useAccounts';

/** What needs a reason; of an administrator's account also the two resets. */
export type Asked = 'disable' | 'enable' | 'end' | 'password' | 'factor';
type Help = 'unlock' | 'password' | 'factor';

const GUARDED = new Set(['SYSTEM', 'SECURITY', 'AUDIT']);
const ACTS: Record<Asked, ActName> = {
  disable: 'DISABLE',
  enable: 'ENABLE',
  end: 'END_POST',
  password: 'RESET_PASSWORD',
  factor: 'RESET_FACTORS',
};

/** What the system administrator does with an account; with an administrator's he only asks. */
export function useAccountActs(account: () => Account) {
  const asked = ref<Asked | ''>('');
  const ending = ref<HeldPost | null>(null);
  const password = ref<FirstPassword | null>(null);
  const proposed = ref<GuardedAct | null>(null);
  const done = ref<Help | ''>('');
  const isGuarded = computed(() => GUARDED.has(account().duty));

  async function directly(what: Asked, reason: string): Promise<void> {
    const { username } = account();
    if (what === 'end' && ending.value) await api.endPost(ending.value.id, { reason });
    else if (what === 'disable') await api.disableAccount(username, reason);
    else await api.enableAccount(username, reason);
  }

  const act = useAccountAction(async (reason: string) => {
    const what = asked.value;
    if (!what) return;
    if (isGuarded.value) {
      const post = what === 'end' ? ending.value?.id : undefined;
      const body = { username: account().username, act: ACTS[what], reason, post_id: post };
      proposed.value = await api.proposeAct(body);
    } else await directly(what, reason);
    asked.value = '';
  });

  const help = useAccountAction(async (what: Help) => {
    const { username } = account();
    password.value = what === 'password' ? await api.resetPassword(username) : null;
    if (what === 'unlock') await api.unlockAccount(username);
    if (what === 'factor') await api.resetFactor(username);
    done.value = what;
  });

  function ask(what: Asked, post: HeldPost | null = null): void {
    ending.value = post;
    proposed.value = null;
    asked.value = what;
  }

  /** Reset at once, or ask for it. */
  function reset(what: 'password' | 'factor'): void {
    if (isGuarded.value) ask(what);
    else void help.run(what);
  }

  return { asked, password, proposed, done, isGuarded, act, help, ask, reset };
}
