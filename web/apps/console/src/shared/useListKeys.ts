import { onMounted, onUnmounted, ref, watch, type Ref } from 'vue';

export interface ListKeys {
  count: Ref<number>;
  /** The row that is open beside the list, or -1. */
  opened: Ref<number>;
  open: (index: number) => void;
  close: () => void;
  search: () => void;
  /** Chooses the row one stands on, where rows can be chosen. */
  choose?: (index: number) => void;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable], [role=dialog]') !== null;
}

/** J and K walk the rows, Enter opens, Space chooses, Escape closes, / searches. With a row open, walking opens the next. */
export function useListKeys({ count, opened, open, close, search, choose }: ListKeys) {
  const active = ref(-1);
  watch(opened, (index) => {
    if (index >= 0) active.value = index;
  }, { immediate: true });

  function walk(step: number): void {
    if (count.value === 0) return;
    active.value = Math.min(count.value - 1, Math.max(0, active.value + step));
    if (opened.value >= 0) open(active.value);
  }

  const actions: Record<string, () => void> = {
    j: () => walk(1),
    k: () => walk(-1),
    Enter: () => active.value >= 0 && open(active.value),
    Escape: close,
    '/': search,
    ...(choose ? { ' ': () => active.value >= 0 && choose(active.value) } : {}),
  };

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const isOwnEnter = [' ', 'Enter'].includes(event.key) && event.target instanceof HTMLElement && event.target.closest('a, button');
    const action = actions[event.key];
    if (!action || isOwnEnter) return;
    event.preventDefault();
    action();
  }

  onMounted(() => window.addEventListener('keydown', onKey));
  onUnmounted(() => window.removeEventListener('keydown', onKey));
  return { active };
}
