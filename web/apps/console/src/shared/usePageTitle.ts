import { watchEffect } from 'vue';
import { useI18n } from 'vue-i18n';
import type { RouteLocationNormalizedLoaded } from 'vue-router';

/** The browser tab says which screen it is. */
export function usePageTitle(route: RouteLocationNormalizedLoaded): void {
  const { t, te } = useI18n();
  watchEffect(() => {
    const key = `shell.titles.${String(route.name ?? 'overview')}`;
    document.title = te(key) ? `${t(key)} · ${t('shell.product')}` : t('shell.product');
  });
}
