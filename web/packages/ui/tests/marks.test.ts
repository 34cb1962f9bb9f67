import type { Component } from 'vue';
import { createSSRApp } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { describe, expect, it } from 'vitest';

import { HintMark, LevelMark, ProgressLine, ShareBar, StateBlock } from '../src';

function render(component: Component, props: Record<string, unknown>): Promise<string> {
  return renderToString(createSSRApp(component, props));
}

describe('a colour never stands alone', () => {
  it('draws a machine hint as an outline with its word', async () => {
    const html = await render(HintMark, { hint: 'urgent', label: '紧急' });
    expect(html).toContain('fill="none"');
    expect(html).toContain('<circle');
    expect(html).toContain('紧急');
  });

  it("draws a person's level filled", async () => {
    const html = await render(LevelMark, { level: 'red', label: '红色' });
    expect(html).toContain('fill="currentColor"');
    expect(html).toContain('红色');
  });

  it('says in words that nobody has assessed, without a shape', async () => {
    const html = await render(LevelMark, { level: null, label: '未研判' });
    expect(html).not.toContain('<svg');
    expect(html).toContain('未研判');
  });

  it('draws what is not known with a broken line', async () => {
    expect(await render(HintMark, { hint: 'unknown', label: '资料不足' })).toContain('stroke-dasharray');
    expect(await render(HintMark, { hint: 'attention', label: '关注' })).not.toContain('stroke-dasharray');
  });
});

describe('figures as lines', () => {
  it('begins at zero and never passes its end', async () => {
    expect(await render(ShareBar, { value: 0, of: 10 })).toContain('width:0%');
    expect(await render(ShareBar, { value: 5, of: 10 })).toContain('width:50%');
    expect(await render(ShareBar, { value: 12, of: 10 })).toContain('width:100%');
    expect(await render(ShareBar, { value: 0, of: 0 })).toContain('width:0');
  });

  it('tells progress to those who do not see the line', async () => {
    const html = await render(ProgressLine, { done: 15, total: 60, text: '检查 15 / 60' });
    expect(html).toContain('aria-valuenow="25"');
    expect(html).toContain('aria-valuetext="检查 15 / 60"');
    expect(await render(ProgressLine, { done: 0, total: 0, text: '…' })).not.toContain('aria-valuenow');
  });
});

describe('states', () => {
  it('speaks up only for problems', async () => {
    expect(await render(StateBlock, { title: '没有', tone: 'problem' })).toContain('role="alert"');
    expect(await render(StateBlock, { title: '没有' })).toContain('role="status"');
  });
});
