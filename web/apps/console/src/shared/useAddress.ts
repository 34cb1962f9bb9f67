import { looksLikeIdNumber } from '@bangfu/core';
import { computed, ref } from 'vue';
import { useRoute, useRouter } from 'vue-router';

/**
 * The filters of a screen as they stand in the address; empty ones leave no trace. A search text that
 * looks like an ID number stays in memory: addresses are kept by browsers and proxies.
 */
export function useAddress<Key extends string>(keys: readonly Key[]) {
  const route = useRoute();
  const router = useRouter();
  const hidden = ref('');

  const state = computed(() => {
    const read = (key: Key) => (typeof route.query[key] === 'string' ? route.query[key] : '');
    const found = Object.fromEntries(keys.map((key) => [key, read(key)])) as Record<Key, string>;
    return hidden.value ? { ...found, q: hidden.value } : found;
  });
  const isFiltered = computed(() => keys.some((key) => state.value[key] !== ''));

  function change(part: Partial<Record<Key, string>>): void {
    const query: Record<string, string | undefined> = {};
    for (const key of keys) {
      const value = part[key];
      if (value === undefined) continue;
      const isPrivate = key === 'q' && looksLikeIdNumber(value);
      if (key === 'q') hidden.value = isPrivate ? value : '';
      query[key] = isPrivate || value === '' ? undefined : value;
    }
    void router.push({ query: { ...route.query, ...query } });
  }

  function clear(): void {
    change(Object.fromEntries(keys.map((key) => [key, ''])) as Record<Key, string>);
  }

  return { state, change, clear, isFiltered };
}
