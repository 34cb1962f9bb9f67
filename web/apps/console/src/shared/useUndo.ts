import { ref } from 'vue';

import { useAction } from './useAction';

/** Takes the last thing back; may say what came of it. */
type TakeBack = () => Promise<string | undefined>;

/** The last thing done in a list, and the way to take it back; afterwards, that it was taken back. */
export function useUndo() {
  const last = ref<{ text: string; undo: TakeBack | null } | null>(null);
  const { isBusy, problem, run } = useAction(async () => {
    const undo = last.value?.undo;
    if (undo) last.value = { text: (await undo()) ?? '', undo: null };
  });

  function offer(text: string, undo: TakeBack): void {
    last.value = { text, undo };
    problem.value = null;
  }

  function dismiss(): void {
    last.value = null;
  }

  return { last, isBusy, problem, offer, dismiss, undo: run };
}

export type Undo = ReturnType<typeof useUndo>;
