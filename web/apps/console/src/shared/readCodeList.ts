import type { Coded } from '@bangfu/api-client';

/** Splits one line of CSV; a field in quotes may hold commas and doubled quotes. */
function splitLine(line: string): string[] {
  const fields = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g);
  return Array.from(fields, ([, quoted, plain]) => (quoted?.replaceAll('""', '"') ?? plain ?? '').trim());
}

/** Reads code and labels of a code list's CSV, whatever other columns it has. */
export function readCodeList(csv: string): Coded[] {
  const [head = '', ...lines] = csv.replace(/^\uFEFF/, '').split(/\r?\n/).filter((line) => line && !line.startsWith('#'));
  const names = splitLine(head);
  return lines.map((line) => {
    const fields = splitLine(line);
    const field = (name: string) => fields[names.indexOf(name)] ?? '';
    return { code: field('code'), zh: field('zh'), en: field('en') };
  });
}
