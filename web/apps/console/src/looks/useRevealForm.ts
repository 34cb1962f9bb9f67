import type { RevealedValue } from '@bangfu/api-client';
import { ref } from 'vue';

import { useAction } from '../shared/useAction';
import type { RevealTarget } from './reveal';
import { usePurpose } from './usePurpose';

/** The form of the dialog: which value and why; then the value. */
export function useRevealForm(target: RevealTarget) {
  const asking = usePurpose();
  const field = ref(target.fields.length === 1 ? (target.fields[0]?.key ?? '') : '');
  const found = ref<RevealedValue | null>(null);
  const show = useAction(async () => {
    const { purpose, note } = asking.reason;
    found.value = await target.reveal(field.value, { purpose, note: note.trim() });
  });
  return { ...asking, field, found, show };
}

export type RevealAsked = ReturnType<typeof useRevealForm>;
