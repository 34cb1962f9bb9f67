// The audit log.

export interface AuditWord {
  code: string;
  zh: string;
  en: string;
}

export interface AuditItem {
  id: string;
  at: string;
  actor: { kind: string; id: string; label: string };
  action: AuditWord;
  region: { code: string; name: string };
  subject: { kind: AuditWord; id: string };
  result: 'OK' | 'REFUSED';
  purpose: string;
  post_id: string | null;
  client: string;
  detail: Record<string, unknown>;
  is_sealed: boolean;
}

export interface AuditChain {
  sealed_at: string | null;
  is_late: boolean;
  checkpoint_at: string | null;
  checkpoint_error: string;
  is_off_box: boolean;
  verified_at: string | null;
  is_sound: boolean | null;
  fault: string;
}

export interface AuditWords {
  actions: AuditWord[];
  subjects: AuditWord[];
}

export interface AuditQuery {
  region?: string;
  actor?: string;
  action?: string;
  result?: string;
  subject_id?: string;
  since?: string;
  until?: string;
}
