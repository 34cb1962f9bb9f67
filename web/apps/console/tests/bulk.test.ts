import type { ExportRequest } from '@bangfu/api-client';
import { ApiError } from '@bangfu/api-client';
import { describe, expect, it } from 'vitest';

import { addressOf, canDecide, canDownload } from '../src/bulk/address';
import { isAskedFor } from '../src/bulk/download';

const request = (kind: string, filters: object = {}): ExportRequest =>
  ({ id: 'r1', kind, filters, is_mine: true, is_searched: false, state: 'APPROVED' }) as ExportRequest;

describe('exports that a second person agrees to', () => {
  it('fetches the log by its filters and approval, and lets the approval say where it ends', () => {
    const item = request('audit', { action: 'registry.household.viewed', through: 41 });
    expect(addressOf(item)).toBe('/api/v1/audit/events/export?action=registry.household.viewed&approval=r1');
    expect(canDownload(item)).toBe(true);
  });

  it('fetches lists by the filters that the request keeps, a reconciliation by its own', () => {
    const due = request('proceedings', { overdue: true, region: '990101000000' });
    expect(addressOf(due)).toBe('/api/v1/proceedings/export.xlsx?overdue=true&region=990101000000&approval=r1');
    const run = request('reconciliation', { run_id: 'u1', state: 'OPEN' });
    expect(addressOf(run)).toBe('/api/v1/reconciliations/u1/export.xlsx?state=OPEN&approval=r1');
    expect([canDownload(due), canDownload(run)]).toEqual([true, true]);
  });

  it('leaves the log to who grants posts, and lists to who approves lists', () => {
    const guard = (name: string) => name === 'ACCOUNTS_GRANT';
    const officer = (name: string) => name === 'EXPORT_APPROVE';
    expect([canDecide(request('audit'), guard), canDecide(request('households'), guard)]).toEqual([true, false]);
    expect([canDecide(request('audit'), officer), canDecide(request('households'), officer)]).toEqual([false, true]);
  });

  it('asks for a purpose when many rows or the log need a second person, and for no other refusal', () => {
    const refused = (code: string) => isAskedFor(new ApiError(409, { code, message: '', remedy: '', request_id: '' }));
    expect(refused('E-AUDIT-NEEDS-APPROVAL')).toBe(true);
    expect(refused('E-EXPORT-NEEDS-APPROVAL')).toBe(true);
    expect(refused('E-EXPORT-APPROVAL')).toBe(false);
  });
});
