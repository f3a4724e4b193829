// Written by npm run operations, from schema.graphql and operations.graphql.
import type { TypedDocument } from './request.ts'

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** The effect of an access rule. Rules only take away: nobody sees more than their membership shows. */
export type AccessEffect =
  /** The message is for those that rules allow. With none, for everyone. */
  | 'ALLOW'
  /** These people do not see it, whoever allows them. */
  | 'DENY';

/** A rule on who may see a message. Exactly one of roleId, userId and attribute is required. */
export type AccessRuleInput = {
  /** People with this attribute: `department:` and the name of the department, in any case. */
  attribute?: string | null | undefined;
  /** The effect. */
  effect: AccessEffect;
  /** People with this role. */
  roleId?: string | null | undefined;
  /** This person. */
  userId?: string | null | undefined;
};

/** The purpose of a conversation. */
export type ConversationKind =
  /** A broadcast and the replies to it. */
  | 'BROADCAST'
  /** A conversation about one transaction, plan or topic. */
  | 'CONTEXT'
  /** A conversation between two people. */
  | 'DIRECT'
  /** A conversation of the whole company, to create. */
  | 'GLOBAL'
  /** A group of people with a title. */
  | 'GROUP';

/** The company to connect to. */
export type CreateConnectionTicketInput = {
  /** The company to act in. Defaults to the company of the token. */
  companyId?: string | null | undefined;
};

/** The delivery state of a message. */
export type DeliveryStatus =
  /** A client of the recipient has received it. */
  | 'DELIVERED'
  /** The recipient has read it. */
  | 'READ'
  /** The server has stored it. */
  | 'SENT';

/** The viewer's presence on this device. */
export type HeartbeatInput = {
  /** ONLINE while the device is in use, AWAY while it is not, OFFLINE when the viewer leaves. */
  status: PresenceStatus;
};

/** The state of a message. */
export type MessageState =
  /** It waits for review by a moderator. Only its author sees it. */
  | 'HELD'
  /** It is visible in its conversation. */
  | 'POSTED'
  /** A moderator has rejected it. */
  | 'REJECTED'
  /** It was retracted. Its sequence number stays. */
  | 'RETRACTED';

/** The presence of a person over all devices. The most active device counts. */
export type PresenceStatus =
  /** Devices are connected, but none has been used for 5 minutes, or all report AWAY. */
  | 'AWAY'
  /** All devices have left, or have sent nothing for 45 seconds. */
  | 'OFFLINE'
  /** A device is in use. */
  | 'ONLINE';

/** The priority of a message. */
export type Priority =
  /** Soon. */
  | 'HIGH'
  /** Can wait. */
  | 'LOW'
  /** The default. */
  | 'NORMAL'
  /** At once. */
  | 'URGENT';

/** A message to send. */
export type SendMessageInput = {
  /** Rules on who in the conversation may see the message, at most 50. Without any, everyone. */
  accessRules?: Array<AccessRuleInput> | null | undefined;
  /** Uploads of the viewer that are READY, at most 10, in this order. */
  attachmentIds?: Array<string> | null | undefined;
  /** Up to 32 KiB of UTF-8. With attachmentIds it may be empty. */
  body: string;
  /** The sender's own id of the message, up to 128 characters. Visible to the sender only. */
  clientMessageId?: string | null | undefined;
  /** The conversation to send to. Exactly one of conversationId and recipientId is required. */
  conversationId?: string | null | undefined;
  /** Repeating the mutation with the same key within 24 hours does not do it twice. Up to 128 characters, unique per viewer and mutation. For an operation with one such mutation the Idempotency-Key header does the same. */
  idempotencyKey?: string | null | undefined;
  /** People of the conversation that the message mentions, at most 100. */
  mentionIds?: Array<string> | null | undefined;
  /** The sender's own data, at most 4 KiB. */
  metadata?: unknown;
  /** The message to reply to, in the same conversation. */
  parentId?: string | null | undefined;
  /** Defaults to NORMAL. */
  priority?: Priority | null | undefined;
  /** The person to send to. The direct conversation with this person is found or created. */
  recipientId?: string | null | undefined;
  /** Up to 255 user-perceived characters. */
  subject?: string | null | undefined;
};

export type MessagePartsFragment = { id: string, seq: number | null, body: string | null, subject: string | null, priority: Priority, state: MessageState, depth: number, createdAt: string, editedAt: string | null, retractedAt: string | null, clientMessageId: string | null, metadata: unknown, status: DeliveryStatus | null, replyCount: number, author: { id: string, name: string } | null, conversation: { id: string }, parent: { id: string } | null, mentions: Array<{ id: string, name: string }>, reactions: Array<{ emoji: string, count: number, reactedByViewer: boolean }> };

export type ConversationPartsFragment = { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, hasUnreadMention: boolean, isMuted: boolean };

export type UnreadPartsFragment = { total: number, direct: number, group: number, context: number, global: number, broadcast: number, mentions: number };

export type InboxEventsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type InboxEventsSubscription = { inboxEvents:
    | { __typename: 'BroadcastReceived', cursor: string, notify: boolean, broadcast: { id: string, subject: string, body: string, priority: Priority, sentAt: string | null, author: { id: string, name: string } | null, conversation: { id: string } | null }, unread: { total: number, direct: number, group: number, context: number, global: number, broadcast: number, mentions: number } }
    | { __typename: 'ConversationActivity', cursor: string, notify: boolean, message: { id: string, seq: number | null, body: string | null, subject: string | null, priority: Priority, state: MessageState, depth: number, createdAt: string, editedAt: string | null, retractedAt: string | null, clientMessageId: string | null, metadata: unknown, status: DeliveryStatus | null, replyCount: number, author: { id: string, name: string } | null, conversation: { id: string }, parent: { id: string } | null, mentions: Array<{ id: string, name: string }>, reactions: Array<{ emoji: string, count: number, reactedByViewer: boolean }> }, conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, hasUnreadMention: boolean, isMuted: boolean }, unread: { total: number, direct: number, group: number, context: number, global: number, broadcast: number, mentions: number } }
    | { __typename: 'ConversationAudited' }
    | { __typename: 'ConversationRead', cursor: string, conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, hasUnreadMention: boolean, isMuted: boolean }, unread: { total: number, direct: number, group: number, context: number, global: number, broadcast: number, mentions: number } }
    | { __typename: 'ConversationRemoved', cursor: string, conversationId: string, unread: { total: number, direct: number, group: number, context: number, global: number, broadcast: number, mentions: number } }
    | { __typename: 'Discontinuity', cursor: string }
    | { __typename: 'HeldMessageDecided' }
    | { __typename: 'InboxConversationChanged', cursor: string, conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, hasUnreadMention: boolean, isMuted: boolean }, unread: { total: number, direct: number, group: number, context: number, global: number, broadcast: number, mentions: number } }
   };

export type ConversationEventsSubscriptionVariables = Exact<{
  conversationId: string;
  after?: string | null | undefined;
}>;


export type ConversationEventsSubscription = { conversationEvents:
    | { __typename: 'ConversationAudited' }
    | { __typename: 'ConversationChanged', cursor: string, conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, hasUnreadMention: boolean, isMuted: boolean } }
    | { __typename: 'ConversationRemoved', cursor: string, conversationId: string }
    | { __typename: 'Discontinuity', cursor: string }
    | { __typename: 'MessageAccessLost' }
    | { __typename: 'MessageEdited', cursor: string, message: { id: string, seq: number | null, body: string | null, subject: string | null, priority: Priority, state: MessageState, depth: number, createdAt: string, editedAt: string | null, retractedAt: string | null, clientMessageId: string | null, metadata: unknown, status: DeliveryStatus | null, replyCount: number, author: { id: string, name: string } | null, conversation: { id: string }, parent: { id: string } | null, mentions: Array<{ id: string, name: string }>, reactions: Array<{ emoji: string, count: number, reactedByViewer: boolean }> } }
    | { __typename: 'MessageHidden', cursor: string, messageId: string }
    | { __typename: 'MessageRetracted', cursor: string, message: { id: string, seq: number | null, body: string | null, subject: string | null, priority: Priority, state: MessageState, depth: number, createdAt: string, editedAt: string | null, retractedAt: string | null, clientMessageId: string | null, metadata: unknown, status: DeliveryStatus | null, replyCount: number, author: { id: string, name: string } | null, conversation: { id: string }, parent: { id: string } | null, mentions: Array<{ id: string, name: string }>, reactions: Array<{ emoji: string, count: number, reactedByViewer: boolean }> } }
    | { __typename: 'MessageSent', cursor: string, message: { id: string, seq: number | null, body: string | null, subject: string | null, priority: Priority, state: MessageState, depth: number, createdAt: string, editedAt: string | null, retractedAt: string | null, clientMessageId: string | null, metadata: unknown, status: DeliveryStatus | null, replyCount: number, author: { id: string, name: string } | null, conversation: { id: string }, parent: { id: string } | null, mentions: Array<{ id: string, name: string }>, reactions: Array<{ emoji: string, count: number, reactedByViewer: boolean }> } }
    | { __typename: 'ParticipantsChanged', cursor: string, joined: Array<{ id: string, name: string }>, left: Array<{ id: string, name: string }> }
    | { __typename: 'ReactionsChanged', cursor: string, message: { id: string, seq: number | null, body: string | null, subject: string | null, priority: Priority, state: MessageState, depth: number, createdAt: string, editedAt: string | null, retractedAt: string | null, clientMessageId: string | null, metadata: unknown, status: DeliveryStatus | null, replyCount: number, author: { id: string, name: string } | null, conversation: { id: string }, parent: { id: string } | null, mentions: Array<{ id: string, name: string }>, reactions: Array<{ emoji: string, count: number, reactedByViewer: boolean }> } }
    | { __typename: 'ReceiptAdvanced', cursor: string, status: DeliveryStatus, upToSeq: number, at: string, user: { id: string, name: string } }
    | { __typename: 'TypingChanged', typing: boolean, user: { id: string, name: string } }
   };

export type PresenceChangedSubscriptionVariables = Exact<{
  userIds?: Array<string> | string | null | undefined;
}>;


export type PresenceChangedSubscription = { presenceChanged: { status: PresenceStatus, changedAt: string | null, user: { id: string, name: string } } };

export type InboxCursorQueryVariables = Exact<{ [key: string]: never; }>;


export type InboxCursorQuery = { viewer: { inboxCursor: string } };

export type EventsCursorQueryVariables = Exact<{
  conversationId: string;
}>;


export type EventsCursorQuery = { conversation: { eventsCursor: string } | null };

export type SendMessageMutationVariables = Exact<{
  input: SendMessageInput;
}>;


export type SendMessageMutation = { sendMessage:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'InvalidInputError', detail: string, issues: Array<{ path: Array<string>, detail: string }> }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'RepliesClosedError', detail: string }
    | { __typename: 'SendMessagePayload', message: { id: string, seq: number | null, body: string | null, subject: string | null, priority: Priority, state: MessageState, depth: number, createdAt: string, editedAt: string | null, retractedAt: string | null, clientMessageId: string | null, metadata: unknown, status: DeliveryStatus | null, replyCount: number, author: { id: string, name: string } | null, conversation: { id: string }, parent: { id: string } | null, mentions: Array<{ id: string, name: string }>, reactions: Array<{ emoji: string, count: number, reactedByViewer: boolean }> } }
    | { __typename: 'SpamRefusedError', detail: string }
    | { __typename: 'ThreadTooDeepError', detail: string }
   };

export type HeartbeatMutationVariables = Exact<{
  input: HeartbeatInput;
}>;


export type HeartbeatMutation = { heartbeat:
    | { __typename: 'HeartbeatPayload', presence: { status: PresenceStatus, changedAt: string | null } }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type CreateConnectionTicketMutationVariables = Exact<{
  input: CreateConnectionTicketInput;
}>;


export type CreateConnectionTicketMutation = { createConnectionTicket:
    | { __typename: 'CreateConnectionTicketPayload', ticket: string }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export const InboxEventsDocument = 'fragment MessageParts on Message{id seq body subject priority state depth createdAt editedAt retractedAt clientMessageId metadata status replyCount author{id name}conversation{id}parent{id}mentions{id name}reactions{emoji count reactedByViewer}}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount hasUnreadMention isMuted}fragment UnreadParts on UnreadCounts{total direct group context global broadcast mentions}subscription InboxEvents($after:String){inboxEvents(after:$after){__typename ...on ConversationActivity{cursor notify message{...MessageParts}conversation{...ConversationParts}unread{...UnreadParts}}...on BroadcastReceived{cursor notify broadcast{id subject body priority sentAt author{id name}conversation{id}}unread{...UnreadParts}}...on ConversationRead{cursor conversation{...ConversationParts}unread{...UnreadParts}}...on InboxConversationChanged{cursor conversation{...ConversationParts}unread{...UnreadParts}}...on ConversationRemoved{cursor conversationId unread{...UnreadParts}}...on Discontinuity{cursor}}}' as TypedDocument<InboxEventsSubscription, InboxEventsSubscriptionVariables>

export const ConversationEventsDocument = 'fragment MessageParts on Message{id seq body subject priority state depth createdAt editedAt retractedAt clientMessageId metadata status replyCount author{id name}conversation{id}parent{id}mentions{id name}reactions{emoji count reactedByViewer}}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount hasUnreadMention isMuted}subscription ConversationEvents($conversationId:ID!$after:String){conversationEvents(conversationId:$conversationId after:$after){__typename ...on MessageSent{cursor message{...MessageParts}}...on MessageEdited{cursor message{...MessageParts}}...on MessageRetracted{cursor message{...MessageParts}}...on ReactionsChanged{cursor message{...MessageParts}}...on MessageHidden{cursor messageId}...on ReceiptAdvanced{cursor status upToSeq at user{id name}}...on ParticipantsChanged{cursor joined{id name}left{id name}}...on ConversationChanged{cursor conversation{...ConversationParts}}...on ConversationRemoved{cursor conversationId}...on Discontinuity{cursor}...on TypingChanged{typing user{id name}}}}' as TypedDocument<ConversationEventsSubscription, ConversationEventsSubscriptionVariables>

export const PresenceChangedDocument = 'subscription PresenceChanged($userIds:[ID!]){presenceChanged(userIds:$userIds){status changedAt user{id name}}}' as TypedDocument<PresenceChangedSubscription, PresenceChangedSubscriptionVariables>

export const InboxCursorDocument = 'query InboxCursor{viewer{inboxCursor}}' as TypedDocument<InboxCursorQuery, InboxCursorQueryVariables>

export const EventsCursorDocument = 'query EventsCursor($conversationId:ID!){conversation(id:$conversationId){eventsCursor}}' as TypedDocument<EventsCursorQuery, EventsCursorQueryVariables>

export const SendMessageDocument = 'fragment MessageParts on Message{id seq body subject priority state depth createdAt editedAt retractedAt clientMessageId metadata status replyCount author{id name}conversation{id}parent{id}mentions{id name}reactions{emoji count reactedByViewer}}mutation SendMessage($input:SendMessageInput!){sendMessage(input:$input){__typename ...on SendMessagePayload{message{...MessageParts}}...on UserError{detail}...on InvalidInputError{issues{path detail}}}}' as TypedDocument<SendMessageMutation, SendMessageMutationVariables>

export const HeartbeatDocument = 'mutation Heartbeat($input:HeartbeatInput!){heartbeat(input:$input){__typename ...on HeartbeatPayload{presence{status changedAt}}...on UserError{detail}}}' as TypedDocument<HeartbeatMutation, HeartbeatMutationVariables>

export const CreateConnectionTicketDocument = 'mutation CreateConnectionTicket($input:CreateConnectionTicketInput!){createConnectionTicket(input:$input){__typename ...on CreateConnectionTicketPayload{ticket}...on UserError{detail}}}' as TypedDocument<CreateConnectionTicketMutation, CreateConnectionTicketMutationVariables>
