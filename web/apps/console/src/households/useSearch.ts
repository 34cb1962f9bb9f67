import { looksLikeIdNumber } from '@bangfu/core';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { useRoute, useRouter } from 'vue-router';

import { useScope } from '../scope/useScope';

/** An ID number that is searched for stays in memory: addresses are kept by browsers and proxies. */
export const usePrivateSearch = defineStore('private-search', () => {
  const text = ref('');
  return { text };
});

/** Searches households by name, pinyin, number or a full ID number. */
export function useSearch() {
  const route = useRoute();
  const router = useRouter();
  const { carried } = useScope();
  const hidden = usePrivateSearch();

  function go(input: string): void {
    const text = input.trim();
    const isPrivate = looksLikeIdNumber(text);
    hidden.text = isPrivate ? text : '';
    const isOnList = route.name === 'households' || route.name === 'household';
    const kept = isOnList ? route.query : carried.value;
    void router.push({ name: 'households', query: { ...kept, q: isPrivate || !text ? undefined : text } });
  }

  return { go };
}
