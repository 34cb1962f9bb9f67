import { computed, type Ref } from 'vue';

import { useHistoryWords } from '../household/useHistoryWords';
import { useText } from '../shared/useText';

/** The words that a corrected item may have, by its code such as `member.health`; none for a free text. */
export function useSuggestions(item: Ref<string>) {
  const fields = useHistoryWords();
  const { coded } = useText();
  return computed(() => fields.value.choices(item.value.split('.').at(-1) ?? '').map((choice) => coded(choice)));
}
