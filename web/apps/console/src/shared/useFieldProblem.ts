import { computed, inject, onMounted, onScopeDispose, onUpdated, ref, useId, watch, type InjectionKey, type Ref } from 'vue';

import { problemOf, type Checked, type FieldProblem } from './fieldProblem';
import { useText } from './useText';

/** The fields of a form, each to be told that it was sent, or that it is as new again. */
export const FIELDS: InjectionKey<Set<(isTried: boolean) => void>> = Symbol('fields');
/** The part of a field that has the keyboard. */
const CONTROL = 'input, textarea, select';
/** Where that is something else, a button say. */
const STAND_IN = '[data-control]';

export function controlOf(root: HTMLElement): HTMLElement | null {
  return root.querySelector<HTMLElement>(STAND_IN) ?? root.querySelector<HTMLElement>(CONTROL);
}

/**
 * What a field lacks, said below it and to whoever hears it read. A choice that is no field of the browser's own
 * says by `filled` whether it has been made.
 */
export function useFieldProblem(root: Readonly<Ref<HTMLElement | null>>, filled: () => boolean | undefined, hasHint: () => boolean) {
  const { t, day } = useText();
  const fields = inject(FIELDS, null);
  // Nobody is told what is missing before having tried.
  let wasTried = false;
  const id = useId();
  const hintId = useId();
  const problem = ref<FieldProblem | null>(null);
  const said = computed(() => {
    if (!problem.value) return '';
    const { key, limit } = problem.value;
    return t(`keys.field.${key}`, { limit: key === 'tooEarly' || key === 'tooLate' ? day(limit) : limit });
  });

  function find(): FieldProblem | null {
    if (filled() !== undefined) return filled() ? null : { key: 'missingChoice', limit: '' };
    const control = root.value && controlOf(root.value);
    return control ? problemOf(control as unknown as Checked) : null;
  }

  function check(): void {
    problem.value = wasTried ? find() : null;
  }

  function tell(isTried: boolean): void {
    wasTried = isTried;
    check();
  }

  /** Ties the words below to the field, so that they are read with it. */
  function tie(): void {
    const control = root.value && controlOf(root.value);
    if (!control) return;
    const ids = [said.value ? id : '', hasHint() ? hintId : ''].filter(Boolean).join(' ');
    if (ids) control.setAttribute('aria-describedby', ids);
    else control.removeAttribute('aria-describedby');
    if (said.value) control.setAttribute('aria-invalid', 'true');
    else control.removeAttribute('aria-invalid');
  }

  watch(filled, check);
  fields?.add(tell);
  onScopeDispose(() => fields?.delete(tell));
  onMounted(tie);
  onUpdated(tie);
  return { id, hintId, said, check };
}
