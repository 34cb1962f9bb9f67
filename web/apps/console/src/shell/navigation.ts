import {
  Aim,
  Calendar,
  ChatLineSquare,
  Connection,
  DataLine,
  DocumentChecked,
  DocumentCopy,
  EditPen,
  House,
  Notebook,
  Stamp,
  Upload,
  User,
} from '@element-plus/icons-vue';
import { computed, type Component } from 'vue';

import { useSession } from '../session/sessionStore';

export type NavigationGroup = 'people' | 'work' | 'data' | 'judge' | 'guard';

export interface NavigationEntry {
  name: string;
  group: NavigationGroup;
  /** Route names that count as being here. */
  covers: readonly string[];
  icon: Component;
  /** Any one of these permissions opens the entry. */
  needs: readonly string[];
}

export const GROUPS: readonly NavigationGroup[] = ['people', 'work', 'data', 'judge', 'guard'];

const READ = ['REGISTRY_READ', 'HINT_READ'];

export const ENTRIES: readonly NavigationEntry[] = [
  { name: 'overview', group: 'people', covers: ['overview'], icon: DataLine, needs: ['HINT_READ'] },
  {
    name: 'households',
    group: 'people',
    covers: ['households', 'household'],
    icon: House,
    needs: ['REGISTRY_READ'],
  },
  {
    name: 'changes',
    group: 'work',
    covers: ['changes', 'change', 'new-change', 'edit-change'],
    icon: EditPen,
    needs: ['REGISTRY_READ'],
  },
  {
    name: 'quality',
    group: 'work',
    covers: ['quality', 'quality-items'],
    icon: DocumentChecked,
    needs: ['REGISTRY_READ'],
  },
  {
    name: 'reconciliations',
    group: 'work',
    covers: ['reconciliations', 'reconciliation'],
    icon: Connection,
    needs: ['RECONCILE'],
  },
  { name: 'coverage', group: 'data', covers: ['coverage'], icon: Calendar, needs: READ },
  {
    name: 'imports',
    group: 'data',
    covers: ['imports', 'new-import', 'import'],
    icon: Upload,
    needs: ['REGISTRY_IMPORT', 'FEEDS_IMPORT'],
  },
  {
    name: 'feedback',
    group: 'data',
    covers: ['feedback', 'feedback-note', 'new-feedback'],
    icon: ChatLineSquare,
    needs: READ,
  },
  { name: 'screening', group: 'judge', covers: ['screening'], icon: Aim, needs: ['HINT_READ'] },
  { name: 'audit', group: 'guard', covers: ['audit'], icon: DocumentCopy, needs: ['AUDIT_READ'] },
  { name: 'rules', group: 'judge', covers: ['rules', 'rule'], icon: Notebook, needs: ['HINT_READ'] },
  {
    name: 'export-requests',
    group: 'guard',
    covers: ['export-requests'],
    icon: Stamp,
    needs: ['EXPORT', 'EXPORT_APPROVE'],
  },
  {
    name: 'accounts',
    group: 'guard',
    covers: ['accounts', 'new-account', 'propose-post'],
    icon: User,
    needs: ['ACCOUNTS_MANAGE', 'ACCOUNTS_GRANT'],
  },
];

/** How many entries a telephone's bar holds beside the one that opens the rest. */
const ON_BAR = 4;

/** The entries that the active post may open: all of them, by group, and those for a telephone's bar. */
export function useNavigation() {
  const session = useSession();
  const entries = computed(() => ENTRIES.filter((entry) => entry.needs.some((need) => session.can(need))));
  const groups = computed(() =>
    GROUPS.map((name) => ({ name, entries: entries.value.filter((entry) => entry.group === name) })).filter(
      (group) => group.entries.length > 0,
    ),
  );
  const bar = computed(() => (entries.value.length <= ON_BAR + 1 ? entries.value : entries.value.slice(0, ON_BAR)));
  const hasMore = computed(() => bar.value.length < entries.value.length);
  return { entries, groups, bar, hasMore };
}
