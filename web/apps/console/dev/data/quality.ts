import type { QualityItem, QualityRule, QualitySummary } from '@bangfu/api-client';
import type { Region } from '@bangfu/api-client';

import { createRandom } from '../random.ts';
import { households } from './households.ts';
import { childrenOf, contains } from './places.ts';

const TEXTS: [id: string, zh: string, en: string, message: string, messageEn: string, remedy: string, remedyEn: string][] = [
  ['head_missing', '没有户主', 'No head', '户内没有一名成员登记为户主。', 'No member of the household is its head.', '核对户口簿，把户主的关系改为「户主」。', 'Check the booklet and set the head’s relation.'],
  ['age_schooling', '年龄与就学不符', 'Age and schooling disagree', '17 岁成员登记为小学在读。', 'A member aged 17 is in primary school.', '核对学籍，改就学状况；学籍有误的，写校核反馈单。', 'Check the roll and correct the schooling.'],
  ['risk_no_measure', '有风险无措施', 'A risk without a measure', '风险未消除超过 6 个月，没有一项帮扶措施。', 'The risk has lasted six months without any help.', '补录已落实的措施，或安排帮扶。', 'Enter the help given, or arrange some.'],
  ['wage_months', '有工资无务工月数', 'Wages without months worked', '工资性收入 24,000 元，务工月数为空。', 'Wage income of 24,000 yuan, months worked empty.', '补填务工月数。', 'Fill in the months worked.'],
  ['disabled_no_certificate', '残疾无证', 'Disabled, no certificate', '登记为残疾人，残联名单里没有。', 'Recorded as disabled but not on the federation’s list.', '请残联核实，或改健康状况。', 'Ask the federation, or correct the health.'],
];

const random = createRandom(77);
const STATES = ['OPEN', 'OPEN', 'OPEN', 'NEW', 'FIXED', 'EXCEPTED'] as const;

export const qualityItems: QualityItem[] = households.filter((_, index) => index % 7 === 0).map((household, index) => {
  const [rule_id, title_zh, title_en, message_zh, message_en, remedy_zh, remedy_en] = random.pick(TEXTS);
  const state = random.pick(STATES);
  return {
    id: `q-${index}`, rule_id, rule_no: `Q${TEXTS.findIndex((text) => text[0] === rule_id) + 1}`, title_zh, title_en,
    region: household.region, town_name: household.town_name, village_name: household.village_name,
    household_no: household.household_no, head_name: household.head_name, member_name: index % 3 ? null : `${household.head_name.slice(0, 1)}某甲`,
    column_zh: '与户主关系', column_en: 'Relation to head', message_zh, message_en, remedy_zh, remedy_en, state,
    first_seen_on: '2026-08-31', last_seen_on: '2026-10-31', fixed_on: state === 'FIXED' ? '2026-10-31' : null,
    exception: state === 'EXCEPTED' ? { reason: '户主在外务工，户口簿待取回。', by: '乙', at: '2026-10-12T09:00:00+08:00', until: '2026-12-31' } : null,
  };
});

export const qualityRules: QualityRule[] = TEXTS.map(([rule_id, title_zh, title_en, , , remedy_zh, remedy_en], index) => ({
  rule_id, rule_no: `Q${index + 1}`, title_zh, title_en, group: 'family', source_document: '示例文件', source_status: 'unverified', remedy_zh, remedy_en,
}));

function count(items: QualityItem[]) {
  const of = (state: string) => items.filter((item) => item.state === state).length;
  return { open: of('OPEN') + of('NEW'), new: of('NEW'), fixed: of('FIXED'), excepted: of('EXCEPTED') };
}

export function qualityOf(place: Region): QualitySummary {
  const inside = qualityItems.filter((item) => contains(place, item.region.code));
  const totals = count(inside);
  return {
    region: place, checked_at: '2026-10-31T07:40:00+08:00', as_of: '2026-10-31', check_id: 'check-6', totals,
    not_asked: [{ rule_id: 'disabled_no_certificate', rule_no: 'Q5', why: 'FEEDS', missing: ['残疾人证'] }],
    by_child: childrenOf(place).map((child) => ({
      region: { code: child.code, name: child.name }, ...count(inside.filter((item) => contains(child, item.region.code))),
    })),
    by_rule: qualityRules.map(({ rule_id, rule_no, title_zh, title_en }) => ({
      rule_id, rule_no, title_zh, title_en, ...count(inside.filter((item) => item.rule_id === rule_id)),
    })),
    checks: [5, 4, 3, 2, 1, 0].map((back) => ({
      id: `check-${6 - back}`, finished_at: `2026-${String(10 - back).padStart(2, '0')}-28T07:40:00+08:00`,
      open: totals.open + back * 19, new: 14 + back * 3, fixed: 31 - back,
    })),
  };
}
