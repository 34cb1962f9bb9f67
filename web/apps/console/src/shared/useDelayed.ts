import { onScopeDispose, ref, watch, type Ref } from 'vue';

const PAUSE = 250;

/** Follows a value once it has rested, so that each keystroke does not ask the server. */
export function useDelayed<T>(source: Ref<T>): Ref<T> {
  const settled = ref(source.value) as Ref<T>;
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(source, (value) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      settled.value = value;
    }, PAUSE);
  });
  onScopeDispose(() => clearTimeout(timer));
  return settled;
}
