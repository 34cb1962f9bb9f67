import type { NewClue } from '@bangfu/api-client';
import { formatDate } from '@bangfu/core';
import { computed, reactive } from 'vue';
import { useRoute } from 'vue-router';

import { api } from '../api';
import { useScope } from '../scope/useScope';
import { useSession } from '../session/sessionStore';
import { useAction } from '../shared/useAction';
import { useHouseholdLookup } from '../shared/useHouseholdLookup';

/** Sources that people report by; a screening reports by itself. */
export const SOURCES = ['CADRE', 'SELF', 'PROXY', 'HOTLINE', 'PETITION', 'OPINION', 'PAPER_LIST', 'DEPARTMENT'] as const;

/** A report of a clue: about whom, by which way it came, and what was said. */
export function useNewClue() {
  const route = useRoute();
  const { region } = useScope();
  const session = useSession();
  const form = reactive({
    household_no: typeof route.query.household === 'string' ? route.query.household : '',
    source: (session.can('DEPARTMENT_ANSWER') ? 'DEPARTMENT' : 'CADRE') as string,
    clue_on: formatDate(new Date().toISOString()),
    risk: '',
    matter: '',
    reporter: '',
  });
  const lookup = useHouseholdLookup(computed(() => form.household_no));
  const isByProxy = computed(() => form.source === 'PROXY');
  const save = useAction(() => {
    const { household_no, source, clue_on, matter, reporter, risk } = form;
    const body: NewClue = {
      procedure: 'clue',
      household_no: household_no.trim() || undefined,
      region: household_no.trim() ? undefined : region.value,
      risk,
      words: matter.trim(),
      reporter: reporter.trim(),
      facts: {
        source,
        clue_on,
        matter: matter.trim(),
        ...(isByProxy.value ? { proxy_name: reporter.trim() } : {}),
      },
    };
    return api.openProceeding(body);
  });
  return { form, lookup, isByProxy, save };
}
