import type { RevealReason } from '@bangfu/api-client';
import { shallowRef, type Ref } from 'vue';

import { api } from '../api';
import { useText } from '../shared/useText';
import type { Asked, RevealTarget } from './reveal';

/** What the dialog of a request is open for. */
export function useChangeReveal(changeId: Ref<string>) {
  const { t } = useText();
  const target = shallowRef<RevealTarget | null>(null);

  function askFact(field: Asked): void {
    const reveal = (name: string, reason: RevealReason) => api.revealChangeFact(changeId.value, name, reason);
    target.value = { title: t('looks.dialog'), fields: [field], reveal };
  }
  return { target, askFact };
}
