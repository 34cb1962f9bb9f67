import { toApiError, type Session } from '@bangfu/api-client';
import { toLocale, toWireLanguage, type Locale } from '@bangfu/core';
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';

import { api } from '../api';
import { hasRememberedLocale, setLocale } from '../i18n';

/** Who is signed in, in which post, and what that post may do. */
export const useSession = defineStore('session', () => {
  const session = ref<Session | null>(null);

  const post = computed(() => session.value?.posts.find((item) => item.id === session.value?.active_post_id) ?? null);
  /** A second factor or a new password is due first. */
  const isHeld = computed(() => {
    const now = session.value;
    return now !== null && (['REQUIRED', 'ENROL'].includes(now.second_factor) || now.password.state === 'CHANGE');
  });
  const isDemo = computed(() => session.value?.is_demo ?? false);

  /** Resolves with whether somebody is signed in; any other refusal is the caller's to show. */
  async function load(): Promise<boolean> {
    try {
      session.value = await api.getSession();
    } catch (error) {
      if (toApiError(error).isSignedOut) return false;
      throw error;
    }
    if (!hasRememberedLocale()) await setLocale(toLocale(session.value.user.language));
    return true;
  }

  function can(permission: string): boolean {
    return session.value?.permissions.includes(permission) ?? false;
  }

  async function choosePost(id: string): Promise<void> {
    session.value = await api.choosePost(id);
  }

  async function chooseLanguage(locale: Locale): Promise<void> {
    await setLocale(locale, { remember: true });
    if (session.value) await api.chooseLanguage(toWireLanguage(locale));
  }

  async function signOut(): Promise<void> {
    await api.auth.signOut();
    session.value = null;
  }

  return { session, post, isHeld, isDemo, load, can, choosePost, chooseLanguage, signOut };
});
