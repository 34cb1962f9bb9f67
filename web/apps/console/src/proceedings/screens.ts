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

/** Steps that are usually done for several households at once, and the screen where that is. */
export const ELSEWHERE: Readonly<Record<string, { screen: 'reviews' | 'notices' | 'batches'; needs: string }>> = {
  HOLD_REVIEW: { screen: 'reviews', needs: 'CASE_PREPARE' },
  POST_NOTICE: { screen: 'notices', needs: 'CASE_PREPARE' },
  DECIDE: { screen: 'batches', needs: 'CASE_COUNTY' },
  COUNTY_REFUSE: { screen: 'batches', needs: 'CASE_COUNTY' },
};
