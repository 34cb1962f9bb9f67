import type { ProceedingItem } from '@bangfu/api-client';

import { useSession } from '../session/sessionStore';

/** Names the screen that shows a proceeding beside its list; a department has a list of its own. */
export function useScreenOf() {
  const session = useSession();
  return (item: Pick<ProceedingItem, 'procedure'>): 'clue' | 'case' | 'department-item' => {
    if (session.can('DEPARTMENT_ANSWER')) return 'department-item';
    return item.procedure === 'clue' ? 'clue' : 'case';
  };
}
