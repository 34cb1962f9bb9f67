import type { RuleBook, RuleItem, RulePage, ThresholdItem } from '@bangfu/api-client';

import { households } from './households.ts';
import { datasets } from './imports.ts';
import { findRule, rules, type FixtureRule } from './rules.ts';

const SOURCE = { document: '示例文件〔2026〕1号《关于健全防止返贫动态监测和帮扶机制的指导意见》', article: '第三条', status: 'unverified' };

function feedsOf(rule: FixtureRule) {
  const found = datasets.find((item) => item.id === rule.dataset && !item.id.startsWith('registry'));
  return found ? [{ dataset: found.id, title_zh: found.title_zh, title_en: found.title_en }] : [];
}

function lineOf(rule: FixtureRule): RuleItem {
  return {
    rule_id: rule.rule_id, title_zh: rule.title_zh, title_en: rule.title_en, kind: rule.kind, unit: 'household',
    hint: rule.hint, rule_no: `N${rules.indexOf(rule) + 11}`, source_document: SOURCE.document, source_status: SOURCE.status,
    feeds: feedsOf(rule), fired: households.filter((item) => item.rule_ids.includes(rule.rule_id)).length,
  };
}

const THRESHOLDS: ThresholdItem[] = [
  { id: 'line', title_zh: '防返贫监测线', title_en: 'Monitoring line', unit_zh: '元', unit_en: 'yuan', value: '8800', value_zh: '8,800 元', value_en: '8,800 yuan', source_document: SOURCE.document, source_status: 'unverified' },
  { id: 'self_paid', title_zh: '住院自付预警线', title_en: 'Inpatient cost alert', unit_zh: '元', unit_en: 'yuan', value: '5000', value_zh: '5,000 元', value_en: '5,000 yuan', source_document: '示例县〔2026〕4号', source_status: 'verified' },
  { id: 'school_age', title_zh: '义务教育年龄下限', title_en: 'School age from', unit_zh: '岁', unit_en: 'years', value: null, value_zh: null, value_en: null, source_document: null, source_status: null },
];

export function ruleBook(period: string): RuleBook {
  return {
    pack: {
      id: 'yunxi', version: '2026.2', title_zh: '云溪县监测帮扶规则', title_en: 'Monitoring rules of 云溪县', hash: 'c0ffee'.repeat(10),
      document: '云溪防返贫〔2026〕7号', adopted_on: '2026-09-12', chain: [{ id: 'national', version: '2026.1' }, { id: 'yunxi', version: '2026.2' }],
    },
    rules: rules.map(lineOf),
    thresholds: THRESHOLDS,
    not_computable: [
      { id: 'debt', title_zh: '因民间借贷致困', title_en: 'Private debts', why_zh: '民间借贷不在任何部门登记。', why_en: 'No department registers private loans.', needs_zh: '入户了解，记在风险说明里', needs_en: 'a visit and a remark' },
      { id: 'fraud', title_zh: '被诈骗', title_en: 'Fraud', why_zh: '公安只提供立案与否，不提供损失金额。', why_en: 'The police tell whether a case was opened, not the loss.', needs_zh: '公安按季提供立案损失', needs_en: 'losses of opened cases each quarter' },
    ],
    period,
    run_period: period,
  };
}

export function rulePage(id: string): RulePage | undefined {
  const rule = findRule(id);
  if (!rule) return undefined;
  return {
    ...lineOf(rule),
    feeds: feedsOf(rule).map((feed) => ({ ...feed, columns: [{ name: 'self_paid_year', zh: '年度累计自付', en: 'Paid this year' }, { name: 'visit_kind', zh: '就诊类别', en: 'Kind of visit' }] })),
    source: SOURCE, valid_from: '2021-01-01', valid_to: null, file: `packs/national/rules/${id}.yaml`,
    sentence_zh: `户类型为脱贫户，并且${rule.title_zh}，超过监测线的部分不计。`,
    sentence_en: `The household was lifted out of poverty, and: ${rule.title_en.toLowerCase()}; what lies above the line does not count.`,
    applies: "household.household_type = 'LIFTED'", when: `sum_in(medical_claim, medical_claim.self_paid) > threshold('self_paid')`,
    clauses: [
      { text_zh: '户类型为脱贫户', text_en: 'The household was lifted out of poverty', negated: false },
      { text_zh: '今年住院自付超过 5,000 元', text_en: 'Inpatient costs paid this year exceed 5,000 yuan', negated: false },
      { text_zh: '已纳入特困供养', text_en: 'The household is under extreme-hardship care', negated: true },
    ],
    reason_zh: '今年住院自付 {paid} 元，超过 5,000 元', reason_en: 'Inpatient costs of {paid} yuan this year, above 5,000 yuan',
    thresholds: [
      {
        id: 'self_paid', title_zh: '住院自付预警线', title_en: 'Inpatient cost alert', unit_zh: '元', unit_en: 'yuan',
        values: [
          { region: '990101', region_name: '云溪县', valid_from: '2026-09-01', valid_to: null, value: '5000', source: { document: '示例县〔2026〕4号', article: '附件', status: 'verified' }, in_force_here: true },
          { region: null, region_name: null, valid_from: '2024-01-01', valid_to: null, value: '8000', source: SOURCE, in_force_here: false },
          { region: null, region_name: null, valid_from: '2021-01-01', valid_to: '2023-12-31', value: '6000', source: SOURCE, in_force_here: false },
        ],
      },
    ],
    cases: [
      { name: '刚好五千', expect: 'FALSE', reason: null, facts_zh: ['脱贫户', '自付 5,000 元'], facts_en: ['lifted', 'paid 5,000 yuan'] },
      { name: '五千零一分', expect: 'TRUE', reason: null, facts_zh: ['脱贫户', '自付 5,000.01 元'], facts_en: ['lifted', 'paid 5,000.01 yuan'] },
      { name: '医保资料未到', expect: 'UNKNOWN', reason: 'NO_DATA', facts_zh: ['脱贫户', '没有医保资料'], facts_en: ['lifted', 'no medical data'] },
    ],
  };
}
