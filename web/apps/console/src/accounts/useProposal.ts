import type { PostKind } from '@bangfu/api-client';
import { formatDate } from '@bangfu/core';
import { computed, reactive, ref, watch } from 'vue';
import { useRoute } from 'vue-router';

import { api } from '../api';
import { useSession } from '../session/sessionStore';
import { useRegion } from '../scope/useRegion';
import { useAccountAction, useRoles } from './useAccounts';

function today(): string {
  return formatDate(new Date().toISOString());
}

/** A post to propose, with the roles that its place may have. */
export function useProposal() {
  const route = useRoute();
  const session = useSession();
  const { data: roles } = useRoles();
  const form = reactive({
    username: typeof route.query.username === 'string' ? route.query.username : '',
    role: '',
    region: session.post?.region.code ?? '',
    valid_from: today(),
    valid_to: '',
    kind: 'REGULAR' as PostKind,
    office: '',
    note: '',
    department: '',
  });
  const isPicking = ref(false);
  const { data: place } = useRegion(computed(() => form.region));
  const level = computed(() => place.value?.level ?? session.post?.region.level ?? 3);
  const fitting = computed(() => (roles.value ?? []).filter((role) => role.levels.includes(level.value)));
  const role = computed(() => fitting.value.find((one) => one.code === form.role) ?? null);
  const needsEnd = computed(() => form.kind !== 'REGULAR');

  watch(fitting, (found) => {
    if (found.length && !found.some((one) => one.code === form.role)) form.role = '';
  });

  watch(role, (chosen) => {
    if (!chosen?.departments.length) form.department = '';
  });

  const save = useAccountAction(() =>
    api.proposePost({ ...form, username: form.username.trim(), valid_to: form.valid_to || undefined }),
  );
  return { form, place, fitting, role, isPicking, needsEnd, save };
}
