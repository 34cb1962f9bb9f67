import type { ImportDetail, Job, Run, Session } from '@bangfu/api-client';

import { datasets, makeImport, makeJob } from './data/imports.ts';

/** What the fixture server remembers until it stops. */
export const state = {
  isSignedIn: false,
  language: 'zh',
  imports: [
    makeImport('imp-3', datasets[1]!, 'STAGED', '医保自付2026年10月.xlsx', 3),
    makeImport('imp-2', datasets[3]!, 'REFUSED', '危房鉴定.xls', 0),
    makeImport('imp-1', datasets[0]!, 'COMMITTED', '云溪县户信息2026-10-31.xlsx', 2),
  ] as ImportDetail[],
  jobs: new Map<string, { job: Job; onDone: () => void }>(),
};

state.imports[1]!.errors = [
  { row: null, column: '', column_zh: '', code: 'E-SHEET-NO-HEADER', message: '找不到表头。', remedy: '保留模板的表头行,再交一次。', value_masked: '' },
];
state.imports[1]!.counts = { rows: 0, good: 0, bad: 0, new: 0, changed: 0, unchanged: 0, gone: 0, matched: 0, unmatched: 0 };

const A_STEP = 15_000;

export function startJob(kind: string, onDone: () => void): Job {
  const job = makeJob(`job-${state.jobs.size + 1}`, kind);
  state.jobs.set(job.id, { job, onDone });
  return job;
}

/** Each question moves a running job on a little. */
export function advance(id: string): Job | undefined {
  const entry = state.jobs.get(id);
  if (!entry || entry.job.state !== 'RUNNING') return entry?.job;
  entry.job.done = Math.min(entry.job.total, entry.job.done + A_STEP);
  if (entry.job.done === entry.job.total) {
    entry.job.state = 'DONE';
    entry.onDone();
  }
  return entry.job;
}

export function sessionOf(): Session {
  const county = { code: '990101000000', name: '云溪县', level: 3 };
  return {
    user: { username: 'yunxi_county', display_name: '甲', language: state.language },
    posts: [{ id: 'post-1', role: 'COUNTY_OFFICER', role_zh: '县级业务员', role_en: 'County officer', region: county }],
    active_post_id: 'post-1',
    permissions: ['HINT_READ', 'REGISTRY_READ', 'REGISTRY_IMPORT', 'FEEDS_IMPORT', 'SCREENING_RUN', 'EXPORT', 'QUALITY_MANAGE', 'CHANGE_REQUEST', 'CHANGE_TOWN', 'RECONCILE', 'PACK_ADOPT', 'FEEDBACK_MANAGE'],
    is_demo: true,
    latest_period: '2026-10',
    second_factor: 'DONE',
    password: { state: 'VALID', due_on: '2027-01-20' },
  };
}

export const runs: Run[] = ['2026-10', '2026-09', '2026-08'].map((period, index) => ({
  id: `run-${3 - index}`,
  region: { code: '990101000000', name: '云溪县' },
  period,
  started_at: `${period}-28T08:11:52+08:00`,
  finished_at: `${period}-28T08:12:00+08:00`,
  pack: 'national',
  pack_version: '2026.1',
  result_hash: `9f2c1a${index}b7e4d3`.repeat(4).slice(0, 64),
  households: 20_000,
  persons: 75_012,
  hints: { urgent: 38 + index * 3, attention: 98 + index * 9, unknown: 79 - index * 4, none: 19_785 },
  changes: { new: 21 + index, changed: 8, gone: 33 - index },
}));
