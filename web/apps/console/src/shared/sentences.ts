import type { Locale } from '@bangfu/core';

const ENDED = /[。！？.!?…]["”’）)]?$/;

/** Says what is wrong and what to do as sentences, each with its full stop. */
export function sentences(locale: Locale, ...parts: (string | null | undefined)[]): string {
  const [stop, between] = locale === 'en' ? ['.', ' '] : ['。', ''];
  return parts
    .map((part) => part?.trim() ?? '')
    .filter((part) => part !== '')
    .map((part) => (ENDED.test(part) ? part : part + stop))
    .join(between);
}
