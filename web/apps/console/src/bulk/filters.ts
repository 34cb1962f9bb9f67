import type { ExportRequest } from '@bangfu/api-client';

type Filtered = Pick<ExportRequest, 'kind' | 'filters' | 'region'>;
/** Every filter that tells one list from another, in the order in which it is said. */
const SPOKEN = [
  'region', 'period', 'procedure', 'hint', 'household_type', 'monitored_category', 'rule', 'kind', 'column', 'state',
  'open', 'overdue', 'supervised', 'lane', 'waits_for', 'source', 'handler', 'action', 'result', 'actor', 'subject_id',
  'since', 'until', 'through',
];
/** Whose words a state has, by the list. */
const STATES: Record<string, string> = {
  quality: 'quality.states',
  pairings: 'pairings.views',
  proceedings: 'proceedings.views',
  reconciliation: 'reconciliation.itemStates',
};

/** The filters of a list as single codes; the place is left out where it is the request's own. */
export function codesOf({ filters, region }: Filtered): { name: string; code: string }[] {
  const known = Object.entries(filters).filter(([name]) => name !== 'run_id');
  return known
    .toSorted(([a], [b]) => rank(a) - rank(b))
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => ({ name, code: String(one) })))
    .filter(({ name, code }) => code !== '' && code !== 'null' && !(name === 'region' && code === region.code));
}

function rank(name: string): number {
  const place = SPOKEN.indexOf(name);
  return place < 0 ? SPOKEN.length : place;
}

/** Where the words of a code stand; empty where it has none of its own. */
export function wordOf(kind: string, name: string, code: string): string {
  if (name === 'hint') return `hints.short.${code}`;
  if (name === 'result') return `audit.results.${code}`;
  if (name === 'kind') return `reconciliation.kinds.${code}`;
  if (name === 'waits_for') return `proceedings.who.${code}`;
  if (name === 'source') return `clues.sources.${code}`;
  if (name === 'procedure') return code === 'clue' ? 'shell.titles.clues' : `cases.kinds.${code}`;
  if (name === 'lane') return `proceedings.views.${code.toLowerCase()}`;
  if (name !== 'state') return '';
  const lowered = kind === 'pairings' || kind === 'proceedings';
  return `${STATES[kind]}.${lowered ? code.toLowerCase() : code}`;
}
