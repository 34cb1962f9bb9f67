import type { HintCode } from '@bangfu/api-client';

export interface FixtureRule {
  rule_id: string;
  kind: string;
  hint: HintCode;
  title_zh: string;
  title_en: string;
  reason_zh: string;
  reason_en: string;
  dataset: string;
  value: string;
  threshold: string;
  unit: string | null;
}

/** Invented sentences in the shape of the national pack's. */
export const rules: FixtureRule[] = [
  {
    rule_id: 'income_below_line', kind: 'INCOME', hint: 'urgent', dataset: 'registry/household',
    title_zh: '收入低于监测线且有风险', title_en: 'Income below the line with a risk',
    reason_zh: '人均收入 7,940 元,低于监测线 8,600 元,且因病支出较大。',
    reason_en: 'Income per head is 7,940 yuan, below the line of 8,600 yuan, with high medical spending.',
    value: '7940', threshold: '8600', unit: 'yuan',
  },
  {
    rule_id: 'housing_unsafe', kind: 'GUARANTEE', hint: 'urgent', dataset: 'housing/grade',
    title_zh: '住房为 C 级或 D 级', title_en: 'House graded C or D',
    reason_zh: '住建部门 9月20日鉴定住房为 D 级,户内有人居住。',
    reason_en: 'The housing bureau graded the house D on 20 September, and people live in it.',
    value: 'D', threshold: 'C', unit: null,
  },
  {
    rule_id: 'education_dropout', kind: 'GUARANTEE', hint: 'urgent', dataset: 'education/enrolment',
    title_zh: '义务教育阶段辍学', title_en: 'Dropped out of compulsory schooling',
    reason_zh: '13 岁成员学籍状态为辍学。', reason_en: 'A member aged 13 is recorded as having dropped out.',
    value: '13', threshold: '16', unit: 'year',
  },
  {
    rule_id: 'medical_lifted', kind: 'ALERT', hint: 'attention', dataset: 'medical/claim',
    title_zh: '脱贫户住院自付较高', title_en: 'High inpatient cost, lifted household',
    reason_zh: '今年住院自付 21,300 元,超过 5,000 元。',
    reason_en: 'Inpatient costs paid this year are 21,300 yuan, above 5,000 yuan.',
    value: '21300', threshold: '5000', unit: 'yuan',
  },
  {
    rule_id: 'income_near_line', kind: 'INCOME', hint: 'attention', dataset: 'registry/household',
    title_zh: '收入接近监测线且有风险', title_en: 'Income near the line with a risk',
    reason_zh: '人均收入 9,870 元,在监测线的 1.3 倍以内,有因残风险。',
    reason_en: 'Income per head is 9,870 yuan, within 1.3 times the line, with a disability risk.',
    value: '9870', threshold: '11180', unit: 'yuan',
  },
  {
    rule_id: 'medical_uninsured', kind: 'GUARANTEE', hint: 'attention', dataset: 'registry/person',
    title_zh: '有成员未参加医保', title_en: 'A member without medical insurance',
    reason_zh: '2 人未参加基本医保。', reason_en: '2 members have no basic medical insurance.',
    value: '2', threshold: '0', unit: 'person',
  },
  {
    rule_id: 'member_deceased', kind: 'ALERT', hint: 'attention', dataset: 'police/death',
    title_zh: '劳动力去世', title_en: 'A working member died',
    reason_zh: '公安部门登记一名劳动力 9月12日去世。',
    reason_en: 'The police registered the death of a working member on 12 September.',
    value: '2026-09-12', threshold: '2026-08-01', unit: null,
  },
  {
    rule_id: 'vehicle_owned', kind: 'SUSPICION', hint: 'none', dataset: 'traffic/vehicle',
    title_zh: '名下有较贵车辆', title_en: 'Owns a costly vehicle',
    reason_zh: '名下车辆购价 62,000 元,超过 30,000 元。',
    reason_en: 'A vehicle bought for 62,000 yuan, above 30,000 yuan.',
    value: '62000', threshold: '30000', unit: 'yuan',
  },
];

export function findRule(id: string): FixtureRule | undefined {
  return rules.find((rule) => rule.rule_id === id);
}
