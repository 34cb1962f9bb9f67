import { ApiError, type ErrorBody } from './errors';

export interface TransportOptions {
  /** `zh` or `en`, for messages and remedies. */
  language: () => 'zh' | 'en';
  fetch?: typeof fetch;
}

type QueryValue = string | number | readonly string[] | undefined | null;
export type QueryValues = Record<string, QueryValue>;

export interface CallOptions {
  query?: QueryValues;
  body?: unknown;
  form?: FormData;
  signal?: AbortSignal;
}

export type Method = 'GET' | 'POST' | 'DELETE';

export interface Transport {
  <T>(method: Method, path: string, options?: CallOptions): Promise<T>;
}

const UNSAFE: readonly Method[] = ['POST', 'DELETE'];

/** Django's token for writes; the cookie is set by the first read of the session. */
export function readCsrfToken(cookies: string): string {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(cookies)?.[1] ?? '';
}

/** Lists repeat their key; what is empty is left out. */
export function withQuery(path: string, query: QueryValues = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    const values = Array.isArray(value) ? (value as readonly string[]) : [value];
    for (const one of values) {
      if (one !== undefined && one !== null && one !== '') search.append(key, String(one));
    }
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

function buildRequest(method: Method, options: CallOptions, language: string): RequestInit {
  const headers = new Headers({ Accept: 'application/json', 'Accept-Language': language });
  if (UNSAFE.includes(method)) headers.set('X-CSRFToken', readCsrfToken(document.cookie));
  if (options.body !== undefined) headers.set('Content-Type', 'application/json');
  return {
    method,
    headers,
    credentials: 'same-origin',
    body: options.form ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
    signal: options.signal,
  };
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Sends one request; resolves with the JSON body or throws `ApiError` (an abort stays an abort). */
export function createTransport(options: TransportOptions): Transport {
  const send = options.fetch ?? ((input, init) => fetch(input, init));
  return async <T>(method: Method, path: string, call: CallOptions = {}): Promise<T> => {
    let response: Response;
    try {
      response = await send(withQuery(path, call.query), buildRequest(method, call, options.language()));
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw new ApiError(0);
    }
    const body = await readJson(response);
    if (!response.ok) throw new ApiError(response.status, (body ?? {}) as ErrorBody);
    return body as T;
  };
}
