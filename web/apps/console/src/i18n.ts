import { toLocale, type Locale } from '@bangfu/core';
import { createI18n } from 'vue-i18n';

import type { Messages } from './locales/zh-CN';

const STORAGE_KEY = 'bangfu.language';

const loaders: Record<Locale, () => Promise<{ default: Messages }>> = {
  'zh-CN': () => import('./locales/zh-CN'),
  en: () => import('./locales/en'),
};

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN' as Locale,
  fallbackLocale: false as const,
  missingWarn: false,
  messages: {} as Record<Locale, Messages>,
});

export function currentLocale(): Locale {
  return i18n.global.locale.value;
}

/** The language chosen on this device before; otherwise the browser's, Chinese unless it says English. */
export function rememberedLocale(): Locale {
  return toLocale(localStorage.getItem(STORAGE_KEY) ?? navigator.language);
}

export function hasRememberedLocale(): boolean {
  return localStorage.getItem(STORAGE_KEY) !== null;
}

/** Shows the screen in a language; `remember` when the reader chose it on this device. */
export async function setLocale(locale: Locale, { remember = false } = {}): Promise<void> {
  const messages = await loaders[locale]();
  i18n.global.setLocaleMessage(locale, messages.default);
  i18n.global.locale.value = locale;
  document.documentElement.lang = locale;
  if (remember) localStorage.setItem(STORAGE_KEY, locale);
}
