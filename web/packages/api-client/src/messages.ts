import type { Call } from './call';
import type * as wire from './wire/messages';

/** One's own messages, and how one is reached by SMS. */
export function messageCalls(call: Call) {
  return {
    listMessages: (query: wire.MessageQuery & { cursor?: string; limit?: number }, signal?: AbortSignal) =>
      call<wire.MessagePage>('get', '/messages', { query, signal }),
    countUnread: (signal?: AbortSignal) => call<wire.Unread>('get', '/messages/unread', { signal }),
    markRead: (ids: string[]) => call<wire.Unread>('post', '/messages/read', { body: { ids } }),
    markAllRead: () => call<wire.Unread>('post', '/messages/read-all'),
    getMessageSettings: (signal?: AbortSignal) =>
      call<wire.MessageSettings>('get', '/messages/settings', { signal }),
    changeMessageSettings: (isOn: boolean) =>
      call<wire.MessageSettings>('post', '/messages/settings', { body: { is_sms_on: isOn } }),
    askPhoneCode: (phone: string) =>
      call<wire.MessageSettings>('post', '/messages/settings/phone', { body: { phone } }),
    confirmPhone: (code: string) =>
      call<wire.MessageSettings>('post', '/messages/settings/phone/confirm', { body: { code } }),
  };
}
