import type { HouseholdItem } from '@bangfu/api-client';

import { missing, ok, type Answer, type Handler, type Question } from './answers.ts';
import { areaRoutes } from './areas.ts';
import { datasets, makeImport } from './data/imports.ts';
import { detailOf, explanationOf, findHousehold } from './data/household.ts';
import { households } from './data/households.ts';
import { overviewOf } from './data/overview.ts';
import { childrenOf, contains, findPlace, pathTo, places } from './data/places.ts';
import { advance, runs, sessionOf, startJob, state } from './state.ts';

const ORDER: Record<string, number> = { urgent: 0, attention: 1, unknown: 2, none: 3 };

function listHouseholds({ query }: Question): Answer {
  const place = findPlace(query.get('region') ?? '990101000000');
  if (!place) return missing;
  const hints = query.getAll('hint');
  const types = query.getAll('household_type');
  const categories = query.getAll('monitored_category');
  const rule = query.get('rule');
  const q = query.get('q') ?? '';
  const found = households
    .filter((item) => contains(place, item.region.code))
    .filter((item) => !hints.length || hints.includes(item.hint ?? 'none'))
    .filter((item) => !types.length || types.includes(item.household_type?.code ?? ''))
    .filter((item) => !categories.length || categories.includes(item.monitored_category?.code ?? ''))
    .filter((item) => !rule || item.rule_ids.includes(rule))
    .filter((item) => !q || item.head_name.startsWith(q) || item.household_no === q)
    .toSorted((a, b) =>
      query.get('sort') === 'household_no' ? 0 : (ORDER[a.hint ?? 'none'] ?? 9) - (ORDER[b.hint ?? 'none'] ?? 9),
    );
  const from = Number(query.get('cursor') ?? 0);
  const limit = Number(query.get('limit') ?? 50);
  const items: HouseholdItem[] = found.slice(from, from + limit);
  const next = from + limit < found.length ? String(from + limit) : null;
  return ok({ items, next_cursor: next, total: found.length, period: '2026-10' });
}

function startImport({ body }: Question): Answer {
  const field = (name: string) => new RegExp(`name="${name}"\\r\\n\\r\\n([^\\r]*)`).exec(body)?.[1] ?? '';
  const contract = datasets.find((item) => item.id === field('dataset')) ?? datasets[0]!;
  const name = /filename="([^"]*)"/.exec(body)?.[1] ?? 'file.xlsx';
  const batch = makeImport(`imp-${state.imports.length + 1}`, contract, 'RECEIVED', name, 3);
  batch.job = startJob('feeds.import', () => {
    batch.state = 'STAGED';
  });
  state.imports.unshift(batch);
  return { status: 202, body: { batch_id: batch.id, job_id: batch.job.id } };
}

function withImport(id: string, change: (batch: (typeof state.imports)[number]) => Answer): Answer {
  const batch = state.imports.find((item) => item.id === id);
  return batch ? change(batch) : missing;
}

function withHousehold(no: string, answer: (household: (typeof households)[number]) => unknown): Answer {
  const household = findHousehold(no);
  return household ? ok(answer(household)) : missing;
}

/** Method and pattern; `*` is one segment. */
export const routes: [string, string, Handler][] = [
  ...areaRoutes,
  ['GET', 'session', () => ok(sessionOf())],
  ['POST', 'session/post', () => ok(sessionOf())],
  ['POST', 'session/language', ({ body }) => {
    state.language = JSON.parse(body).language;
    return ok(sessionOf());
  }],
  ['GET', 'regions', ({ query }) => ok(
    places
      .filter((place) => place.name.includes(query.get('q') ?? '') || place.code.startsWith(query.get('q') ?? ''))
      .slice(0, 20)
      .map((place) => ({ ...place, path: pathTo(place.code) })),
  )],
  ['GET', 'regions/*', (_, [code = '']) => {
    const place = findPlace(code);
    if (!place) return missing;
    const path = pathTo(code);
    return ok({ ...place, parent: path.at(-1) ?? null, path, children: childrenOf(place) });
  }],
  ['GET', 'overview', ({ query }) => {
    const place = findPlace(query.get('region') ?? '');
    return place ? ok(overviewOf(place, query.get('period') ?? '2026-10')) : missing;
  }],
  ['GET', 'households', listHouseholds],
  ['GET', 'households/*', (_, [no = '']) => withHousehold(no, detailOf)],
  ['GET', 'households/*/explanation', ({ query }, [no = '']) =>
    withHousehold(no, (household) => explanationOf(household, query.get('period') ?? '2026-10'))],
  ['GET', 'datasets', () => ok(datasets)],
  ['GET', 'imports', () => ok({ items: state.imports, next_cursor: null })],
  ['POST', 'imports', startImport],
  ['GET', 'imports/*', (_, [id = '']) => withImport(id, (batch) => {
    if (batch.job) advance(batch.job.id);
    return ok(batch);
  })],
  ['POST', 'imports/*/commit', (_, [id = '']) => withImport(id, (batch) => {
    batch.job = startJob('feeds.commit', () => {
      batch.state = 'COMMITTED';
    });
    return { status: 202, body: { job_id: batch.job.id } };
  })],
  ['POST', 'imports/*/cancel', (_, [id = '']) => withImport(id, (batch) => {
    batch.state = 'CANCELLED';
    return ok(batch);
  })],
  ['GET', 'jobs/*', (_, [id = '']) => {
    const job = advance(id);
    return job ? ok(job) : missing;
  }],
  ['POST', 'jobs/*/cancel', (_, [id = '']) => {
    const entry = state.jobs.get(id);
    if (!entry) return missing;
    entry.job.state = 'CANCELLED';
    return ok(entry.job);
  }],
  ['GET', 'screening/runs', () => ok({ items: runs })],
  ['POST', 'screening/runs', () => ({ status: 202, body: { job_id: startJob('screening.run', () => {}).id } })],
];
