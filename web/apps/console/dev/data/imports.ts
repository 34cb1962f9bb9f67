import type { Dataset, ImportDetail, Job } from '@bangfu/api-client';

const COUNTY = { code: '990101000000', name: '云溪县' };

function dataset(id: string, zh: string, en: string, coverage: string, cadence: string, basis = 'RISK'): Dataset {
  return {
    id, title_zh: zh, title_en: en, department: id.split('/')[0]!, department_zh: '县教育局', department_en: 'Education bureau', basis, coverage, cadence,
    valid_months: 2, has_period: !id.startsWith('registry'), may_import: true,
    columns: [
      { name: 'status', zh: '状态', en: 'Status', type: 'code', required: true, synonyms: [], unit: null, code_list: null },
      { name: 'amount', zh: '金额', en: 'Amount', type: 'money', required: false, synonyms: [], unit: 'yuan', code_list: null },
    ],
  };
}

export const datasets: Dataset[] = [
  dataset('registry/household', '户与成员基本信息', 'Households and members', 'REGISTER', 'YEARLY'),
  dataset('medical/claim', '医保个人自付费用清单', 'Out-of-pocket medical claims', 'THRESHOLD_LIST', 'MONTHLY'),
  dataset('education/enrolment', '中小学学籍', 'School enrolment', 'FULL', 'TERM'),
  dataset('housing/grade', '住房安全鉴定', 'Housing safety grades', 'FULL', 'HALF_YEAR'),
  dataset('police/death', '死亡登记', 'Registered deaths', 'CHANGES', 'EVENT'),
  dataset('traffic/vehicle', '机动车登记', 'Registered vehicles', 'FULL', 'HALF_YEAR', 'ASSET'),
];

export function makeJob(id: string, kind: string): Job {
  return {
    id, kind, state: 'RUNNING', done: 0, total: 75_000, message: 'checking', result: null, error: null,
    created_at: '2026-10-31T09:00:00+08:00', finished_at: null,
  };
}

export function makeImport(id: string, of: Dataset, state: string, name: string, bad: number): ImportDetail {
  return {
    id, dataset: of.id, title_zh: of.title_zh, title_en: of.title_en, region: COUNTY,
    period: of.has_period ? '2026-10' : null, as_of: '2026-10-31', state, file_name: name,
    counts: { rows: 3120, good: 3120 - bad, bad, new: 2710, changed: 312, unchanged: 98 - bad, gone: 0, matched: 3102 - bad, unmatched: 18 },
    created_by: '甲', created_at: '2026-10-31T09:00:00+08:00',
    committed_at: state === 'COMMITTED' ? '2026-10-31T09:03:00+08:00' : null,
    mapping: [
      { header: '公民身份号码', column: 'id_number', zh: '身份证号', how: 'SYNONYM' },
      { header: '姓名', column: 'name', zh: '姓名', how: 'EXACT' },
      { header: '就诊类别', column: 'visit_kind', zh: '就诊类别', how: 'EXACT' },
      { header: '本月自付(元)', column: 'self_paid', zh: '本月自付', how: 'SYNONYM' },
      { header: '年度累计 自付', column: 'self_paid_year', zh: '年度累计自付', how: 'SYNONYM' },
    ],
    unmapped: ['备注', '经办人'],
    missing: [],
    issues: bad
      ? [
          { row: 12, column: 'id_number', column_zh: '身份证号', code: 'E-ID-CHECKSUM', message: '身份证号校验码不对(应为 X)。', remedy: '核对原件后重新上传。', value_masked: '990101********1234' },
          { row: 87, column: 'self_paid', column_zh: '本月自付', code: 'E-MONEY-DECIMALS', message: '金额多于两位小数。', remedy: '改为两位小数。', value_masked: '1203.456' },
          { row: 301, column: 'visit_kind', column_zh: '就诊类别', code: 'E-CODE-UNKNOWN', message: '「住 院」不在就诊类别之内。', remedy: '从下拉列表中选一个。', value_masked: '住 院' },
        ].slice(0, bad)
      : [],
    errors: [],
    has_error_workbook: bad > 0,
    job: null,
    duplicate_of: null,
    detail: {},
  };
}
