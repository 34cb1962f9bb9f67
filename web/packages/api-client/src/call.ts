import type { Client } from 'openapi-fetch';

import { unwrap } from './client';

type Method = 'get' | 'post' | 'put' | 'delete';

export interface CallOptions {
  path?: Record<string, string>;
  query?: object;
  body?: unknown;
  form?: FormData;
  signal?: AbortSignal;
}

export type Call = <Answer>(method: Method, address: string, options?: CallOptions) => Promise<Answer>;

/** The same client, refusals and headers as the generated calls, with the answer's type said by the caller. */
export function createCall(client: Client<{}>): Call {
  const loose = client as unknown as {
    request: (method: Method, address: string, init: object) => Promise<{ data?: unknown; response: Response }>;
  };
  return <Answer>(method: Method, address: string, { path, query, body, form, signal }: CallOptions = {}) =>
    unwrap<Answer>(
      loose.request(method, `/api/v1${address}`, {
        params: { path, query },
        body: form ?? body,
        ...(form ? { bodySerializer: () => form } : {}),
        signal,
      }) as Promise<{ data?: Answer; response: Response }>,
    );
}
