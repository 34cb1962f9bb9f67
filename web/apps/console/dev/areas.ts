import type { FeedbackStep } from '@bangfu/api-client';

import type { Answer, Handler, Question } from './answers.ts';
import { missing, ok } from './answers.ts';
import { boardOf, landingOf, revert } from './data/board.ts';
import { addChange, changes, kinds, moveChange } from './data/changes.ts';
import { addNote, notes, stepNote } from './data/feedback.ts';
import { contains, findPlace } from './data/places.ts';
import { qualityItems, qualityOf, qualityRules } from './data/quality.ts';
import { addReconciliation, differences, reconciliations } from './data/reconciliation.ts';
import { ruleBook, rulePage } from './data/rulebook.ts';
import { startJob } from './state.ts';

function orMissing(body: unknown): Answer {
  return body === undefined ? missing : ok(body);
}

function pageOf<Item>(found: Item[], { query }: Question): Answer {
  const from = Number(query.get('cursor') ?? 0);
  const limit = Number(query.get('limit') ?? 50);
  const next = from + limit < found.length ? String(from + limit) : null;
  return ok({ items: found.slice(from, from + limit), next_cursor: next, total: found.length });
}

function listQuality(question: Question): Answer {
  const { query } = question;
  const place = findPlace(query.get('region') ?? '');
  if (!place) return missing;
  const state = query.get('state') ?? 'OPEN';
  const states = state === 'OPEN' ? ['OPEN', 'NEW'] : [state];
  return pageOf(
    qualityItems
      .filter((item) => contains(place, item.region.code) && states.includes(item.state))
      .filter((item) => !query.get('rule') || item.rule_id === query.get('rule'))
      .filter((item) => !query.get('q') || item.head_name.startsWith(query.get('q') ?? '')),
    question,
  );
}

function setException(id: string, body: string | null): Answer {
  const item = qualityItems.find((found) => found.id === id);
  if (!item) return missing;
  const input = body === null ? null : (JSON.parse(body) as { reason: string; until?: string });
  item.state = input ? 'EXCEPTED' : 'OPEN';
  item.exception = input ? { reason: input.reason, by: '甲', at: '2026-10-31T10:00:00+08:00', until: input.until ?? null } : null;
  return ok(item.exception);
}

function setDismissed(id: string, body: string | null): Answer {
  const item = differences.find((found) => found.id === id);
  if (!item) return missing;
  item.state = body === null ? 'OPEN' : 'DISMISSED';
  item.reason = body === null ? null : (JSON.parse(body) as { reason: string }).reason;
  return ok(item);
}

function decide(id: string, step: string, { body }: Question): Answer {
  const input = JSON.parse(body) as { decision?: string; note?: string; reason?: string };
  return orMissing(moveChange(id, input.decision ?? step, input.note ?? input.reason ?? ''));
}

function matches(wanted: string | null, value: string | null): boolean {
  return !wanted || wanted === value;
}

/** Rules, the coverage board, feedback, quality, changes and reconciliation. */
export const areaRoutes: [string, string, Handler][] = [
  ['GET', 'rules', ({ query }) => ok(ruleBook(query.get('period') ?? '2026-10'))],
  ['GET', 'rules/*', (_, [id = '']) => orMissing(rulePage(id))],
  ['GET', 'feeds/board', ({ query }) => ok(boardOf(query.get('period') ?? '2026-10'))],
  ['GET', 'feeds/landings/*', (_, [id = '']) => orMissing(landingOf(id))],
  ['POST', 'feeds/landings/*/revert', ({ body }, [id = '']) => orMissing(revert(id, JSON.parse(body).reason))],
  ['GET', 'feeds/feedback', (question) =>
    pageOf(notes.filter((note) => matches(question.query.get('state'), note.state)), question)],
  ['POST', 'feeds/feedback', ({ body }) => ({ status: 201, body: addNote(JSON.parse(body)) })],
  ['GET', 'feeds/feedback/*', (_, [id = '']) => orMissing(notes.find((note) => note.id === id))],
  ['POST', 'feeds/feedback/*/*', ({ body }, [id = '', step = '']) =>
    orMissing(stepNote(id, step as FeedbackStep, JSON.parse(body).note))],
  ['GET', 'quality/summary', ({ query }) => {
    const place = findPlace(query.get('region') ?? '');
    return place ? ok(qualityOf(place)) : missing;
  }],
  ['GET', 'quality/rules', () => ok(qualityRules)],
  ['GET', 'quality/items', listQuality],
  ['POST', 'quality/items/*/exception', ({ body }, [id = '']) => setException(id, body)],
  ['DELETE', 'quality/items/*/exception', (_, [id = '']) => setException(id, null)],
  ['POST', 'quality/checks', () => ({ status: 202, body: { job_id: startJob('quality.check', () => {}).id } })],
  ['GET', 'changes/kinds', () => ok(kinds)],
  ['GET', 'changes', (question) =>
    pageOf(
      changes
        .filter((item) => matches(question.query.get('state'), item.state) && matches(question.query.get('kind'), item.kind))
        .map((item) => ({ ...item, conflicts: item.conflicts.length, flags: item.flags.length })),
      question,
    )],
  ['POST', 'changes', ({ body }) => ({ status: 201, body: addChange(JSON.parse(body)) })],
  ['GET', 'changes/*', (_, [id = '']) => orMissing(changes.find((item) => item.id === id))],
  ['PUT', 'changes/*', (_, [id = '']) => orMissing(changes.find((item) => item.id === id))],
  ['POST', 'changes/*/evidence', (_, [id = '']) => orMissing(changes.find((item) => item.id === id))],
  ['POST', 'changes/*/*', (question, [id = '', step = '']) => decide(id, step, question)],
  ['GET', 'reconciliations', () => ok({ items: reconciliations })],
  ['POST', 'reconciliations', () => {
    const made = addReconciliation();
    made.job = startJob('reconciliation.compare', () => {
      made.state = 'DONE';
    });
    return { status: 202, body: { id: made.id, job_id: made.job.id } };
  }],
  ['GET', 'reconciliations/*', (_, [id = '']) => orMissing(reconciliations.find((item) => item.id === id))],
  ['GET', 'reconciliations/*/items', (question) =>
    pageOf(
      differences.filter(
        (item) =>
          matches(question.query.get('state'), item.state) &&
          matches(question.query.get('kind'), item.kind) &&
          matches(question.query.get('column'), item.column),
      ),
      question,
    )],
  ['POST', 'reconciliations/items/*/dismiss', ({ body }, [id = '']) => setDismissed(id, body)],
  ['DELETE', 'reconciliations/items/*/dismiss', (_, [id = '']) => setDismissed(id, null)],
];
