import { useInfiniteQuery } from '@pinia/colada';
import { computed } from 'vue';

export const PAGE_SIZE = 50;

interface Answer<Item> {
  items: Item[];
  next_cursor: string | null;
  total?: number;
}

interface Question<Item> {
  key: () => (string | number)[];
  ask: (cursor: string | undefined, signal: AbortSignal) => Promise<Answer<Item>>;
  enabled?: () => boolean;
}

/** A list page by page; a page begins where the cursor of the one before says, whatever was inserted since. */
export function usePaged<Item>({ key, ask, enabled }: Question<Item>) {
  const list = useInfiniteQuery<Answer<Item>, Error, string | undefined>({
    key,
    query: ({ pageParam, signal }) => ask(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    enabled: enabled ?? (() => true),
    staleTime: 0,
  });
  const items = computed<Item[]>(() => list.data.value?.pages.flatMap((page) => page.items) ?? []);
  const total = computed(() => {
    const first = list.data.value?.pages[0];
    return first ? (first.total ?? items.value.length) : null;
  });
  return { ...list, items, total };
}
