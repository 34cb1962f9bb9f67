import { createApi } from '@bangfu/api-client';
import { toWireLanguage } from '@bangfu/core';

import { currentLocale } from './i18n';
import { refusePrivate } from './shared/privateAddress';

/** The one client of this app; its messages come in the language on the screen, its addresses hold nobody's number. */
export const api = createApi({
  language: () => toWireLanguage(currentLocale()),
  fetch: async (request) => {
    refusePrivate(request.url);
    return fetch(request);
  },
});
