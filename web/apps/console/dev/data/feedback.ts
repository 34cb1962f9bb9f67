import type { FeedbackDetail, FeedbackState, FeedbackStep, NewFeedback } from '@bangfu/api-client';

import { datasets } from './imports.ts';

const WORDS: Record<FeedbackState, [string, string]> = {
  DRAFT: ['写好', 'drafted'], SENT: ['发出', 'sent'], ANSWERED: ['部门答复', 'answered'], CLOSED: ['办结', 'closed'], WITHDRAWN: ['撤回', 'withdrawn'],
};
const ALLOWED: Record<FeedbackState, FeedbackStep[]> = {
  DRAFT: ['send', 'withdraw'], SENT: ['answer', 'withdraw'], ANSWERED: ['send', 'close', 'withdraw'], CLOSED: [], WITHDRAWN: [],
};
const LEADS: Record<FeedbackStep, FeedbackState> = { send: 'SENT', answer: 'ANSWERED', close: 'CLOSED', withdraw: 'WITHDRAWN' };

function make(index: number, dataset: string, state: FeedbackState, column: [string, string], stated: string, expected: string): FeedbackDetail {
  const found = datasets.find((item) => item.id === dataset) ?? datasets[1]!;
  return {
    id: `fb-${index}`, no: `JH-2026-${String(index).padStart(4, '0')}`, dataset, title_zh: found.title_zh, title_en: found.title_en,
    department_zh: '县教育局', department_en: 'Education bureau', period: '2026-10', household_no: '990101100003',
    person_name_masked: '陈*甲', column_zh: column[0], column_en: column[1], stated, expected,
    reason: '村里核对过学籍卡，孩子 9 月已转到邻县就读。', state, due_on: index === 2 ? '2026-10-20' : '2026-12-05', overdue: index === 2,
    answer: state === 'ANSWERED' ? '已核实，下月更正。' : null, created_at: '2026-10-08T09:20:00+08:00', created_by: '甲',
    steps: [{ state: 'DRAFT', state_zh: '写好', state_en: 'drafted', note: '', by: '甲', at: '2026-10-08T09:20:00+08:00' }],
    allowed: ALLOWED[state],
  };
}

export const notes: FeedbackDetail[] = [
  make(4, 'education/enrolment', 'DRAFT', ['学籍状态', 'Enrolment status'], '辍学', '在读'),
  make(3, 'medical/claim', 'ANSWERED', ['年度累计自付', 'Paid this year'], '213,000 元', '21,300 元'),
  make(2, 'education/enrolment', 'SENT', ['就读学校', 'School'], '城关镇中学', '邻县一中'),
  make(1, 'housing/grade', 'CLOSED', ['鉴定等级', 'Grade'], 'D 级', 'B 级'),
];

export function addNote(input: NewFeedback): FeedbackDetail {
  const made = make(notes.length + 1, input.dataset, 'DRAFT', [input.column, input.column], input.stated, input.expected);
  Object.assign(made, { reason: input.reason, household_no: input.household_no ?? null, person_name_masked: null });
  notes.unshift(made);
  return made;
}

export function stepNote(id: string, step: FeedbackStep, note: string): FeedbackDetail | undefined {
  const found = notes.find((item) => item.id === id);
  if (!found) return undefined;
  found.state = LEADS[step];
  found.allowed = ALLOWED[found.state];
  if (step === 'answer') found.answer = note;
  const [zh, en] = WORDS[found.state];
  found.steps.push({ state: found.state, state_zh: zh, state_en: en, note, by: '甲', at: '2026-10-31T10:00:00+08:00' });
  return found;
}
