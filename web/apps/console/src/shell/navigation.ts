import {
  Aim,
  Bell,
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
  Tickets,
  Upload,
  User,
} from '@element-plus/icons-vue';
import { computed, type Component } from 'vue';

import { useSession } from '../session/sessionStore';

export type NavigationGroup = 'desk' | 'work' | 'people' | 'data' | 'judge' | 'guard';

export interface NavigationEntry {
  name: string;
  group: NavigationGroup;
  /** Route names that count as being here. */
  covers: readonly string[];
  icon: Component;
  /** Any one of these permissions opens the entry. */
  needs: readonly string[];
}

/** The rail has one entry a group, six at most; the screens of the group one is in stand below it. */
export const GROUPS: readonly NavigationGroup[] = ['desk', 'work', 'people', 'data', 'judge', 'guard'];

export const GROUP_ICONS: Record<NavigationGroup, Component> = {
  desk: Tickets,
  work: EditPen,
  people: House,
  data: Calendar,
  judge: Aim,
  guard: Stamp,
};

const READ = ['REGISTRY_READ', 'HINT_READ'];

const DUTIES = ['CLUE_CHECK', 'CLUE_DISPATCH', 'CASE_PREPARE', 'CASE_TOWN', 'CASE_COUNTY', 'DEPARTMENT_ANSWER'];

export const ENTRIES: readonly NavigationEntry[] = [
  { name: 'desk', group: 'desk', covers: ['desk', 'desk-list', 'desk-item'], icon: Tickets, needs: DUTIES },
  { name: 'overview', group: 'people', covers: ['overview'], icon: DataLine, needs: ['HINT_READ'] },
  {
    name: 'households',
    group: 'people',
    covers: ['households', 'household'],
    icon: House,
    needs: ['REGISTRY_READ'],
  },
  {
    name: 'clues',
    group: 'work',
    covers: ['clues', 'clue', 'new-clue'],
    icon: Bell,
    needs: ['CLUE_CHECK', 'CLUE_DISPATCH'],
  },
  {
    name: 'cases',
    group: 'work',
    covers: ['cases', 'case'],
    icon: EditPen,
    needs: ['CASE_PREPARE', 'CASE_TOWN', 'CASE_COUNTY'],
  },
  { name: 'batches', group: 'work', covers: ['batches', 'batch'], icon: Stamp, needs: ['CASE_COUNTY'] },
  { name: 'reviews', group: 'work', covers: ['reviews'], icon: User, needs: ['CASE_PREPARE'] },
  { name: 'notices', group: 'work', covers: ['notices', 'notice'], icon: DocumentCopy, needs: ['CASE_PREPARE'] },
  {
    name: 'village-lists',
    group: 'work',
    covers: ['village-lists', 'village-list'],
    icon: Notebook,
    needs: ['CLUE_CHECK', 'CLUE_DISPATCH'],
  },
  {
    name: 'department',
    group: 'work',
    covers: ['department', 'department-item'],
    icon: Tickets,
    needs: ['DEPARTMENT_ANSWER'],
  },
  { name: 'pairings', group: 'people', covers: ['pairings'], icon: User, needs: ['REGISTRY_READ'] },
  { name: 'rounds', group: 'work', covers: ['rounds'], icon: House, needs: ['CLUE_CHECK', 'ROUND_MANAGE'] },
  {
    name: 'changes',
    group: 'people',
    covers: ['changes', 'change', 'new-change', 'edit-change'],
    icon: EditPen,
    needs: ['REGISTRY_READ'],
  },
  {
    name: 'quality',
    group: 'data',
    covers: ['quality', 'quality-items'],
    icon: DocumentChecked,
    needs: ['REGISTRY_READ'],
  },
  {
    name: 'reconciliations',
    group: 'data',
    covers: ['reconciliations', 'reconciliation'],
    icon: Connection,
    needs: ['RECONCILE'],
  },
  {
    name: 'year-window',
    group: 'data',
    covers: ['year-window'],
    icon: Calendar,
    needs: ['CHANGE_TOWN', 'ROUND_MANAGE'],
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
  { name: 'learning', group: 'judge', covers: ['learning', 'rule-learning'], icon: DataLine, needs: ['HINT_READ'] },
  { name: 'rules', group: 'judge', covers: ['rules', 'rule'], icon: Notebook, needs: ['HINT_READ'] },
  {
    name: 'export-requests',
    group: 'guard',
    covers: ['export-requests'],
    icon: Stamp,
    needs: ['EXPORT', 'EXPORT_APPROVE', 'AUDIT_EXPORT', 'ACCOUNTS_GRANT'],
  },
  {
    name: 'accounts',
    group: 'guard',
    covers: ['accounts', 'new-account', 'propose-post'],
    icon: User,
    needs: ['ACCOUNTS_MANAGE', 'ACCOUNTS_GRANT'],
  },
];

/** Whether a screen is one of the rail's that the active post may not open: its address was typed or kept. */
export function isClosed(name: unknown, can: (need: string) => boolean): boolean {
  const entry = ENTRIES.find((one) => one.name === name);
  return entry !== undefined && !entry.needs.some(can);
}

/** How many links a telephone's bar holds beside the one that opens the rest. */
const ON_BAR = 4;

export interface NavigationSection {
  name: NavigationGroup;
  entries: NavigationEntry[];
}

/** The groups that hold anything for whoever `can`, each with the screens that are open to him. */
export function sectionsOf(entries: readonly NavigationEntry[], can: (need: string) => boolean): NavigationSection[] {
  const open = entries.filter((entry) => entry.needs.some(can));
  return GROUPS.map((name) => ({ name, entries: open.filter((entry) => entry.group === name) })).filter(
    (group) => group.entries.length > 0,
  );
}

/** What the active post may open: by group for the rail, and the first few groups for a telephone's bar. */
export function useNavigation() {
  const session = useSession();
  const groups = computed(() => sectionsOf(ENTRIES, (need) => session.can(need)));
  const hasMore = computed(
    () => groups.value.length > ON_BAR + 1 || groups.value.some((group) => group.entries.length > 1),
  );
  const bar = computed(() => (hasMore.value ? groups.value.slice(0, ON_BAR) : groups.value));
  return { groups, bar, hasMore };
}
