import type { ChangeDetail, ChangeInput, ChangeKind, ChangeState } from '@bangfu/api-client';

import { households } from './households.ts';

const RELATIONS = [
  { code: 'SON', zh: '之子', en: 'Son' },
  { code: 'DAUGHTER', zh: '之女', en: 'Daughter' },
];

function kind(code: string, zh: string, en: string, fields: ChangeKind['fields']): ChangeKind {
  return {
    kind: code, zh, en, fields, help_zh: '户口簿上已经变更的，才在这里办理。', help_en: 'Only what already stands in the household booklet.',
    evidence_zh: '户口簿本人页', evidence_en: 'the page of the household booklet', evidence_required: code !== 'HEAD_CHANGE',
  };
}

export const kinds: ChangeKind[] = [
  kind('BIRTH', '新增人口（出生）', 'Birth', [
    { name: 'name', zh: '姓名', en: 'Name', type: 'text', required: true, options: [] },
    { name: 'id_number', zh: '身份证号', en: 'ID number', type: 'id_number', required: true, options: [] },
    { name: 'relation', zh: '与户主关系', en: 'Relation to head', type: 'code', required: true, options: RELATIONS },
  ]),
  kind('DEATH', '减少人口（死亡）', 'Death', [
    { name: 'person', zh: '去世成员', en: 'Member who died', type: 'person', required: true, options: [] },
    { name: 'new_head', zh: '新户主', en: 'New head', type: 'person', required: false, options: [] },
  ]),
  kind('SPLIT', '分户', 'Split', [
    { name: 'members', zh: '分出的成员', en: 'Members who leave', type: 'persons', required: true, options: [] },
    { name: 'head', zh: '新户户主', en: 'Head of the new household', type: 'person', required: true, options: [] },
  ]),
  kind('MERGE', '并户', 'Merge', [{ name: 'into', zh: '并入哪一户', en: 'Into which household', type: 'household', required: true, options: [] }]),
  kind('HEAD_CHANGE', '变更户主', 'Change of head', [{ name: 'person', zh: '新户主', en: 'New head', type: 'person', required: true, options: [] }]),
  kind('CORRECTION', '更正信息', 'Correction', [
    { name: 'field', zh: '更正项目', en: 'Item', type: 'code', required: true, options: [{ code: 'birth_on', zh: '出生日期', en: 'Date of birth' }] },
    { name: 'value', zh: '正确内容', en: 'Right value', type: 'text', required: false, options: [] },
  ]),
];

const ALLOWED: Record<ChangeState, ChangeDetail['allowed']> = {
  DRAFT: ['submit', 'edit', 'evidence', 'withdraw'], SUBMITTED: ['village', 'evidence', 'withdraw'], VILLAGE_AGREED: ['town'],
  APPROVED: ['undo'], RETURNED: ['submit', 'edit', 'evidence', 'withdraw'], REJECTED: [], WITHDRAWN: [], UNDONE: [],
};

function make(index: number, code: string, state: ChangeState): ChangeDetail {
  const household = households[index * 11]!;
  const of = kinds.find((item) => item.kind === code)!;
  return {
    id: `change-${index}`, no: `HJ-2026-${String(index).padStart(4, '0')}`, kind: code, kind_zh: of.zh, kind_en: of.en,
    state, state_zh: state, state_en: state, household_no: household.household_no, head_name: household.head_name, region: household.region,
    happened_on: '2026-10-12', created_at: '2026-10-13T09:00:00+08:00', created_by: '丙',
    due_on: state === 'SUBMITTED' ? '2026-11-20' : state === 'VILLAGE_AGREED' ? '2026-11-25' : null, note: '', revision: 1,
    facts: of.fields.slice(0, 2).map((field) => ({ name: field.name, zh: field.zh, en: field.en, value: 'x', value_zh: '陈某乙', value_en: '陈某乙', shown: 'OPEN' as const, can_reveal: false })),
    evidence: state === 'DRAFT' ? [] : [{ id: 'f1', name: '户口簿.jpg', size: 812_000, note: '本人页', by: '丙', at: '2026-10-13T09:05:00+08:00' }],
    conflicts: index === 2 ? [{ change_id: 'change-3', no: 'HJ-2026-0003', why_zh: '另有一件申请要动同一户的户主。', why_en: 'Another request changes the head of the same household.' }] : [],
    flags: index === 2 ? [{ code: 'BEFORE_CUT', text_zh: '在年度审核前 20 天内分户，核对是否为了享受政策。', text_en: 'A split within 20 days of the yearly review: check whether it is made for the benefit.' }] : [],
    steps: [{ at: '2026-10-13T09:00:00+08:00', by: '丙', step_zh: '写好申请', step_en: 'drawn up', decision_zh: '', decision_en: '', note: '' }],
    effects: [
      { text_zh: `陈某乙自10月12日起不再是${household.household_no}户成员`, text_en: `陈某乙 is no longer a member of household ${household.household_no} from 12 October` },
      { text_zh: '新立一户，户主陈某乙，2 人', text_en: 'A new household of two is set up, headed by 陈某乙' },
    ],
    needs_purpose: false, allowed: ALLOWED[state],
  };
}

export const changes: ChangeDetail[] = [
  make(6, 'BIRTH', 'DRAFT'), make(5, 'DEATH', 'SUBMITTED'), make(4, 'CORRECTION', 'RETURNED'), make(3, 'HEAD_CHANGE', 'VILLAGE_AGREED'),
  make(2, 'SPLIT', 'VILLAGE_AGREED'), make(1, 'MERGE', 'APPROVED'),
];

export function addChange(input: ChangeInput): ChangeDetail {
  const made = { ...make(changes.length + 1, input.kind, 'DRAFT'), household_no: input.household_no, happened_on: input.happened_on, note: input.note };
  changes.unshift(made);
  return made;
}

const NEXT: Record<string, ChangeState> = {
  submit: 'SUBMITTED', withdraw: 'WITHDRAWN', AGREE: 'VILLAGE_AGREED', RETURN: 'RETURNED', APPROVE: 'APPROVED', REJECT: 'REJECTED', undo: 'UNDONE',
};

export function moveChange(id: string, step: string, note: string): ChangeDetail | undefined {
  const found = changes.find((item) => item.id === id);
  if (!found) return undefined;
  found.state = NEXT[step] ?? found.state;
  found.allowed = ALLOWED[found.state];
  found.steps.push({ at: '2026-10-31T10:00:00+08:00', by: '甲', step_zh: '办理', step_en: 'decided', decision_zh: found.state, decision_en: found.state, note });
  return found;
}
