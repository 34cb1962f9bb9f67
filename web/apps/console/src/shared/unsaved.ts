import { inject, onScopeDispose, readonly, ref } from 'vue';
import { matchedRouteKey, onBeforeRouteLeave, onBeforeRouteUpdate } from 'vue-router';

/** Words that were typed and not sent: before they go, the console asks. */
const held = new Set<() => boolean>();
const answer = ref<((mayGo: boolean) => void) | null>(null);

/** Set while the question is on the screen; called with what was answered. */
export const leaveQuestion = readonly(answer);

function ask(): Promise<boolean> {
  answer.value?.(false);
  return new Promise((resolve) => {
    answer.value = (mayGo) => {
      answer.value = null;
      resolve(mayGo);
    };
  });
}

/** What an address names, `id` of `/cases/:id`. */
export function namesIn(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
}

/** Asks before the screen goes that holds the words, and before the page does; returns the question for a form's own way out. */
export function useUnsaved(isUnsaved: () => boolean): () => Promise<boolean> {
  const mayGo = async () => !held.has(isUnsaved) || !isUnsaved() || (await ask());
  held.add(isUnsaved);
  onScopeDispose(() => held.delete(isUnsaved));
  onBeforeRouteLeave(mayGo);
  // The next row opens in the same place: what is written about this one would go, what is written beside it stays.
  const record = inject(matchedRouteKey);
  onBeforeRouteUpdate((to, from) => {
    const isOther = namesIn(record?.value?.path ?? '').some((name) => from.params[name] !== to.params[name]);
    return isOther ? mayGo() : true;
  });
  return mayGo;
}

/** Asks before what takes every screen with it, such as signing out; what was let go is not asked for again. */
export async function mayLeaveAll(): Promise<boolean> {
  if ([...held].some((isUnsaved) => isUnsaved()) && !(await ask())) return false;
  held.clear();
  return true;
}

export function startGuardingPage(): void {
  window.addEventListener('beforeunload', (event) => {
    if ([...held].some((isUnsaved) => isUnsaved())) event.preventDefault();
  });
}
