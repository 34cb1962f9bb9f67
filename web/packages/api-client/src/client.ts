import createClient, { type Client, type Middleware } from 'openapi-fetch';

import { ApiError, type ErrorBody } from './errors';

export interface ClientOptions {
  /** `zh` or `en`, for messages and remedies. */
  language: () => 'zh' | 'en';
  /** Empty in the browser: the server that sent the page. */
  baseUrl?: string;
  fetch?: (request: Request) => Promise<Response>;
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** Django's token for writes; the cookie is set by the first read of the session. */
export function readCsrfToken(cookies: string): string {
  return /(?:^|;\s*)(?:__Host-)?csrftoken=([^;]+)/.exec(cookies)?.[1] ?? '';
}

function headersFor(language: ClientOptions['language']): Middleware {
  return {
    onRequest({ request }) {
      request.headers.set('Accept-Language', language());
      if (!SAFE_METHODS.includes(request.method)) {
        request.headers.set('X-CSRFToken', readCsrfToken(document.cookie));
      }
      return request;
    },
    /** No answer at all. An abort is no failure: a newer question took this one's place. */
    onError({ error }) {
      if (error instanceof ApiError) return error;
      return error instanceof DOMException && error.name === 'AbortError' ? error : new ApiError(0);
    },
  };
}

export function createTypedClient<Paths extends {}>(options: ClientOptions): Client<Paths> {
  const client = createClient<Paths>({
    baseUrl: options.baseUrl ?? '',
    credentials: 'same-origin',
    fetch: options.fetch,
  });
  client.use(headersFor(options.language));
  return client;
}

interface Outcome<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The answer's body, or the refusal thrown as `ApiError`. */
export async function unwrap<Data>(outcome: Promise<Outcome<Data>>): Promise<Data> {
  const { data, error, response } = await outcome;
  if (response.ok) return data as Data;
  throw new ApiError(response.status, typeof error === 'object' && error !== null ? (error as ErrorBody) : {});
}
