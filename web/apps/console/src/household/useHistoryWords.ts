import type { Coded, Dataset } from '@bangfu/api-client';
import { useQuery } from '@pinia/colada';
import { computed } from 'vue';

import { useDatasets } from '../imports/useDatasets';

export interface FieldWords {
  /** The field as people call it, by its key in the register. */
  label: (key: string) => { zh: string; en: string } | null;
  /** A stored code as people say it. */
  word: (key: string, code: unknown) => { zh: string; en: string } | null;
  /** All words that a coded field may have. */
  choices: (key: string) => Coded[];
}

/** Reads fields and codes by the register's own contract, so that what stood there before has words too. */
export function fieldWords(datasets: readonly Dataset[], lists: ReadonlyMap<string, Coded[]>): FieldWords {
  const columns = datasets.filter((item) => item.id.startsWith('registry/')).flatMap((item) => item.columns);
  const find = (key: string) => columns.find((column) => column.name === key);
  const listOf = (key: string) => lists.get(find(key)?.code_list ?? key) ?? [];
  return {
    label: (key) => {
      const column = find(key);
      return column ? { zh: column.zh, en: column.name.replaceAll('_', ' ') } : null;
    },
    word: (key, code) => listOf(key).find((item) => item.code === code) ?? null,
    choices: listOf,
  };
}

export function useHistoryWords() {
  const { data: datasets } = useDatasets();
  const { data: lists } = useQuery({
    key: ['codelists'],
    query: async () => (await import('../shared/allCodelists')).allCodelists,
    staleTime: Infinity,
  });
  return computed(() => fieldWords(datasets.value ?? [], lists.value ?? new Map<string, Coded[]>()));
}
