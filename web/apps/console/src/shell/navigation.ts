import { Aim, DataLine, House, Upload } from '@element-plus/icons-vue';
import { computed, type Component } from 'vue';

import { useSession } from '../session/sessionStore';

export interface NavigationEntry {
  name: 'overview' | 'households' | 'imports' | 'screening';
  /** Route names that count as being here. */
  covers: readonly string[];
  icon: Component;
  /** Any one of these permissions opens the entry. */
  needs: readonly string[];
}

export const ENTRIES: readonly NavigationEntry[] = [
  { name: 'overview', covers: ['overview'], icon: DataLine, needs: ['HINT_READ'] },
  { name: 'households', covers: ['households', 'household'], icon: House, needs: ['REGISTRY_READ'] },
  {
    name: 'imports',
    covers: ['imports', 'new-import', 'import'],
    icon: Upload,
    needs: ['REGISTRY_IMPORT', 'FEEDS_IMPORT'],
  },
  { name: 'screening', covers: ['screening'], icon: Aim, needs: ['HINT_READ'] },
];

/** The entries that the active post may open. */
export function useNavigation() {
  const session = useSession();
  return computed(() => ENTRIES.filter((entry) => entry.needs.some((need) => session.can(need))));
}
