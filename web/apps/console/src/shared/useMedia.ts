import { onScopeDispose, ref, type Ref } from 'vue';

/** Whether a media query holds, kept current. */
export function useMedia(query: string): Ref<boolean> {
  const media = window.matchMedia(query);
  const holds = ref(media.matches);
  const update = (event: MediaQueryListEvent) => {
    holds.value = event.matches;
  };
  media.addEventListener('change', update);
  onScopeDispose(() => media.removeEventListener('change', update));
  return holds;
}

/** A telephone: cards and one pane. */
export function useIsNarrow(): Ref<boolean> {
  return useMedia('(width < 768px)');
}
