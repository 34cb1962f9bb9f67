import * as core from '@bangfu/core';
import { computed } from 'vue';
import { useI18n } from 'vue-i18n';

import { sentences } from './sentences';

/** Words, numbers and dates in the language on the screen. */
export function useText() {
  const { t, te, locale: language } = useI18n();
  const locale = computed(() => language.value as core.Locale);

  return {
    t,
    te,
    locale,
    /** `title_zh` or `title_en` of what the server sent. */
    both: <T extends object>(item: T, stem: Parameters<typeof core.bilingual<T>>[1]) =>
      core.bilingual(item, stem, locale.value),
    coded: (item: { zh: string; en: string } | null | undefined) =>
      item ? (locale.value === 'en' ? item.en : item.zh) : core.ABSENT,
    /** What is wrong and what to do, each with its full stop. */
    sentences: (...parts: (string | null | undefined)[]) => sentences(locale.value, ...parts),
    number: (value: number | string | null | undefined) => core.formatNumber(value, locale.value),
    money: (value: number | string | null | undefined) => core.formatMoney(value, locale.value),
    share: (part: number, whole: number) => core.formatShare(part, whole, locale.value),
    day: (value: string | null | undefined) => core.formatDay(value, locale.value),
    moment: (value: string | null | undefined) => core.formatMoment(value, locale.value),
    month: (period: string) => core.formatMonth(period, locale.value),
    period: (period: string) => core.formatPeriod(period, locale.value),
    bytes: (size: number) => core.formatBytes(size, locale.value),
  };
}
