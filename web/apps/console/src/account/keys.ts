/** Security keys in the browser (WebAuthn): its buffers to and from the text that the server speaks. */

type Json = Record<string, unknown>;
interface Described {
  id: string;
  type: PublicKeyCredentialType;
}

function toBytes(text: string): ArrayBuffer {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
}

function toText(buffer: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function toDescriptors(list: unknown): PublicKeyCredentialDescriptor[] {
  return ((list as Described[] | undefined) ?? []).map(({ id, type }) => ({ id: toBytes(id), type }));
}

/** Browsers allow keys on sites with a name and TLS, and on localhost; not at bare addresses. */
export function canUseKeys(): boolean {
  return window.isSecureContext && 'PublicKeyCredential' in window && !/^[\d.]+$|:/.test(window.location.hostname);
}

function describe(credential: PublicKeyCredential, response: Json): Json {
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: toText(credential.response.clientDataJSON), ...response },
  };
}

/** Makes a key for this account; throws when its holder says no or waits too long. */
export async function createKey(options: object): Promise<Json> {
  const asked = (options as { publicKey: Json & { user: Json; challenge: string } }).publicKey;
  const made = (await navigator.credentials.create({
    publicKey: {
      ...(asked as unknown as PublicKeyCredentialCreationOptions),
      challenge: toBytes(asked.challenge),
      user: { ...(asked.user as unknown as PublicKeyCredentialUserEntity), id: toBytes(String(asked.user['id'])) },
      excludeCredentials: toDescriptors(asked['excludeCredentials']),
    },
  })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return describe(made, {
    attestationObject: toText(response.attestationObject),
    transports: response.getTransports(),
  });
}

/** Uses one of the account's keys; throws like `createKey`. */
export async function useKey(options: object): Promise<Json> {
  const asked = (options as { publicKey: Json & { challenge: string } }).publicKey;
  const used = (await navigator.credentials.get({
    publicKey: {
      ...(asked as unknown as PublicKeyCredentialRequestOptions),
      challenge: toBytes(asked.challenge),
      allowCredentials: toDescriptors(asked['allowCredentials']),
    },
  })) as PublicKeyCredential;
  const response = used.response as AuthenticatorAssertionResponse;
  return describe(used, {
    authenticatorData: toText(response.authenticatorData),
    signature: toText(response.signature),
    userHandle: response.userHandle ? toText(response.userHandle) : null,
  });
}
