import type { MessageItem } from '@bangfu/api-client';
import { computed, reactive, ref } from 'vue';

import { api } from '../api';
import { useAction } from '../shared/useAction';
import { usePaged } from '../shared/usePaged';
import { useText } from '../shared/useText';
import { useUnreadWriter } from './useUnread';

/** The messages in the drawer, asked for when it opens, newest first. */
export function useInbox() {
  const { locale } = useText();
  const write = useUnreadWriter();
  const isOpen = ref(false);
  const list = usePaged<MessageItem>({
    key: () => ['messages', 'list', locale.value],
    ask: async (cursor, signal) => {
      const page = await api.listMessages({ cursor, limit: 20 }, signal);
      write(page.unread);
      return page;
    },
    enabled: () => isOpen.value,
  });
  const reading = useAction(async (ids: string[]) => write((await api.markRead(ids)).unread));
  const readingAll = useAction(async () => {
    write((await api.markAllRead()).unread);
    await list.refetch();
  });
  /** What was opened since the list was asked for. */
  const opened = reactive(new Set<string>());
  const isUnread = (item: MessageItem): boolean => item.read_at === null && !opened.has(item.id);
  const hasUnread = computed(() => list.items.value.some(isUnread));

  function read(item: MessageItem): void {
    if (!isUnread(item)) return;
    opened.add(item.id);
    void reading.run([item.id]);
  }

  return { isOpen, list, isUnread, read, readAll: readingAll.run, hasUnread };
}
