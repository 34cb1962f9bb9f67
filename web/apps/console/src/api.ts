import { createApi } from '@bangfu/api-client';
import { toWireLanguage } from '@bangfu/core';

import { currentLocale } from './i18n';

/** The one client of this app; its messages come in the language on the screen. */
export const api = createApi({ language: () => toWireLanguage(currentLocale()) });
