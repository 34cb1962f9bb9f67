import { createAreas } from './areas';
import { createAuth } from './auth';
import { createCall } from './call';
import { createTypedClient, type ClientOptions } from './client';
import { createEndpoints } from './endpoints';
import { messageCalls } from './messages';
import { pairingCalls } from './pairings';
import type { paths } from './schema';

export { pendingFactor, signInProblem, waysToConfirm } from './auth';
export type { AuthAnswer, AuthFlow, AuthState, Factor, FactorKind, SignInProblem, SignInSession } from './auth';
export { readCsrfToken, type ClientOptions } from './client';
export type { NewImport } from './endpoints';
export { ApiError, toApiError } from './errors';
export { links, withQuery } from './links';
export { pairingLinks, type PairingImportOptions } from './pairings';
export type * from './types';
export type * from './wire';
export type * from './wire/messages';
export type * from './wire/pairings';

export function createApi(options: ClientOptions) {
  return {
    ...createEndpoints(createTypedClient<paths>(options)),
    ...createAreas(createCall(createTypedClient<{}>(options))),
    ...messageCalls(createCall(createTypedClient<{}>(options))),
    ...pairingCalls(createCall(createTypedClient<{}>(options))),
    auth: createAuth(createTypedClient<{}>(options)),
  };
}

export type Api = ReturnType<typeof createApi>;
