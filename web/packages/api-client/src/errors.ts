export interface ErrorBody {
  code?: string;
  message?: string;
  remedy?: string;
  request_id?: string;
  errors?: { code?: string }[];
}

/** What the server (or the way to it) refused: what happened, what to do, a number to quote. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly remedy: string;
  readonly requestId: string;
  /** The codes of a body in allauth's form, `{errors: [{code}]}`. */
  readonly reasons: string[];

  constructor(status: number, body: ErrorBody = {}) {
    super(body.message ?? '');
    this.name = 'ApiError';
    this.status = status;
    this.code = body.code ?? (status === 0 ? 'NETWORK' : `HTTP-${status}`);
    this.remedy = body.remedy ?? '';
    this.requestId = body.request_id ?? '';
    this.reasons = Array.isArray(body.errors) ? body.errors.map((item) => item.code ?? '') : [];
  }

  /** No answer at all: the line is down or the server is. */
  get isOffline(): boolean {
    return this.status === 0;
  }

  get isSignedOut(): boolean {
    return this.status === 401;
  }

  /** The server answers 404 for what is outside the user's scope, so that nothing leaks by the difference. */
  get isOutOfReach(): boolean {
    return this.status === 403 || this.status === 404;
  }
}

export function toApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0);
}
