import type { Member, RevealReason } from '@bangfu/api-client';
import { shallowRef, type Ref } from 'vue';

import { api } from '../api';
import { useText } from '../shared/useText';
import type { Asked, RevealTarget } from './reveal';

/** What the dialog of a household's page is open for. */
export function useHouseholdReveal(householdNo: Ref<string>) {
  const { t } = useText();
  const target = shallowRef<RevealTarget | null>(null);

  function ask(title: string, fields: Asked[], memberId?: string): void {
    const reveal = (field: string, reason: RevealReason) =>
      api.revealValue(householdNo.value, field, reason, memberId);
    target.value = { title, fields, reveal };
  }
  const askHousehold = (fields: Asked[]): void => ask(t('looks.dialog'), fields);
  const askMember = (member: Member, fields: Asked[]): void =>
    ask(t('looks.dialogOf', { name: member.name }), fields, member.id);

  return { target, askHousehold, askMember };
}
