import { ref } from 'vue';

import { useAction } from './useAction';

/** The last thing done in a list, and the way to take it back. */
export function useUndo() {
  const last = ref<{ text: string; undo: () => Promise<unknown> } | null>(null);
  const { isBusy, problem, run } = useAction(async () => {
    await last.value?.undo();
    last.value = null;
  });

  function offer(text: string, undo: () => Promise<unknown>): void {
    last.value = { text, undo };
    problem.value = null;
  }

  function dismiss(): void {
    last.value = null;
  }

  return { last, isBusy, problem, offer, dismiss, undo: run };
}

export type Undo = ReturnType<typeof useUndo>;
