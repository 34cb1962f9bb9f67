// Messages (消息): one's own inbox, and how one is reached by SMS.

export interface MessageItem {
  id: string;
  title: string;
  text: string;
  /** An address within the console; empty where there is nothing to open. */
  link: string;
  created_at: string;
  read_at: string | null;
}

export interface MessageQuery {
  unread?: boolean;
}

export interface Unread {
  /** 999 stands for that many and more. */
  unread: number;
}

export interface MessagePage extends Unread {
  items: MessageItem[];
  next_cursor: string | null;
}

export interface MessageSettings {
  is_available: boolean;
  is_sms_on: boolean;
  /** Masked; empty where none was proved. */
  phone: string;
  is_bounced: boolean;
  is_stopped: boolean;
  pending_phone: string;
}
