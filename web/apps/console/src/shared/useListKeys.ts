import { nextTick, onMounted, onUnmounted, ref, watch, type Ref } from 'vue';

export interface ListKeys {
  count: Ref<number>;
  /** The row that is open beside the list, or -1. */
  opened: Ref<number>;
  open: (index: number) => void;
  close: () => void;
  search: () => void;
  /** Chooses the row one stands on, where rows can be chosen. */
  choose?: (index: number) => void;
  /** Goes to what may be done with the chosen rows. */
  act?: () => void;
}

/** Where letters are text, or belong to what lies over the list. A mark to choose by is none: after a click on one the keys go on walking. */
const TYPED = 'input:not([type=checkbox], [type=radio], [type=file]), textarea, select, [contenteditable], dialog, [role=dialog], .el-popper';
/** What does something of its own on Enter or Space; a link has nothing to do on Space. */
const PRESSED: Readonly<Record<string, string>> = {
  Enter: 'a, button, input, label, summary',
  ' ': 'button, input, label, summary',
};

/** What lies over the list has Escape for itself. */
const OVER = 'dialog, [role=dialog], .el-popper';
const NOTHING = ':not(*)';

/** Out of a field, but not out of what is open beside the list. */
function leave(field: HTMLElement): void {
  const pane = field.closest<HTMLElement>('.worklist__detail');
  if (pane) pane.focus({ preventScroll: true });
  else field.blur();
}

/** Gives the keyboard to the row one stands on. */
export function focusRow(): void {
  document.querySelector<HTMLElement>('tr.is-active a, tr.is-active button')?.focus({ preventScroll: true });
}

function isIn(target: EventTarget | null, selector: string): boolean {
  return target instanceof HTMLElement && target.closest(selector) !== null;
}

/** Whether a key is text, or a part of a character that is being written. */
export function isTyped(event: KeyboardEvent): boolean {
  return event.isComposing || isIn(event.target, TYPED);
}

/**
 * J and K walk the rows, Enter opens, Space chooses, B goes to what may be done with the chosen, Escape closes, / searches. With a row open, walking
 * opens the next. Inside a field the keys are text, and Escape leaves the field first.
 */
export function useListKeys({ count, opened, open, close, search, choose, act }: ListKeys) {
  const active = ref(-1);
  watch(opened, (index) => {
    if (index >= 0) active.value = index;
  }, { immediate: true });

  function walk(step: number): void {
    if (count.value === 0) return;
    active.value = Math.min(count.value - 1, Math.max(0, active.value + step));
    void nextTick(() => {
      const row = document.querySelector('tr.is-active');
      row?.scrollIntoView({ block: 'nearest' });
      // Tab and Enter go on from the row that is marked; whoever is in what is open beside it stays there.
      if (document.activeElement === document.body || isIn(document.activeElement, 'main:focus, tbody tr')) focusRow();
    });
    if (opened.value >= 0) open(active.value);
  }

  const actions: Record<string, () => void> = {
    j: () => walk(1),
    k: () => walk(-1),
    Enter: () => active.value >= 0 && open(active.value),
    Escape: close,
    '/': search,
    ...(choose ? { ' ': () => active.value >= 0 && choose(active.value) } : {}),
    ...(act ? { b: act } : {}),
  };

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyped(event)) {
      const field = event.target as HTMLElement;
      if (event.key === 'Escape' && !event.isComposing && !field.closest(OVER)) leave(field);
      return;
    }
    const action = actions[event.key];
    if (!action || isIn(event.target, PRESSED[event.key] ?? NOTHING)) return;
    event.preventDefault();
    action();
  }

  onMounted(() => window.addEventListener('keydown', onKey));
  onUnmounted(() => window.removeEventListener('keydown', onKey));
  return { active };
}
