import type { Board, BoardCell, BoardDataset, BoardState, Landing } from '@bangfu/api-client';

const MONTHS = ['2025-11', '2025-12', '2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06', '2026-07', '2026-08', '2026-09', '2026-10'];

type Row = [id: string, zh: string, en: string, departmentZh: string, departmentEn: string, state: BoardState, marks: string, coverage: string, cadence: string, rows: number];

/** One letter a month: L in force, o replaced, x taken back, . none. */
const ROWS: Row[] = [
  ['medical/claim', '医保个人自付费用清单', 'Out-of-pocket medical claims', '医保局', 'Medical insurance bureau', 'LIVE', 'oooooooooooL', 'THRESHOLD_LIST', 'MONTHLY', 3120],
  ['medical/enrolment', '城乡居民医保参保', 'Medical insurance enrolment', '医保局', 'Medical insurance bureau', 'SILENT', 'ooo....ooxoL', 'FULL', 'MONTHLY', 74_210],
  ['education/enrolment', '中小学学籍', 'School enrolment', '教育局', 'Education bureau', 'LIVE', '...o......L.', 'FULL', 'TERM', 11_840],
  ['education/cost', '就学净支出', 'Net cost of schooling', '教育局', 'Education bureau', 'NEVER', '............', 'FULL', 'YEARLY', 0],
  ['housing/grade', '住房安全鉴定', 'Housing safety grades', '住建局', 'Housing bureau', 'STALE', '.o..L.......', 'FULL', 'HALF_YEAR', 19_402],
  ['police/death', '死亡登记', 'Registered deaths', '公安局', 'Police bureau', 'LIVE', 'oooooooooooL', 'CHANGES', 'EVENT', 41],
  ['traffic/vehicle', '机动车登记', 'Registered vehicles', '公安交警', 'Traffic police', 'LIVE', '..o.....L...', 'FULL', 'HALF_YEAR', 8230],
  ['civil/dibao', '最低生活保障', 'Dibao', '民政局', 'Civil affairs bureau', 'LIVE', 'oooooooooooL', 'FULL', 'MONTHLY', 5204],
  ['labour/wage', '工资收入', 'Wages', '人社局', 'Labour bureau', 'HOLE', 'LLLLL.LLLLL.', 'FULL', 'MONTHLY', 21_044],
  ['water/supply', '农村供水', 'Rural water supply', '水利局', 'Water bureau', 'LIVE', '.......L....', 'FULL', 'HALF_YEAR', 19_000],
];

const STATES: Record<string, BoardCell['state']> = { L: 'LIVE', o: 'OLD', x: 'REVERTED', '.': 'NONE' };

function cellsOf(id: string, marks: string, rows: number): BoardCell[] {
  return MONTHS.map((month, index) => {
    const state = STATES[marks[index] ?? '.'] ?? 'NONE';
    const isThere = state !== 'NONE';
    return { month, state, batch_id: isThere ? `${id.replace('/', '-')}-${month}` : null, rows: isThere ? rows - (11 - index) * 7 : 0 };
  });
}

function makeRow([id, zh, en, departmentZh, departmentEn, state, marks, coverage, cadence, rows]: Row): BoardDataset {
  const cells = cellsOf(id, marks, rows);
  const last = cells.findLast((cell) => cell.state === 'LIVE');
  const isLate = state === 'STALE' || state === 'NEVER' || state === 'HOLE';
  return {
    dataset: id, title_zh: zh, title_en: en, department_zh: departmentZh, department_en: departmentEn,
    basis: id === 'traffic/vehicle' || id === 'labour/wage' ? 'ASSET' : 'RISK', coverage, cadence,
    valid_months: cadence === 'MONTHLY' ? 2 : 6,
    says_zh: coverage === 'FULL' ? '名单完整：不在名单里的，就是没有。' : '只列出超过界限的人：不在名单里的，不能说没有。',
    says_en: coverage === 'FULL' ? 'The list is complete: who is not on it has none.' : 'Only those above a limit are listed: absence says nothing.',
    state, period: last?.month ?? null, as_of: last ? `${last.month}-28` : null,
    rows: last?.rows ?? 0, matched: Math.round((last?.rows ?? 0) * 0.987), unmatched: Math.round((last?.rows ?? 0) * 0.013),
    landed_at: last ? `${last.month}-29T10:02:00+08:00` : null, landed_by: last ? '甲' : null,
    due_on: isLate ? '2026-10-20' : '2026-11-20', overdue: isLate && state !== 'NEVER', cells,
  };
}

const datasets = ROWS.map(makeRow);
const reverted = new Map<string, string>();

function count(state: BoardState): number {
  return datasets.filter((item) => item.state === state).length;
}

export function boardOf(period: string): Board {
  return {
    region: { code: '990101000000', name: '云溪县' }, period, months: MONTHS,
    datasets: datasets.map((item) => ({
      ...item,
      cells: item.cells.map((cell) => (cell.batch_id && reverted.has(cell.batch_id) ? { ...cell, state: 'REVERTED' as const } : cell)),
    })),
    totals: { live: count('LIVE'), stale: count('STALE'), silent: count('SILENT'), hole: count('HOLE'), never: count('NEVER') },
  };
}

export function landingOf(id: string): Landing | undefined {
  for (const item of datasets) {
    const cell = item.cells.find((found) => found.batch_id === id);
    if (!cell) continue;
    const rows = cell.rows ?? 0;
    return {
      batch_id: id, dataset: item.dataset, period: cell.month, region: { code: '990101000000', name: '云溪县' },
      state: reverted.has(id) ? 'REVERTED' : cell.state, rows, matched: rows - 18, unmatched: 18,
      as_of: `${cell.month}-28`, landed_at: `${cell.month}-29T10:02:00+08:00`, landed_by: '甲',
      reason: reverted.get(id) ?? '', supersedes: null,
      dependants: cell.state === 'LIVE'
        ? [{ kind: 'screening.run', id: 'run-3', label: '云溪县 2026年10月', used_at: '2026-10-31T08:12:00+08:00' }]
        : [],
    };
  }
  return undefined;
}

export function revert(id: string, reason: string): Landing | undefined {
  reverted.set(id, reason);
  return landingOf(id);
}
