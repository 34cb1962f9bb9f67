import type { Call } from './call';
import { withQuery } from './links';
import type * as wire from './wire/pairings';

const ROOT = '/api/v1/pairings';

export interface PairingImportOptions {
  region: string;
  commit: boolean;
  mayReplace: boolean;
  mayExceed: boolean;
}

/** Who answers for which household: lists, pairing, ending, handing over and back, a list as a file. */
export function pairingCalls(call: Call) {
  return {
    listPairings: (query: wire.PairingQuery & { cursor?: string; limit?: number }, signal?: AbortSignal) =>
      call<wire.PairingPage>('get', '/pairings', { query, signal }),
    listPairingLoads: (region: string, signal?: AbortSignal) =>
      call<wire.PairingLoad[]>('get', '/pairings/cadres', { query: { region }, signal }),
    getPairingChoices: (region: string, signal?: AbortSignal) =>
      call<wire.PairingChoices>('get', '/pairings/choices', { query: { region }, signal }),
    createPairing: (body: wire.NewPairing) => call<wire.PairingItem>('post', '/pairings', { body }),
    endPairing: (id: string, body: { on: string; reason: 'LEFT' | 'OTHER'; note: string }) =>
      call<wire.PairingItem>('post', '/pairings/{id}/end', { path: { id }, body }),
    handOver: (body: wire.HandoverInput) => call<wire.Handover>('post', '/pairings/handovers', { body }),
    undoHandover: (id: string) => call<wire.Handover>('post', '/pairings/handovers/{id}/undo', { path: { id } }),
    importPairings: (file: File, options: PairingImportOptions) => {
      const form = new FormData();
      form.set('file', file);
      form.set('region', options.region);
      form.set('commit', String(options.commit));
      form.set('may_replace', String(options.mayReplace));
      form.set('may_exceed', String(options.mayExceed));
      return call<wire.PairingImport>('post', '/pairings/import', { form });
    },
  };
}

export const pairingLinks = {
  template: `${ROOT}/template.xlsx`,
  export: (query: wire.PairingQuery) => withQuery(`${ROOT}/export.xlsx`, { ...query }),
};
