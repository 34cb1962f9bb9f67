/** The two languages of the product; Simplified Chinese comes first. */
export const LOCALES = ['zh-CN', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

export function isLocale(value: unknown): value is Locale {
  return typeof value === 'string' && (LOCALES as readonly string[]).includes(value);
}

/** The wire uses `zh` and `en`; a browser says `zh-CN`, `zh-Hans`, `en-GB` and so on. */
export function toLocale(value: string | null | undefined): Locale {
  return value?.toLowerCase().startsWith('en') ? 'en' : 'zh-CN';
}

export function toWireLanguage(locale: Locale): 'zh' | 'en' {
  return locale === 'en' ? 'en' : 'zh';
}

type BilingualKeys<T> = {
  [K in keyof T]: K extends `${infer Stem}_zh` ? (`${Stem}_en` extends keyof T ? Stem : never) : never;
}[keyof T];

/** Picks `<stem>_zh` or `<stem>_en`; when the wanted language is empty, the other one is better than nothing. */
export function bilingual<T extends object>(item: T, stem: BilingualKeys<T> & string, locale: Locale): string {
  const values = item as Record<string, string | null | undefined>;
  const zh = values[`${stem}_zh`];
  const en = values[`${stem}_en`];
  return (locale === 'en' ? en || zh : zh || en) ?? '';
}
