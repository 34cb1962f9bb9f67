import { onScopeDispose, ref, type Ref } from 'vue';

const A_MINUTE = 60_000;

/** The present moment, moved on once a minute: for the age of data and the date on a print. */
export function useNow(): Ref<Date> {
  const now = ref(new Date());
  const timer = setInterval(() => {
    now.value = new Date();
  }, A_MINUTE);
  onScopeDispose(() => clearInterval(timer));
  return now;
}
