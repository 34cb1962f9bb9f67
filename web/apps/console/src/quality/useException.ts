import type { QualityItem } from '@bangfu/api-client';
import { useQueryCache } from '@pinia/colada';

import { api } from '../api';
import { useAction } from '../shared/useAction';
import { useText } from '../shared/useText';
import { useUndo } from '../shared/useUndo';

/** Excepting an item with a reason, and taking that back at once or later. */
export function useException(refresh: () => Promise<unknown>) {
  const { t } = useText();
  const cache = useQueryCache();
  const undo = useUndo();

  async function reload(): Promise<void> {
    await Promise.all([refresh(), cache.invalidateQueries({ key: ['quality'] })]);
  }

  const except = useAction(async (item: QualityItem, reason: string, until: string) => {
    await api.exceptItem(item.id, { reason, until: until || undefined });
    undo.offer(t('quality.list.exceptDone', { name: item.head_name || item.household_no || '' }), async () => {
      await api.undoException(item.id);
      await reload();
      return undefined;
    });
    await reload();
    return true;
  });
  const takeBack = useAction(async (item: QualityItem) => {
    await api.undoException(item.id);
    await reload();
  });

  return { undo, except, takeBack };
}

export type ExceptAction = ReturnType<typeof useException>['except'];
