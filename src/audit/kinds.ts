import type { NodeType } from '../ids.ts'

/** The type of the object that an act is about, by the first part of its kind. Null: it is about none with an id. */
const OBJECTS: Readonly<Record<string, NodeType | null>> = {
  message: 'Message',
  conversation: 'Conversation',
  conversations: null,
  channel: 'Conversation',
  broadcast: 'Broadcast',
  case: 'ModerationCase',
  member: 'User',
  role: 'Role',
  settings: 'Company',
  keys: 'Company',
  sms_settings: 'Company',
  consent: 'Guest',
  guest: 'Guest',
  guest_message: 'GuestMessage',
  permission: null,
  sign_in: null,
  audit: null,
  export: 'Export',
  attachment: 'Attachment',
  hold: 'LegalHold',
  messages: 'Conversation',
  broadcasts: null,
  guest_messages: null,
  inbound_messages: null,
  state: null,
}

/** The type of the object of acts of a kind. Null if it has none. */
export function objectTypeOf(kind: string): NodeType | null {
  return OBJECTS[kind.split('.', 1)[0] ?? ''] ?? null
}
