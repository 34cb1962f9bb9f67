import monitoredCategory from '../../../../../standards/codelists/monitored_category.csv?raw';
import householdType from '../../../../../standards/codelists/household_type.csv?raw';
import type { Coded } from '@bangfu/api-client';

import { readCodeList } from './readCodeList';

/** The lists that the filters offer, from the same files that the server reads. */
export const codelists: Record<'household_type' | 'monitored_category', Coded[]> = {
  household_type: readCodeList(householdType),
  monitored_category: readCodeList(monitoredCategory),
};
