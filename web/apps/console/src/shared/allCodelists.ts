import { readCodeList } from './readCodeList';

const files = import.meta.glob<string>('../../../../../standards/codelists/*.csv', {
  query: '?raw',
  import: 'default',
  eager: true,
});

function nameOf(path: string): string {
  return path.split('/').at(-1)?.replace(/\.csv$/, '') ?? '';
}

/** Every code list with its words; a chunk of its own, fetched where somebody reads old codes. */
export const allCodelists = new Map(Object.entries(files).map(([path, csv]) => [nameOf(path), readCodeList(csv)]));
