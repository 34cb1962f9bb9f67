import './styles';

import { PiniaColada } from '@pinia/colada';
import { createPinia } from 'pinia';
import { createApp } from 'vue';

import App from './App.vue';
import { startAppearance } from './appearance';
import { i18n, rememberedLocale, setLocale } from './i18n';
import { createConsoleRouter } from './router';
import { startKeepingPlace } from './shared/keyboardPlace';
import { startGuardingPage } from './shared/unsaved';

startAppearance();
startKeepingPlace();
startGuardingPage();

const app = createApp(App);
app.use(createPinia());
app.use(PiniaColada, { queryOptions: { staleTime: 30_000, gcTime: 300_000 } });
app.use(i18n);

// The words come before the first screen, so that no key is ever seen.
const locale = rememberedLocale();
void setLocale(locale).then(() => {
  app.use(createConsoleRouter());
  app.mount('#app');
});
