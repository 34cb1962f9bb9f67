import type { Overview, Region } from '@bangfu/api-client';

import { households, type FixtureHousehold } from './households.ts';
import { childrenOf, contains } from './places.ts';
import { rules } from './rules.ts';

const FEEDS: Overview['feeds'] = [
  { dataset: 'medical/claim', title_zh: '医保个人自付费用清单', title_en: 'Out-of-pocket medical claims', period: '2026-10', as_of: '2026-10-31', rows: 3120, stale: false },
  { dataset: 'education/enrolment', title_zh: '中小学学籍', title_en: 'School enrolment', period: '2026-09', as_of: '2026-09-20', rows: 11840, stale: false },
  { dataset: 'housing/grade', title_zh: '住房安全鉴定', title_en: 'Housing safety grades', period: '2026-03', as_of: '2026-03-30', rows: 19402, stale: true },
  { dataset: 'police/death', title_zh: '死亡登记', title_en: 'Registered deaths', period: '2026-10', as_of: '2026-10-31', rows: 41, stale: false },
  { dataset: 'traffic/vehicle', title_zh: '机动车登记', title_en: 'Registered vehicles', period: null, as_of: null, rows: 0, stale: true },
];

function count(items: FixtureHousehold[]) {
  const of = (hint: string) => items.filter((item) => item.hint === hint).length;
  return { households: items.length, urgent: of('urgent'), attention: of('attention'), unknown: of('unknown') };
}

export function overviewOf(region: Region, period: string): Overview {
  const inside = households.filter((item) => contains(region, item.region.code));
  const counts = count(inside);
  const hasRun = period <= '2026-10';
  return {
    region,
    period,
    run: hasRun ? { id: 'run-3', finished_at: '2026-10-31T08:12:00+08:00', period } : null,
    totals: {
      ...counts,
      persons: inside.reduce((sum, item) => sum + item.member_count, 0),
      none: counts.households - counts.urgent - counts.attention - counts.unknown,
    },
    previous: hasRun
      ? { period: '2026-09', urgent: counts.urgent + 3, attention: counts.attention + 9, unknown: counts.unknown - 4 }
      : null,
    changes: hasRun ? { new: 21, changed: 8, gone: 33 } : { new: 0, changed: 0, gone: 0 },
    by_child: childrenOf(region).map((child) => ({
      region: { code: child.code, name: child.name },
      ...count(households.filter((item) => contains(child, item.region.code))),
    })),
    by_rule: rules.map(({ rule_id, kind, title_zh, title_en }) => ({
      rule_id, kind, title_zh, title_en,
      count: inside.filter((item) => item.rule_ids.includes(rule_id)).length,
    })),
    feeds: FEEDS,
    periods: ['2026-10', '2026-09', '2026-08'],
  };
}
