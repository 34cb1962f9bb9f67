import monitoredCategory from '../../../../../standards/codelists/monitored_category.csv?raw';
import relationToHead from '../../../../../standards/codelists/relation_to_head.csv?raw';
import householdType from '../../../../../standards/codelists/household_type.csv?raw';
import type { Coded } from '@bangfu/api-client';

import { readCodeList } from './readCodeList';

/** The lists that the filters offer, from the same files that the server reads. */
export const codelists: Record<'household_type' | 'monitored_category' | 'relation_to_head', Coded[]> = {
  household_type: readCodeList(householdType),
  monitored_category: readCodeList(monitoredCategory),
  relation_to_head: readCodeList(relationToHead),
};
