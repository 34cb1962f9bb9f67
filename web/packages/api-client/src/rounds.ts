import type { Call } from './call';
import type * as wire from './wire';

type Paged<Query> = Query & { cursor?: string; limit?: number };

/** Rounds over all households of a county. */
export function roundCalls(call: Call) {
  return {
    getRoundWords: (signal?: AbortSignal) => call<wire.RoundWords>('get', '/rounds/words', { signal }),
    listRounds: (region: string, signal?: AbortSignal) =>
      call<wire.RoundList>('get', '/rounds', { query: { region }, signal }),
    openRound: (body: wire.NewRound) => call<wire.RoundProgress>('post', '/rounds', { body }),
    getRound: (code: string, region: string, signal?: AbortSignal) =>
      call<wire.RoundProgress>('get', '/rounds/{code}', { path: { code }, query: { region }, signal }),
    listRoundEntries: (code: string, query: Paged<wire.RoundEntryQuery>, signal?: AbortSignal) =>
      call<wire.Page<wire.RoundEntry>>('get', '/rounds/{code}/entries', { path: { code }, query, signal }),
    enterRound: (code: string, body: wire.RoundFinding) =>
      call<{ items: wire.RoundEntry[] }>('post', '/rounds/{code}/entries', { path: { code }, body }),
    refreshRound: (code: string, region: string) =>
      call<{ added: number; followed: number; gone: number }>('post', '/rounds/{code}/refresh', {
        path: { code },
        body: { region },
      }),
    closeRound: (code: string, region: string, note: string) =>
      call<wire.RoundProgress>('post', '/rounds/{code}/close', { path: { code }, body: { region, note } }),
  };
}

/** The year-end window of a county. */
export function windowCalls(call: Call) {
  const path = (year: number) => ({ year: String(year) });
  return {
    listWindows: (region: string, signal?: AbortSignal) =>
      call<{ items: wire.YearWindow[]; can_open: boolean }>('get', '/year-windows', { query: { region }, signal }),
    openWindow: (body: { region: string; year: number; document_no: string }) =>
      call<wire.YearWindowDetail>('post', '/year-windows', { body }),
    getWindow: (year: number, region: string, signal?: AbortSignal) =>
      call<wire.YearWindowDetail>('get', '/year-windows/{year}', { path: path(year), query: { region }, signal }),
    moveWindow: (year: number, step: 'advance' | 'back', body: { region: string; seen: string; note: string }) =>
      call<wire.YearWindowDetail>('post', `/year-windows/{year}/${step}`, { path: path(year), body }),
    signWindow: (year: number, region: string) =>
      call<wire.YearWindowDetail>('post', '/year-windows/{year}/sign', { path: path(year), body: { region } }),
    lockWindow: (year: number, body: { region: string; document_no: string }) =>
      call<wire.YearWindowDetail>('post', '/year-windows/{year}/lock', { path: path(year), body }),
    askForCorrection: (year: number, body: { household_no: string; what: string; reason: string }) =>
      call<wire.YearCorrection>('post', '/year-windows/{year}/corrections', { path: path(year), body }),
    decideCorrection: (id: string, decision: 'GRANT' | 'REFUSE', note: string) =>
      call<wire.YearCorrection>('post', '/corrections/{id}/decision', { path: { id }, body: { decision, note } }),
    finishCorrection: (id: string) => call<wire.YearCorrection>('post', '/corrections/{id}/finish', { path: { id } }),
  };
}

/** What answers say of rules, and how many signals places get. */
export function learningCalls(call: Call) {
  return {
    getLearning: (query: { region: string; period?: string }, signal?: AbortSignal) =>
      call<wire.Learning>('get', '/learning/rules', { query, signal }),
    getRuleLearning: (ruleId: string, query: { region: string; period?: string }, signal?: AbortSignal) =>
      call<wire.RuleLearning>('get', '/learning/rules/{rule_id}', { path: { rule_id: ruleId }, query, signal }),
    getSignals: (query: { region: string; months?: number }, signal?: AbortSignal) =>
      call<wire.Signals>('get', '/learning/signals', { query, signal }),
  };
}
