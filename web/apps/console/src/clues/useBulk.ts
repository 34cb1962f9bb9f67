import type { BulkInput, BulkRefusal } from '@bangfu/api-client';
import { useQueryCache } from '@pinia/colada';
import { ref } from 'vue';

import { api } from '../api';
import { TOUCHED } from '../proceedings/useProceedings';
import { useAction } from '../shared/useAction';
import { useUndo } from '../shared/useUndo';

/** One step for many clues: all of them or none, and the way back. */
export function useBulk(tell: (done: number) => string, clear: () => void) {
  const cache = useQueryCache();
  const undo = useUndo();
  const refused = ref<BulkRefusal[]>([]);

  async function reload(): Promise<void> {
    await Promise.all(TOUCHED.map((key) => cache.invalidateQueries({ key: [key] })));
  }

  const send = useAction(async (input: BulkInput) => {
    const answer = await api.actOnMany(input);
    refused.value = answer.refused;
    if (answer.refused.length) return false;
    clear();
    await reload();
    undo.offer(tell(answer.count), async () => {
      await api.undoMany(answer.id);
      await reload();
    });
    return true;
  });
  return { send, undo, refused };
}
