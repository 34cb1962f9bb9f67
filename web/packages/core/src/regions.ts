const FULL_LENGTH = 12;
const LEVEL_LENGTHS = [0, 2, 4, 6, 9, 12] as const;

/** Whether the text is a division code of twelve digits. */
export function isRegionCode(value: unknown): value is string {
  return typeof value === 'string' && /^\d{12}$/.test(value);
}

/** 0 nation, 1 province, 2 prefecture, 3 county, 4 town, 5 village. */
export function levelOfRegion(code: string): number {
  const level = LEVEL_LENGTHS.findIndex((length) => /^0*$/.test(code.slice(length)));
  return level === -1 ? LEVEL_LENGTHS.length - 1 : level;
}

export function parentOfRegion(code: string): string | null {
  const level = levelOfRegion(code);
  if (level === 0) return null;
  return code.slice(0, LEVEL_LENGTHS[level - 1]).padEnd(FULL_LENGTH, '0');
}

/** The codes from the highest down to `code` itself. */
export function pathOfRegion(code: string): string[] {
  const parent = parentOfRegion(code);
  return parent === null ? [code] : [...pathOfRegion(parent), code];
}
