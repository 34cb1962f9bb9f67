import { describe, expect, it } from 'vitest';

import { sentences } from '../src/shared/sentences';

describe('what is wrong and what to do', () => {
  it('stand as two sentences in Chinese, without a blank between them', () => {
    expect(sentences('zh-CN', '还缺审定日期', '补齐后再试')).toBe('还缺审定日期。补齐后再试。');
  });

  it('stand as two sentences in English', () => {
    expect(sentences('en', 'The day is missing', 'Add it and try again')).toBe('The day is missing. Add it and try again.');
  });

  it('get no second full stop', () => {
    expect(sentences('zh-CN', '导出须由安全管理员同意。', '请看“导出审批。”')).toBe('导出须由安全管理员同意。请看“导出审批。”');
  });

  it('leave out what is not there', () => {
    expect(sentences('zh-CN', '没有答复', '', undefined, null)).toBe('没有答复。');
  });
});
