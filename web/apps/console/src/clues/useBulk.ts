import type { BulkAnswer, BulkInput } from '@bangfu/api-client';
import { useQueryCache } from '@pinia/colada';
import { ref } from 'vue';

import { api } from '../api';
import { TOUCHED } from '../proceedings/useProceedings';
import { useAction } from '../shared/useAction';
import { useText } from '../shared/useText';
import { useUndo } from '../shared/useUndo';

/** One step for many clues: all of them or none, and the way back. */
export function useBulk(tell: (done: number) => string, clear: () => void) {
  const { t, number } = useText();
  const cache = useQueryCache();
  const undo = useUndo();
  const refused = ref<Pick<BulkAnswer, 'refusals' | 'same'>>({ refusals: [], same: [] });

  async function reload(): Promise<void> {
    await Promise.all(TOUCHED.map((key) => cache.invalidateQueries({ key: [key] })));
  }

  const send = useAction(async (input: BulkInput) => {
    const answer = await api.actOnMany(input);
    refused.value = { refusals: answer.refusals, same: answer.same };
    const { act_id: act } = answer;
    if (!act) return false;
    const said = tell(answer.done);
    clear();
    await reload();
    if (answer.can_undo) {
      undo.offer(said, async () => {
        await api.undoMany(act);
        await reload();
        return t('clues.bulk.undone', { n: number(answer.done) }, answer.done);
      });
    }
    return true;
  });
  return { send, undo, refused };
}
