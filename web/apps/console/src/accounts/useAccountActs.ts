import type { Account, ActName, GuardedAct, HeldPost } from '@bangfu/api-client';
import { computed, ref } from 'vue';

import { api } from '../api';
import { useAccountAction } from './useAccounts';

/** What needs a reason. */
export type Asked = 'disable' | 'enable' | 'end' | 'password' | 'factor';
type Help = 'unlock' | 'sessions';

const GUARDED = new Set(['SYSTEM', 'SECURITY', 'AUDIT']);
/** What lets somebody in, which two persons do whoever's account it is. */
const LETS_IN = new Set<Asked | ''>(['password', 'factor']);
const ACTS: Record<Asked, ActName> = {
  disable: 'DISABLE',
  enable: 'ENABLE',
  end: 'END_POST',
  password: 'RESET_PASSWORD',
  factor: 'RESET_FACTORS',
};

/** What the system administrator does with an account, and what he only asks for. */
export function useAccountActs(account: () => Account) {
  const asked = ref<Asked | ''>('');
  const ending = ref<HeldPost | null>(null);
  const proposed = ref<GuardedAct | null>(null);
  const done = ref<Help | ''>('');
  const isGuarded = computed(() => GUARDED.has(account().duty));
  const takesTwo = computed(() => isGuarded.value || LETS_IN.has(asked.value));

  async function directly(what: Asked, reason: string): Promise<void> {
    const { username } = account();
    if (what === 'end' && ending.value) await api.endPost(ending.value.id, { reason });
    else if (what === 'disable') await api.disableAccount(username, reason);
    else await api.enableAccount(username, reason);
  }

  const act = useAccountAction(async (reason: string) => {
    const what = asked.value;
    if (!what) return;
    if (takesTwo.value) {
      const post = what === 'end' ? ending.value?.id : undefined;
      const body = { username: account().username, act: ACTS[what], reason, post_id: post };
      proposed.value = await api.proposeAct(body);
    } else await directly(what, reason);
    asked.value = '';
  });

  const help = useAccountAction(async (what: Help) => {
    const { username } = account();
    if (what === 'unlock') await api.unlockAccount(username);
    else await api.endSessions(username);
    proposed.value = null;
    done.value = what;
  });

  function ask(what: Asked, post: HeldPost | null = null): void {
    ending.value = post;
    proposed.value = null;
    done.value = '';
    asked.value = what;
  }

  return { asked, proposed, done, isGuarded, takesTwo, act, help, ask };
}
