import type { Coded, HintCode, HouseholdItem } from '@bangfu/api-client';

import { createRandom } from '../random.ts';
import { pathTo, villages } from './places.ts';
import { rules } from './rules.ts';

const SURNAMES = '陈李王张刘杨周吴罗唐蒋邓彭谢曾龙石向田麻'.split('');
const GIVEN = ['建国', '秀英', '明', '德福', '桂香', '志强', '玉兰', '春生', '小梅', '光荣', '丽', '永贵', '水生', '金凤'];

export const TYPES: Coded[] = [
  { code: 'LIFTED', zh: '脱贫户', en: 'Household lifted out of poverty' },
  { code: 'ORDINARY', zh: '一般农户', en: 'Ordinary rural household' },
];
export const CATEGORIES: Coded[] = [
  { code: 'UNSTABLE_LIFTED', zh: '脱贫不稳定户', en: 'Unstable lifted household' },
  { code: 'MARGINAL_AT_RISK', zh: '边缘易致贫户', en: 'Marginal household at risk' },
  { code: 'SUDDEN_HARDSHIP', zh: '突发严重困难户', en: 'Household in sudden serious difficulty' },
];

export interface FixtureHousehold extends HouseholdItem {
  rule_ids: string[];
  undecided: string[];
}

const random = createRandom(20261031);

function drawHint(): HintCode {
  const drawn = random.next();
  if (drawn < 0.02) return 'urgent';
  if (drawn < 0.075) return 'attention';
  return drawn < 0.12 ? 'unknown' : 'none';
}

function rulesFor(hint: HintCode): string[] {
  const fitting = rules.filter((rule) => rule.hint === hint && rule.kind !== 'SUSPICION').map((rule) => rule.rule_id);
  const fired = hint === 'urgent' || hint === 'attention' ? [random.pick(fitting)] : [];
  if (hint === 'urgent' && random.next() < 0.5) fired.push('medical_lifted');
  if (random.next() < 0.02) fired.push('vehicle_owned');
  return fired;
}

function reasonOf(hint: HintCode, fired: string[]): { reason_zh: string; reason_en: string } {
  if (hint === 'unknown') {
    return { reason_zh: '住房鉴定资料已过期,不能判断住房安全。', reason_en: 'Housing data are out of date, so housing safety cannot be judged.' };
  }
  const rule = rules.find((item) => item.rule_id === fired[0] && item.kind !== 'SUSPICION');
  return { reason_zh: rule?.reason_zh ?? '', reason_en: rule?.reason_en ?? '' };
}

function makeHousehold(index: number): FixtureHousehold {
  const village = villages[Math.floor((index * villages.length) / 1800)] ?? villages[0]!;
  const hint = drawHint();
  const fired = rulesFor(hint);
  return {
    id: `018f0000-0000-7000-8000-${String(index).padStart(12, '0')}`,
    household_no: `990101${String(100000 + index)}`,
    head_name: random.pick(SURNAMES) + random.pick(GIVEN),
    region: { code: village.code, name: village.name },
    town_name: pathTo(village.code).at(-1)?.name ?? '',
    village_name: village.name,
    member_count: 1 + random.below(6),
    household_type: random.next() < 0.3 ? TYPES[0]! : TYPES[1]!,
    monitored_category: hint !== 'none' && random.next() < 0.4 ? random.pick(CATEGORIES) : null,
    risk_status: null,
    hint,
    ...reasonOf(hint, fired),
    as_of: '2026-10-31',
    rule_ids: fired,
    undecided: hint === 'unknown' || random.next() < 0.1 ? ['housing_unsafe'] : [],
  };
}

export const households: FixtureHousehold[] = Array.from({ length: 1800 }, (_, index) => makeHousehold(index));
