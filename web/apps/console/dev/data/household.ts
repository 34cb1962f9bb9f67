import type { Clause, Explanation, Fact, HouseholdDetail, Member, RuleExplanation } from '@bangfu/api-client';

import { createRandom } from '../random.ts';
import { households, type FixtureHousehold } from './households.ts';
import { pathTo } from './places.ts';
import { findRule, type FixtureRule } from './rules.ts';

const SOURCE = '户信息采集表 2026年10月';
const MALE = { code: 'MALE', zh: '男', en: 'Male' };
const FEMALE = { code: 'FEMALE', zh: '女', en: 'Female' };
const RELATIONS = [
  { code: 'HEAD', zh: '户主', en: 'Head' },
  { code: 'SPOUSE', zh: '配偶', en: 'Spouse' },
  { code: 'SON', zh: '之子', en: 'Son' },
  { code: 'DAUGHTER', zh: '之女', en: 'Daughter' },
  { code: 'MOTHER', zh: '之母', en: 'Mother' },
  { code: 'GRANDSON', zh: '之孙子', en: 'Grandson' },
];
const AGES = [52, 49, 26, 13, 78, 4];

function fact(key: string, zh: string, en: string, valueZh: string, valueEn = valueZh, source = SOURCE): Fact {
  return {
    key, label_zh: zh, label_en: en, value: valueZh || null, value_zh: valueZh, value_en: valueEn,
    unit: null, shown: 'OPEN', can_reveal: false, source, as_of: source === SOURCE ? '2026-10-31' : '2026-09-20',
  };
}

function member(household: FixtureHousehold, index: number): Member {
  const relation = RELATIONS[index]!;
  const isMale = ['HEAD', 'SON', 'GRANDSON'].includes(relation.code);
  const age = AGES[index]!;
  return {
    id: `${household.id}-${index}`,
    name: index === 0 ? household.head_name : `${household.head_name.slice(0, 1)}某${'甲乙丙丁戊'[index - 1]}`,
    relation,
    sex: isMale ? MALE : FEMALE,
    birth_on: `${2026 - age}-03-08`,
    age,
    id_number_masked: '990101************',
    phone_masked: age > 16 ? '138****1234' : '',
    can_reveal: true,
    fields: [
      fact('health', '健康状况', 'Health', index === 1 ? '长期慢性病' : '健康', index === 1 ? 'Chronic illness' : 'Healthy'),
      ...(age > 16 && age < 65
        ? [fact('labour_class', '劳动技能', 'Labour ability', '普通劳动力', 'Ordinary'), fact('work_months', '务工月数', 'Months worked', '8')]
        : []),
      ...(age === 13 ? [fact('student_status', '在校生状况', 'Schooling', '七年级', 'Grade 7', '中小学学籍')] : []),
      fact('resident_medical', '城乡居民医保', 'Resident medical insurance', '是', 'Yes'),
    ],
  };
}

function sections(): HouseholdDetail['sections'] {
  return [
    {
      key: 'basic', title_zh: '基本情况', title_en: 'Basics',
      fields: [
        fact('group', '村民小组', 'Village group', '三组', 'Group 3'),
        fact('identified_on', '首次识别时间', 'First identified', '2014-06'),
        fact('poverty_cause', '致贫原因', 'Cause', '因病', 'Illness'),
        fact('risk', '返贫致贫风险', 'Risk', '因病', 'Illness'),
        fact('relocated', '易地搬迁', 'Relocated', '否', 'No'),
        fact('phone', '联系电话', 'Telephone', '138****1234'),
      ],
    },
    {
      key: 'income', title_zh: '收入', title_en: 'Income',
      fields: [
        fact('wage', '工资性收入', 'Wage income', '24,000 元', '24,000 yuan'),
        fact('business', '生产经营性收入', 'Business income', '8,600 元', '8,600 yuan'),
        fact('transfer', '转移性收入', 'Transfer income', '6,120 元', '6,120 yuan'),
        fact('expense', '生产经营性支出', 'Operating expense', '2,300 元', '2,300 yuan'),
        fact('net', '家庭纯收入', 'Net income', '36,420 元', '36,420 yuan'),
        fact('self_paid', '合规自付支出', 'Eligible out-of-pocket', '', ''),
      ],
    },
    {
      key: 'living', title_zh: '居住与饮水', title_en: 'Housing and water',
      fields: [
        fact('area', '住房面积', 'Floor area', '96 平方米', '96 m²'),
        fact('grade', '住房等级', 'Housing grade', 'B 级', 'B', '住房安全鉴定'),
        fact('water', '饮水安全', 'Safe water', '是', 'Yes'),
        fact('road', '入户路', 'Road to the house', '水泥路', 'Concrete'),
      ],
    },
  ];
}

export function detailOf(household: FixtureHousehold): HouseholdDetail {
  const random = createRandom(Number(household.household_no) % 9973);
  const { reason_zh, reason_en } = household;
  return {
    household: {
      id: household.id, household_no: household.household_no, head_name: household.head_name,
      region: household.region, path: pathTo(household.region.code),
      member_count: household.member_count, household_type: household.household_type,
      monitored_category: household.monitored_category,
      risk_status: household.monitored_category ? { code: 'ACTIVE', zh: '未消除', en: 'Not cleared' } : null,
      as_of: household.as_of, source: SOURCE,
    },
    sections: sections(),
    members: Array.from({ length: household.member_count }, (_, index) => member(household, index)),
    hint: {
      hint: household.hint ?? 'none', reason_zh, reason_en, rule_ids: household.rule_ids,
      period: '2026-10', since: '2026-09', changed_at: '2026-09-30T08:10:00+08:00',
    },
    hint_history:
      household.hint === 'none'
        ? []
        : [
            { hint: household.hint ?? 'none', reason_zh, reason_en, valid_from: '2026-09', valid_to: null },
            { hint: 'none', reason_zh: '', reason_en: '', valid_from: '2026-08', valid_to: '2026-08' },
          ],
    assessed_level: null,
    handling_status: null,
    proceedings: [],
    history:
      random.next() < 0.6
        ? [{ at: '2026-10-31T09:20:00+08:00', source: SOURCE, changes: [{ key: 'wage', before: '31000', after: '24,000 元' }] }]
        : [],
  };
}

interface Compared {
  value: string | null;
  value_en?: string;
  threshold?: string;
  unit?: string | null;
  person?: string;
}

function clause(texts: [string, string], dataset: string, asOf: string, compared: Compared): Clause {
  const { value, threshold = null, unit = null, person = null } = compared;
  const number = (text: string | null) => (text && /^\d+$/.test(text) ? Number(text).toLocaleString('en') : text);
  return {
    text_zh: texts[0], text_en: texts[1], outcome: value === null ? 'UNKNOWN' : 'TRUE',
    unknown_reason: value === null ? 'STALE' : null,
    value, value_zh: number(value), value_en: compared.value_en ?? number(value),
    threshold, threshold_zh: number(threshold), threshold_en: number(threshold),
    unit, unit_zh: unit && { yuan: '元', year: '岁', person: '人' }[unit] || null, unit_en: unit,
    dataset, dataset_zh: dataset.startsWith('registry') ? '农户名册' : '部门资料',
    dataset_en: dataset.startsWith('registry') ? 'Register' : 'Departmental data',
    as_of: asOf, person_name: person,
  };
}

function explain(rule: FixtureRule, outcome: 'TRUE' | 'UNKNOWN'): RuleExplanation {
  const isKnown = outcome === 'TRUE';
  const asOf = isKnown ? '2026-10-31' : '2026-03-30';
  const { rule_id, title_zh, title_en, kind, hint, reason_zh, reason_en, dataset, unit, value, threshold } = rule;
  const first = clause([title_zh, title_en], dataset, asOf, { value: isKnown ? value : null, threshold, unit });
  const risk = clause(['户内登记有返贫致贫风险', 'A risk is registered for the household'], 'registry/household', asOf, { value: '因病', value_en: 'Illness' });
  const lifted = clause(['户类型为脱贫户', 'The household was lifted out of poverty'], 'registry/household', asOf, { value: '是', value_en: 'yes', person: '陈某甲' });
  const more = !isKnown ? [] : kind === 'INCOME' ? [risk] : kind === 'ALERT' ? [lifted] : [];
  return {
    rule_id, title_zh, title_en, kind, outcome, hint, reason_zh, reason_en,
    unknown_reason: isKnown ? null : 'STALE',
    source: '示例文件〔2026〕1号 第三条', source_status: 'unverified',
    clauses: [first, ...more],
  };
}

export function explanationOf(household: FixtureHousehold, period: string): Explanation {
  return {
    household_no: household.household_no,
    period,
    run: { id: 'run-3', finished_at: '2026-10-31T08:12:00+08:00', period },
    hint: household.hint ?? 'none',
    reason_zh: household.reason_zh,
    reason_en: household.reason_en,
    rules: [
      ...household.rule_ids.map((id) => explain(findRule(id)!, 'TRUE')),
      ...household.undecided.map((id) => explain(findRule(id)!, 'UNKNOWN')),
    ],
  };
}

export function findHousehold(no: string): FixtureHousehold | undefined {
  return households.find((item) => item.household_no === no);
}
