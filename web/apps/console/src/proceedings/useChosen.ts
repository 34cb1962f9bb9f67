import { computed, ref, watch, type Ref } from 'vue';

/** The rows marked for doing one thing to all of them; those that leave the list are marked no more. */
export function useChosen<Item extends { id: string }>(items: Ref<Item[]>) {
  const ids = ref(new Set<string>());
  const chosen = computed(() => items.value.filter((item) => ids.value.has(item.id)));
  const isAll = computed(() => items.value.length > 0 && chosen.value.length === items.value.length);

  watch(items, (rows) => {
    const present = new Set(rows.map((row) => row.id));
    ids.value = new Set([...ids.value].filter((id) => present.has(id)));
  });

  function toggle(index: number): void {
    const id = items.value[index]?.id;
    if (!id) return;
    const next = new Set(ids.value);
    if (!next.delete(id)) next.add(id);
    ids.value = next;
  }

  function toggleAll(): void {
    ids.value = isAll.value ? new Set() : new Set(items.value.map((item) => item.id));
  }

  function clear(): void {
    ids.value = new Set();
  }

  return { ids, chosen, isAll, toggle, toggleAll, clear };
}

export type Chosen = ReturnType<typeof useChosen>;
