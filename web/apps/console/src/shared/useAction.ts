import { toApiError, type ApiError } from '@bangfu/api-client';
import { ref, type Ref } from 'vue';

/** Runs one write at a time and keeps what went wrong for the screen. */
export function useAction<Args extends unknown[], Result>(action: (...args: Args) => Promise<Result>) {
  const isBusy = ref(false);
  const problem = ref<ApiError | null>(null) as Ref<ApiError | null>;

  async function run(...args: Args): Promise<Result | undefined> {
    if (isBusy.value) return undefined;
    isBusy.value = true;
    problem.value = null;
    try {
      return await action(...args);
    } catch (error) {
      problem.value = toApiError(error);
      return undefined;
    } finally {
      isBusy.value = false;
    }
  }

  return { isBusy, problem, run };
}
