import type { ExportRequest } from '@bangfu/api-client';
import { useQuery } from '@pinia/colada';
import { computed, type Ref } from 'vue';

import { api } from '../api';
import { useAuditWords } from '../audit/useAudit';
import { useRegion } from '../scope/useRegion';
import { codelists } from '../shared/codelists';
import { useText } from '../shared/useText';
import { codesOf, wordOf } from './filters';

const AN_HOUR = 3_600_000;

/** The filters of a request in the reader's words: whoever decides knows no codes. */
export function useFilterWords(item: Ref<ExportRequest>) {
  const { t, te, both, coded, period } = useText();
  const given = (name: string) => String(item.value.filters[name] ?? '');
  const asks = (kind: string, name: string) => item.value.kind === kind && given(name) !== '';
  const { data: place } = useRegion(computed(() => given('region')));
  const book = useQuery({
    key: () => ['rules', item.value.region.code, given('period')],
    query: ({ signal }) => api.getRuleBook({ region: item.value.region.code, period: given('period') || undefined }, signal),
    enabled: () => asks('households', 'rule'),
    staleTime: AN_HOUR,
  });
  const rules = useQuery({
    key: ['quality-rules'],
    query: ({ signal }) => api.listQualityRules(signal),
    enabled: () => asks('quality', 'rule'),
    staleTime: AN_HOUR,
  });
  const run = useQuery({
    key: () => ['reconciliation', given('run_id')],
    query: ({ signal }) => api.getReconciliation(given('run_id'), signal),
    enabled: () => asks('reconciliation', 'column'),
  });
  const acts = useAuditWords(() => asks('audit', 'action'));

  function rule(id: string): string {
    const known = [...(book.data.value?.rules ?? []), ...(rules.data.value ?? [])].find((one) => one.rule_id === id);
    return known ? both(known, 'title') : id;
  }

  function value(name: string, code: string): string {
    const word = wordOf(item.value.kind, name, code);
    if (word && te(word)) return t(word);
    if (name === 'region') return place.value?.name ?? code;
    if (name === 'period') return period(code);
    if (name === 'rule') return rule(code);
    if (name === 'household_type' || name === 'monitored_category') {
      const known = codelists[name].find((one) => one.code === code);
      return known ? coded(known) : code;
    }
    if (name === 'column') {
      const known = run.data.value?.by_column.find((one) => one.column === code);
      return known ? both(known, 'column') : code;
    }
    const act = name === 'action' && acts.data.value?.actions.find((one) => one.code === code);
    return act ? coded(act) : code;
  }

  function said({ name, code }: { name: string; code: string }): string {
    const flag = `bulk.flags.${name}.${code}`;
    if (te(flag)) return t(flag);
    const words = { name, value: value(name, code) };
    return te(`bulk.filters.${name}`) ? t(`bulk.filters.${name}`, words) : t('bulk.filters.other', words);
  }

  return computed(() => codesOf(item.value).map(said).join(' · '));
}
