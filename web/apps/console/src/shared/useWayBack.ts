import { nextTick, onBeforeUnmount, type Ref } from 'vue';

import { isNowhere, wayBack } from './keyboardPlace';

/** Gives the keyboard back to where it was when this opened, unless it has gone elsewhere by itself. */
export function useWayBack(root: Readonly<Ref<HTMLElement | null>>): void {
  const back = wayBack();
  onBeforeUnmount(() => {
    const isInside = root.value?.contains(document.activeElement) ?? false;
    if (!isInside && !isNowhere()) return;
    void nextTick(() => {
      if (isNowhere()) back();
    });
  });
}
