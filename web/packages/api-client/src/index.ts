import { createAuth } from './auth';
import { createEndpoints } from './endpoints';
import { createTransport, type TransportOptions } from './transport';

export { signInProblem, type Auth, type SignInProblem } from './auth';
export { links, type Endpoints, type NewImport } from './endpoints';
export { ApiError, toApiError } from './errors';
export { readCsrfToken, withQuery } from './transport';
export type * from './types';

export function createApi(options: TransportOptions) {
  const call = createTransport(options);
  return { ...createEndpoints(call), auth: createAuth(call) };
}

export type Api = ReturnType<typeof createApi>;
