import { useQuery } from '@pinia/colada';
import { computed, ref, watch, type Ref } from 'vue';

import { api } from '../api';
import { useAction } from '../shared/useAction';
import { isActive, useJob, usePolling } from '../shared/useJob';

/** One import, followed while it is read and checked, and again while it is put in force. */
export function useImport(id: Ref<string>) {
  const query = useQuery({
    key: () => ['import', id.value],
    query: ({ signal }) => api.getImport(id.value, signal),
    staleTime: 0,
  });
  const isChecking = computed(() => isActive(query.data.value?.job));
  usePolling(isChecking, () => query.refetch());

  const commitJobId = ref('');
  const { job: commitJob } = useJob(commitJobId);
  const isCommitting = computed(() => commitJobId.value !== '' && (commitJob.value === null || isActive(commitJob.value)));
  watch(isCommitting, (on) => {
    if (!on) void query.refetch();
  });
  const job = computed(() => (isChecking.value ? (query.data.value?.job ?? null) : commitJob.value));

  /** The address may name the job that began it; the answer names the import. */
  const own = () => query.data.value?.id ?? id.value;
  const commit = useAction(async () => {
    commitJobId.value = (await api.commitImport(own())).job_id;
  });
  const cancel = useAction(async () => {
    await (job.value && isActive(job.value) ? api.cancelJob(job.value.id) : api.cancelImport(own()));
    await query.refetch();
  });

  return { ...query, job, isWorking: computed(() => isChecking.value || isCommitting.value), commit, cancel };
}
