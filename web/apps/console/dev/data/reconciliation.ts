import type { ReconciliationDetail, ReconciliationItem } from '@bangfu/api-client';

import { createRandom } from '../random.ts';
import { households } from './households.ts';
import { towns } from './places.ts';

const random = createRandom(5);
const COLUMNS: [string, string, string, string, string, string, string][] = [
  ['phone', '联系电话', 'Telephone', '138****1234', '139****5678', '138****1234', '139****5678'],
  ['health', '健康状况', 'Health', '长期慢性病', '健康', 'Chronic illness', 'Healthy'],
  ['wage_income', '工资性收入', 'Wage income', '24,000 元', '18,000 元', '24,000 yuan', '18,000 yuan'],
];

export const differences: ReconciliationItem[] = households.filter((_, index) => index % 13 === 0).map((household, index) => {
  const [column, column_zh, column_en, here, there, here_en, there_en] = random.pick(COLUMNS);
  const isWhole = index % 9 === 0;
  const state = index % 8 === 3 ? 'DONE' : index % 8 === 5 ? 'DISMISSED' : 'OPEN';
  return {
    id: `d-${index}`, kind: isWhole ? 'ENTER_HOUSEHOLD' : 'CORRECT_FIELD', household_no: household.household_no, head_name: household.head_name,
    member_name: isWhole ? null : `${household.head_name.slice(0, 1)}某甲`, town_name: household.town_name, village_name: household.village_name,
    column: isWhole ? null : column, column_zh: isWhole ? null : column_zh, column_en: isWhole ? null : column_en,
    here: isWhole ? '4 人' : here, there: isWhole ? '' : there, here_en: isWhole ? '4 members' : here_en, there_en: isWhole ? '' : there_en,
    state, first_seen_on: '2026-10-20', done_on: state === 'DONE' ? '2026-10-31' : null, reason: state === 'DISMISSED' ? '全国系统按户籍地登记，不改。' : null,
  };
});

function make(id: string, asOf: string, state: ReconciliationDetail['state']): ReconciliationDetail {
  const open = differences.filter((item) => item.state === 'OPEN');
  return {
    id, region: { code: '990101000000', name: '云溪县' }, as_of: asOf, file_name: `全国系统导出${asOf}.xlsx`,
    created_at: `${asOf}T09:00:00+08:00`, created_by: '甲', state,
    counts: {
      households: 19_982, persons: 74_950, to_enter: open.filter((item) => item.kind !== 'CORRECT_FIELD').length,
      to_correct: open.filter((item) => item.kind === 'CORRECT_FIELD').length, only_there: 3,
      done: differences.filter((item) => item.state === 'DONE').length, dismissed: differences.filter((item) => item.state === 'DISMISSED').length,
      outside: 0, unreadable: 0,
    },
    by_column: COLUMNS.map(([column, column_zh, column_en]) => ({ column, column_zh, column_en, count: open.filter((item) => item.column === column).length })),
    by_town: towns.map((town) => ({ region: town, count: open.filter((item) => item.town_name === town.name).length })),
    job: null, errors: state === 'REFUSED' ? [{ code: 'E-SHEET-NO-HEADER', message: '找不到表头。', remedy: '从全国系统重新导出，不要改动表头。' }] : [],
  };
}

export const reconciliations: ReconciliationDetail[] = [make('rec-2', '2026-10-31', 'DONE'), make('rec-1', '2026-10-20', 'REFUSED')];

export function addReconciliation(): ReconciliationDetail {
  const made = make(`rec-${reconciliations.length + 1}`, '2026-10-31', 'RUNNING');
  reconciliations.unshift(made);
  return made;
}
