import { useQueryCache } from '@pinia/colada';
import { useRouter } from 'vue-router';

import { useLargeMode } from '../appearance';
import { currentLocale } from '../i18n';
import { useSession } from '../session/sessionStore';
import { mayLeaveAll } from '../shared/unsaved';
import { useKeysHelp } from './useKeysHelp';

const POST_PREFIX = 'post:';

/** What the user's menu does; another post sees other data, so nothing of the old one stays in memory. */
export function useUserActions() {
  const session = useSession();
  const router = useRouter();
  const cache = useQueryCache();
  const { toggleLarge } = useLargeMode();

  function forget(): void {
    for (const entry of cache.getEntries()) cache.remove(entry);
  }

  async function signOut(): Promise<void> {
    if (!(await mayLeaveAll())) return;
    await session.signOut();
    forget();
    await router.replace({ name: 'sign-in' });
  }

  async function choosePost(id: string): Promise<void> {
    if (!(await mayLeaveAll())) return;
    await session.choosePost(id);
    forget();
    await router.push({ name: 'home' });
  }

  const { isOpen: isHelpOpen } = useKeysHelp();

  function run(command: string): void {
    if (command === 'large') toggleLarge();
    else if (command === 'keys') isHelpOpen.value = true;
    else if (command === 'account') void router.push({ name: 'account' });
    else if (command === 'language') void session.chooseLanguage(currentLocale() === 'en' ? 'zh-CN' : 'en');
    else if (command === 'sign-out') void signOut();
    else if (command.startsWith(POST_PREFIX)) void choosePost(command.slice(POST_PREFIX.length));
  }

  return { run };
}
