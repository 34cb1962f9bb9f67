import { toApiError, type FactEntry, type ProceedingItem } from '@bangfu/api-client';
import { formatDate } from '@bangfu/core';
import { useQueryCache } from '@pinia/colada';
import { computed, reactive, ref, watch, type Ref } from 'vue';

import { api } from '../api';
import { TOUCHED, useProceedingList } from '../proceedings/useProceedings';

/** The paper that holds the minutes, by procedure. */
const MINUTES: Record<string, string> = { identification: 'village_review', clearing: 'clearing_review' };

export interface Vote {
  agree: number | '';
  against: number | '';
  isRejected: boolean;
  reason: string;
}

export type Outcome = { isDone: boolean; message: string };

/** What is the same for everything that one meeting decided. */
export interface Meeting {
  reviewed_on: string;
  votes_due: number | '';
  votes_present: number | '';
  minutes_no: string;
}

export function isMeetingKnown(meeting: Meeting): boolean {
  return meeting.reviewed_on !== '' && meeting.votes_due !== '' && meeting.votes_present !== '' && meeting.minutes_no.trim() !== '';
}

export function isVoted(vote: Vote | undefined): vote is Vote & { agree: number; against: number } {
  return Boolean(vote && vote.agree !== '' && vote.against !== '');
}

/** Whether anything was said of a case at all; then the rest of it has to be said too. */
export function isBegun(vote: Vote): boolean {
  return vote.agree !== '' || vote.against !== '' || vote.isRejected;
}

/** The step that a vote stands for, with the facts of the meeting and of the vote. */
export function stepOf(meeting: Meeting, vote: Vote & { agree: number; against: number }) {
  const facts: Record<string, FactEntry> = {
    reviewed_on: meeting.reviewed_on,
    votes_due: Number(meeting.votes_due),
    votes_present: Number(meeting.votes_present),
    votes_agree: vote.agree,
    votes_against: vote.against,
    minutes_no: meeting.minutes_no.trim(),
    ...(vote.isRejected ? { refusal_reason: vote.reason.trim() } : {}),
  };
  return { step: vote.isRejected ? 'REJECT_AT_REVIEW' : 'HOLD_REVIEW', facts };
}

/** One meeting of a village on all the cases that wait for it: its figures once, then a vote each. */
export function useReview(kind: Ref<string>) {
  const cache = useQueryCache();
  const list = useProceedingList(computed(() => ({ procedure: kind.value, state: 'REVIEWING', open: true })));
  const meeting = reactive<Meeting>({
    reviewed_on: formatDate(new Date().toISOString()),
    votes_due: '',
    votes_present: '',
    minutes_no: '',
  });
  const votes = ref<Record<string, Vote>>({});
  const outcomes = ref<Record<string, Outcome>>({});
  /** The scan of the minutes, where there is one. */
  const minutes = ref<File | null>(null);
  const isBusy = ref(false);

  watch(
    list.items,
    (items) => {
      for (const { id } of items) votes.value[id] ??= { agree: '', against: '', isRejected: false, reason: '' };
    },
    { immediate: true },
  );
  const ready = computed(() => list.items.value.filter((item) => isVoted(votes.value[item.id])));
  const begun = computed(() => Object.values(votes.value).some(isBegun));

  /** The minutes belong into the file of each case that the meeting spoke about. */
  async function keepMinutes(id: string): Promise<void> {
    const no = meeting.minutes_no.trim();
    const { papers, held } = await api.getCaseFile(id);
    if (held.some((one) => one.no === no)) return;
    // A paper whose step is still to come is not on the list yet.
    const listed = papers.find((one) => one.step === 'HOLD_REVIEW')?.paper;
    await api.keepOriginal(id, { paper: listed ?? MINUTES[kind.value] ?? '', no, file: minutes.value });
  }

  async function send(item: ProceedingItem): Promise<void> {
    const vote = votes.value[item.id];
    if (!isVoted(vote)) return;
    try {
      await keepMinutes(item.id);
      await api.takeStep(item.id, { ...stepOf(meeting, vote), note: '', revision: item.revision });
      outcomes.value[item.id] = { isDone: true, message: '' };
    } catch (error) {
      const { message, remedy } = toApiError(error);
      outcomes.value[item.id] = { isDone: false, message: `${message} ${remedy}`.trim() };
    }
  }

  /** Each case by itself: what one lacks keeps no other back. */
  async function record(): Promise<void> {
    if (isBusy.value) return;
    isBusy.value = true;
    for (const item of ready.value) await send(item);
    isBusy.value = false;
    await Promise.all(TOUCHED.map((key) => cache.invalidateQueries({ key: [key] })));
  }

  return { ...list, meeting, minutes, votes, outcomes, ready, begun, isBusy, record };
}
