// Written by npm run operations, from schema.graphql and operations.graphql.
import type { TypedDocument } from '../../src/client/request.ts'

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

/** The last message that the client has received, per conversation. */
export type AcknowledgeDeliveryInput = {
  /** At most 1,000 conversations. */
  marks: Array<DeliveryMarkInput>;
};

/** The people to add to a conversation. */
export type AddParticipantsInput = {
  /** The conversation. */
  conversationId: string;
  /** Members of the company, at most 1,000. */
  userIds: Array<string>;
};

/** The participant whose role is changed. */
export type ChangeParticipantRoleInput = {
  /** The conversation. */
  conversationId: string;
  /** The new role. */
  role: ParticipantRole;
  /** A participant of the conversation. */
  userId: string;
};

/** The types of objects that a conversation can be about. */
export type ContextType =
  /** A plan. */
  | 'PLAN'
  /** A topic. */
  | 'TOPIC'
  /** A business transaction. */
  | 'TRANSACTION';

/** Conditions for the conversations to list. A conversation must meet all of them. */
export type ConversationFilter = {
  /** Lists conversations about this type of object. */
  contextType?: ContextType | null | undefined;
  /** Lists conversations of these kinds. */
  kinds?: Array<ConversationKind> | null | undefined;
  /** True lists muted conversations, false the others. */
  muted?: boolean | null | undefined;
  /** Part of the title or of the other person's name. Accents and case are ignored. */
  search?: string | null | undefined;
  /** Lists conversations with unread messages. */
  unreadOnly?: boolean | null | undefined;
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

/** A group to create. */
export type CreateGroupInput = {
  /** Defaults to the company's defaultGroupAccess. */
  access?: GroupAccess | null | undefined;
  /** The description, up to 4 KiB. */
  description?: string | null | undefined;
  /** First members besides the viewer, at most 1,000. */
  memberIds?: Array<string> | null | undefined;
  /** Up to 255 characters. */
  title: string;
};

/** The last message of a conversation that the client has received. */
export type DeliveryMarkInput = {
  /** The conversation. */
  conversationId: string;
  /** Sequence number up to which messages have been delivered. */
  upToSeq: number;
};

/** The delivery state of a message. */
export type DeliveryStatus =
  /** A client of the recipient has received it. */
  | 'DELIVERED'
  /** The recipient has read it. */
  | 'READ'
  /** The server has stored it. */
  | 'SENT';

/** A new text for a message. */
export type EditMessageInput = {
  /** Up to 32 KiB of UTF-8. */
  body: string;
  /** The message. */
  messageId: string;
  /** Up to 255 user-perceived characters. Null removes the subject; if left out, it stays. */
  subject?: string | null | undefined;
};

/** The people who may find and join a group. */
export type GroupAccess =
  /** Everybody can find it; an admin adds people. */
  | 'CLOSED'
  /** Everybody can find and join it. */
  | 'OPEN'
  /** Only members can find it. */
  | 'PRIVATE';

/** The conversation to hide. */
export type HideConversationInput = {
  /** The conversation. */
  conversationId: string;
};

/** The message to hide. */
export type HideMessageInput = {
  /** The message. */
  messageId: string;
};

/** The group to leave. */
export type LeaveGroupInput = {
  /** The group. */
  groupId: string;
};

/** The last message that the viewer has read. */
export type MarkReadInput = {
  /** The conversation. */
  conversationId: string;
  /** Sequence number up to which messages are read. Defaults to the latest message. */
  upToSeq?: number | null | undefined;
};

/** The messages to mark as unread. */
export type MarkUnreadInput = {
  /** The conversation. */
  conversationId: string;
  /** Sequence number of the first message that counts as unread again. */
  fromSeq: number;
};

/** Something that a person may do with a message. */
export type MessageAction =
  /** editMessage. */
  | 'EDIT'
  /** hideMessage. */
  | 'HIDE'
  /** Retract it at any time, and setMessageAccess, whoever wrote it. */
  | 'MODERATE'
  /** setReaction. */
  | 'REACT'
  /** sendMessage with it as the parent. */
  | 'REPLY'
  /** reportMessage. */
  | 'REPORT'
  /** retractMessage. A retracted message is not retracted again. */
  | 'RETRACT';

/** Conditions for the messages to search. A message must meet all of them. */
export type MessageSearchFilter = {
  /** Finds messages sent at this time or later. */
  after?: string | null | undefined;
  /** Finds messages of this author. */
  authorId?: string | null | undefined;
  /** Finds messages sent before this time. */
  before?: string | null | undefined;
  /** Finds messages of this conversation. */
  conversationId?: string | null | undefined;
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

/** The conversation to mute, and the end of the mute. */
export type MuteConversationInput = {
  /** The conversation. */
  conversationId: string;
  /** Time at which the mute ends. Without it, the mute has no end. */
  until?: string | null | undefined;
};

/** The object that the conversation is about. */
export type OpenContextConversationInput = {
  /** The embedding product's id of the object, up to 255 characters. */
  contextId: string;
  /** Members to add besides the viewer, at most 1,000. */
  participantIds?: Array<string> | null | undefined;
  /** If true, only participants can see it; otherwise everybody with MESSAGE_READ. Restricting requires MEMBER_MANAGE. Holders of MEMBER_MANAGE who open a restricted conversation become its admin; passing false lifts the restriction. */
  restricted?: boolean | null | undefined;
  /** Defaults to NORMAL. It cannot be changed later. */
  sensitivity?: Sensitivity | null | undefined;
  /** Up to 255 characters. Defaults to the contextId. An existing conversation keeps its title. */
  title?: string | null | undefined;
  /** The type of the object. */
  type: ContextType;
};

/** The role of a participant in a conversation. */
export type ParticipantRole =
  /** May change the conversation and its participants. */
  | 'ADMIN'
  /** May read and write. */
  | 'MEMBER';

/** A right that a role can grant. */
export type Permission =
  /** Read the audit trail. */
  | 'AUDIT_READ'
  /** Change the company's settings. */
  | 'COMPANY_MANAGE'
  /** Read others' conversations; every such read is audited. */
  | 'CONVERSATION_AUDIT'
  /** Send broadcasts. */
  | 'CONVERSATION_BROADCAST'
  /** Open conversations about a transaction, plan or topic. */
  | 'CONVERSATION_CONTEXT'
  /** Start direct conversations. */
  | 'CONVERSATION_DIRECT'
  /** Create conversations for the whole company. */
  | 'CONVERSATION_GLOBAL'
  /** Create groups. */
  | 'CONVERSATION_GROUP'
  /** Write to guests and receive what they send. */
  | 'GUEST_MESSAGE'
  /** See, add, change and disable members. */
  | 'MEMBER_MANAGE'
  /** Retract others' messages, see reports and statistics. */
  | 'MESSAGE_MODERATE'
  /** Read the messages of one's conversations. */
  | 'MESSAGE_READ'
  /** Send messages. */
  | 'MESSAGE_WRITE'
  /** See the presence of other people. */
  | 'PRESENCE_READ'
  /** Show one's own presence to other people. */
  | 'PRESENCE_WRITE';

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

/** The subscription that PushManager.subscribe returned. */
export type RegisterPushSubscriptionInput = {
  /** The browser's secret, in base64url. */
  auth: string;
  /** The address of the push service: https on port 443, up to 2,048 characters. */
  endpoint: string;
  /** The browser's public key, in base64url. */
  p256dh: string;
};

/** The participant to remove. */
export type RemoveParticipantInput = {
  /** The conversation. */
  conversationId: string;
  /** A participant of the conversation. */
  userId: string;
};

/** The browser to remove. */
export type RemovePushSubscriptionInput = {
  /** The endpoint that was registered. */
  endpoint: string;
};

/** A message to report. */
export type ReportMessageInput = {
  /** The message. */
  messageId: string;
  /** A remark for the moderators, up to 1,000 characters. */
  note?: string | null | undefined;
  /** The reason. */
  reason: ReportReason;
};

/** A reason to report a message. */
export type ReportReason =
  /** It tells what these people should not know. */
  | 'CONFIDENTIAL'
  /** It insults or threatens somebody. */
  | 'HARASSMENT'
  /** Another reason, which the note explains. */
  | 'OTHER'
  /** It is unwanted advertising, or repeats itself. */
  | 'SPAM';

/** The message to retract. */
export type RetractMessageInput = {
  /** The message. */
  messageId: string;
};

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

/** The sensitivity of a conversation. Retention policies can depend on it. */
export type Sensitivity =
  /** Intended for the people concerned. */
  | 'CONFIDENTIAL'
  /** The default. */
  | 'NORMAL'
  /** Intended for as few people as possible. */
  | 'RESTRICTED';

/** A reaction to set or remove. */
export type SetReactionInput = {
  /** One emoji. A message has at most 20 different ones. */
  emoji: string;
  /** The message. */
  messageId: string;
  /** True sets the reaction, false removes it. */
  on: boolean;
};

/** The viewer's typing state in a conversation. */
export type SetTypingInput = {
  /** The conversation. */
  conversationId: string;
  /** True while the person types, false when they have stopped. */
  typing: boolean;
};

/** The other person of the direct conversation. */
export type StartDirectConversationInput = {
  /** A member of the company. */
  userId: string;
};

/** The conversation to unmute. */
export type UnmuteConversationInput = {
  /** The conversation. */
  conversationId: string;
};

/** The fields to change. Fields that are left out stay as they are. */
export type UpdateGroupInput = {
  /** The people who may find and join the group. For groups only. */
  access?: GroupAccess | null | undefined;
  /** The description, up to 4 KiB. Null removes it. */
  description?: string | null | undefined;
  /** The group. */
  groupId: string;
  /** Up to 255 characters. */
  title?: string | null | undefined;
};

/** The preferences to change. Preferences that are left out stay as they are, and null leaves a Boolean as it is. */
export type UpdatePreferencesInput = {
  /** Show browser notifications. */
  browserNotifications?: boolean | null | undefined;
  /** Until then, nothing notifies the person and no e-mail is sent. Null ends it. */
  doNotDisturbUntil?: string | null | undefined;
  /** Send an e-mail about unread messages while offline. */
  emailWhenOffline?: boolean | null | undefined;
  /** Language and region as a BCP 47 tag, such as de-AT. Null means no choice. */
  locale?: string | null | undefined;
  /** Show the beginning of a message in notifications. */
  showPreviewInNotifications?: boolean | null | undefined;
  /** Play a sound. */
  sound?: boolean | null | undefined;
};

export type PersonPartsFragment = { id: string, name: string, department: string | null, avatarUrl: string | null };

export type MessagePartsFragment = { id: string, seq: number | null, body: string | null, subject: string | null, priority: Priority, state: MessageState, createdAt: string, editedAt: string | null, clientMessageId: string | null, status: DeliveryStatus | null, allowedActions: Array<MessageAction>, author: { id: string, name: string, avatarUrl: string | null } | null, conversation: { id: string }, parent: { id: string, seq: number | null, body: string | null, state: MessageState, author: { id: string, name: string } | null } | null, mentions: Array<{ id: string, name: string }>, reactions: Array<{ emoji: string, count: number, reactedByViewer: boolean }>, attachments: Array<{ id: string, fileName: string, mediaType: string, size: number, width: number | null, height: number | null, durationMs: number | null }> };

export type ConversationPartsFragment = { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null };

export type UnreadPartsFragment = { total: number, mentions: number };

export type StartQueryVariables = Exact<{ [key: string]: never; }>;


export type StartQuery = { serverInfo: { maxBodyBytes: number, maxSubjectLength: number }, viewer: { inboxCursor: string, permissions: Array<Permission>, user: { id: string, name: string, department: string | null, avatarUrl: string | null }, company: { id: string, name: string }, preferences: { sound: boolean, browserNotifications: boolean, emailWhenOffline: boolean }, unread: { total: number, mentions: number } }, conversations: { nodes: Array<{ id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null }>, pageInfo: { endCursor: string | null, hasNextPage: boolean } } };

export type ConversationsQueryVariables = Exact<{
  after?: string | null | undefined;
  filter?: ConversationFilter | null | undefined;
}>;


export type ConversationsQuery = { conversations: { nodes: Array<{ id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null }>, pageInfo: { endCursor: string | null, hasNextPage: boolean } } };

export type InboxSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type InboxSubscription = { inboxEvents:
    | { __typename: 'BroadcastReceived', cursor: string, notify: boolean, broadcast: { subject: string, body: string, priority: Priority, author: { id: string, name: string } | null, conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null } | null }, unread: { total: number, mentions: number } }
    | { __typename: 'ConversationActivity', cursor: string, notify: boolean, message: { id: string, seq: number | null, body: string | null, priority: Priority, attachments: Array<{ id: string }>, author: { id: string, name: string } | null }, conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null }, unread: { total: number, mentions: number } }
    | { __typename: 'ConversationAudited' }
    | { __typename: 'ConversationRead', cursor: string, conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null }, unread: { total: number, mentions: number } }
    | { __typename: 'ConversationRemoved', cursor: string, conversationId: string, unread: { total: number, mentions: number } }
    | { __typename: 'Discontinuity', cursor: string }
    | { __typename: 'HeldMessageDecided', cursor: string }
    | { __typename: 'InboxConversationChanged', cursor: string, conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null }, unread: { total: number, mentions: number } }
   };

export type ThreadSubscriptionVariables = Exact<{
  conversationId: string;
  after?: string | null | undefined;
}>;


export type ThreadSubscription = { conversationEvents:
    | { __typename: 'ConversationAudited' }
    | { __typename: 'ConversationChanged', cursor: string, conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null } }
    | { __typename: 'ConversationRemoved', cursor: string, conversationId: string }
    | { __typename: 'Discontinuity', cursor: string }
    | { __typename: 'MessageAccessLost', cursor: string, messageId: string }
    | { __typename: 'MessageEdited', cursor: string, message: { id: string, seq: number | null, body: string | null, subject: string | null, priority: Priority, state: MessageState, createdAt: string, editedAt: string | null, clientMessageId: string | null, status: DeliveryStatus | null, allowedActions: Array<MessageAction>, author: { id: string, name: string, avatarUrl: string | null } | null, conversation: { id: string }, parent: { id: string, seq: number | null, body: string | null, state: MessageState, author: { id: string, name: string } | null } | null, mentions: Array<{ id: string, name: string }>, reactions: Array<{ emoji: string, count: number, reactedByViewer: boolean }>, attachments: Array<{ id: string, fileName: string, mediaType: string, size: number, width: number | null, height: number | null, durationMs: number | null }> } }
    | { __typename: 'MessageHidden', cursor: string, messageId: string }
    | { __typename: 'MessageRetracted', cursor: string, message: { id: string, seq: number | null, body: string | null, subject: string | null, priority: Priority, state: MessageState, createdAt: string, editedAt: string | null, clientMessageId: string | null, status: DeliveryStatus | null, allowedActions: Array<MessageAction>, author: { id: string, name: string, avatarUrl: string | null } | null, conversation: { id: string }, parent: { id: string, seq: number | null, body: string | null, state: MessageState, author: { id: string, name: string } | null } | null, mentions: Array<{ id: string, name: string }>, reactions: Array<{ emoji: string, count: number, reactedByViewer: boolean }>, attachments: Array<{ id: string, fileName: string, mediaType: string, size: number, width: number | null, height: number | null, durationMs: number | null }> } }
    | { __typename: 'MessageSent', cursor: string, message: { id: string, seq: number | null, body: string | null, subject: string | null, priority: Priority, state: MessageState, createdAt: string, editedAt: string | null, clientMessageId: string | null, status: DeliveryStatus | null, allowedActions: Array<MessageAction>, author: { id: string, name: string, avatarUrl: string | null } | null, conversation: { id: string }, parent: { id: string, seq: number | null, body: string | null, state: MessageState, author: { id: string, name: string } | null } | null, mentions: Array<{ id: string, name: string }>, reactions: Array<{ emoji: string, count: number, reactedByViewer: boolean }>, attachments: Array<{ id: string, fileName: string, mediaType: string, size: number, width: number | null, height: number | null, durationMs: number | null }> } }
    | { __typename: 'ParticipantsChanged', cursor: string, conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null }, joined: Array<{ id: string, name: string }>, left: Array<{ id: string, name: string }> }
    | { __typename: 'ReactionsChanged', cursor: string, message: { id: string, seq: number | null, body: string | null, subject: string | null, priority: Priority, state: MessageState, createdAt: string, editedAt: string | null, clientMessageId: string | null, status: DeliveryStatus | null, allowedActions: Array<MessageAction>, author: { id: string, name: string, avatarUrl: string | null } | null, conversation: { id: string }, parent: { id: string, seq: number | null, body: string | null, state: MessageState, author: { id: string, name: string } | null } | null, mentions: Array<{ id: string, name: string }>, reactions: Array<{ emoji: string, count: number, reactedByViewer: boolean }>, attachments: Array<{ id: string, fileName: string, mediaType: string, size: number, width: number | null, height: number | null, durationMs: number | null }> } }
    | { __typename: 'ReceiptAdvanced', cursor: string, status: DeliveryStatus, upToSeq: number, user: { id: string, name: string } }
    | { __typename: 'TypingChanged', typing: boolean, user: { id: string, name: string } }
   };

export type PresenceChangesSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type PresenceChangesSubscription = { presenceChanged: { status: PresenceStatus, user: { id: string } } };

export type ModerationSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ModerationSubscription = { moderationEvents:
    | { __typename: 'Discontinuity', cursor: string }
    | { __typename: 'ModerationCaseDecided', cursor: string, case: { id: string } }
    | { __typename: 'ModerationCaseOpened', cursor: string, case: { id: string } }
   };

export type PresenceNowQueryVariables = Exact<{ [key: string]: never; }>;


export type PresenceNowQuery = { presence: Array<{ status: PresenceStatus, user: { id: string } }> };

export type PageQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  after?: string | null | undefined;
  aroundSeq?: number | null | undefined;
}>;


export type PageQuery = { conversation: { eventsCursor: string, id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, messages: { edges: Array<{ cursor: string, node: { id: string, seq: number | null, body: string | null, subject: string | null, priority: Priority, state: MessageState, createdAt: string, editedAt: string | null, clientMessageId: string | null, status: DeliveryStatus | null, allowedActions: Array<MessageAction>, author: { id: string, name: string, avatarUrl: string | null } | null, conversation: { id: string }, parent: { id: string, seq: number | null, body: string | null, state: MessageState, author: { id: string, name: string } | null } | null, mentions: Array<{ id: string, name: string }>, reactions: Array<{ emoji: string, count: number, reactedByViewer: boolean }>, attachments: Array<{ id: string, fileName: string, mediaType: string, size: number, width: number | null, height: number | null, durationMs: number | null }> } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean } }, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null } | null };

export type ContextThreadQueryVariables = Exact<{
  type: ContextType;
  contextId: string;
}>;


export type ContextThreadQuery = { contextConversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null } | null };

export type ContextUnreadQueryVariables = Exact<{
  type: ContextType;
  contextIds: Array<string> | string;
}>;


export type ContextUnreadQuery = { contextConversations: Array<{ id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null }> };

export type PeopleQueryVariables = Exact<{
  search?: string | null | undefined;
}>;


export type PeopleQuery = { users: { nodes: Array<{ id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null }> } };

export type ParticipantsQueryVariables = Exact<{
  id: string;
  after?: string | null | undefined;
}>;


export type ParticipantsQuery = { conversation: { id: string, departments: Array<string>, participants: { nodes: Array<{ role: ParticipantRole, lastReadSeq: number, user: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } }>, pageInfo: { endCursor: string | null, hasNextPage: boolean } } } | null };

export type FindQueryVariables = Exact<{
  text: string;
  filter?: MessageSearchFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type FindQuery = { searchMessages: { nodes: Array<{ id: string, seq: number | null, body: string | null, subject: string | null, createdAt: string, author: { id: string, name: string } | null, conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null } }>, pageInfo: { endCursor: string | null, hasNextPage: boolean } } };

export type SendMutationVariables = Exact<{
  input: SendMessageInput;
}>;


export type SendMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'RepliesClosedError', detail: string }
    | { __typename: 'SendMessagePayload', message: { id: string, seq: number | null, body: string | null, subject: string | null, priority: Priority, state: MessageState, createdAt: string, editedAt: string | null, clientMessageId: string | null, status: DeliveryStatus | null, allowedActions: Array<MessageAction>, author: { id: string, name: string, avatarUrl: string | null } | null, conversation: { id: string }, parent: { id: string, seq: number | null, body: string | null, state: MessageState, author: { id: string, name: string } | null } | null, mentions: Array<{ id: string, name: string }>, reactions: Array<{ emoji: string, count: number, reactedByViewer: boolean }>, attachments: Array<{ id: string, fileName: string, mediaType: string, size: number, width: number | null, height: number | null, durationMs: number | null }> }, warning: { detail: string } | null }
    | { __typename: 'SpamRefusedError', detail: string }
    | { __typename: 'ThreadTooDeepError', detail: string }
   };

export type ReadMutationVariables = Exact<{
  input: MarkReadInput;
}>;


export type ReadMutation = { result:
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'MarkReadPayload', conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null }, unread: { total: number, mentions: number } }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type UnreadMutationVariables = Exact<{
  input: MarkUnreadInput;
}>;


export type UnreadMutation = { result:
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'MarkUnreadPayload', conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null }, unread: { total: number, mentions: number } }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type ReceivedMutationVariables = Exact<{
  input: AcknowledgeDeliveryInput;
}>;


export type ReceivedMutation = { result:
    | { __typename: 'AcknowledgeDeliveryPayload' }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type TypingMutationVariables = Exact<{
  input: SetTypingInput;
}>;


export type TypingMutation = { result:
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'RepliesClosedError', detail: string }
    | { __typename: 'SetTypingPayload' }
   };

export type ReactMutationVariables = Exact<{
  input: SetReactionInput;
}>;


export type ReactMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'SetReactionPayload', message: { id: string, seq: number | null, body: string | null, subject: string | null, priority: Priority, state: MessageState, createdAt: string, editedAt: string | null, clientMessageId: string | null, status: DeliveryStatus | null, allowedActions: Array<MessageAction>, author: { id: string, name: string, avatarUrl: string | null } | null, conversation: { id: string }, parent: { id: string, seq: number | null, body: string | null, state: MessageState, author: { id: string, name: string } | null } | null, mentions: Array<{ id: string, name: string }>, reactions: Array<{ emoji: string, count: number, reactedByViewer: boolean }>, attachments: Array<{ id: string, fileName: string, mediaType: string, size: number, width: number | null, height: number | null, durationMs: number | null }> } }
   };

export type EditMutationVariables = Exact<{
  input: EditMessageInput;
}>;


export type EditMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'EditMessagePayload', message: { id: string, seq: number | null, body: string | null, subject: string | null, priority: Priority, state: MessageState, createdAt: string, editedAt: string | null, clientMessageId: string | null, status: DeliveryStatus | null, allowedActions: Array<MessageAction>, author: { id: string, name: string, avatarUrl: string | null } | null, conversation: { id: string }, parent: { id: string, seq: number | null, body: string | null, state: MessageState, author: { id: string, name: string } | null } | null, mentions: Array<{ id: string, name: string }>, reactions: Array<{ emoji: string, count: number, reactedByViewer: boolean }>, attachments: Array<{ id: string, fileName: string, mediaType: string, size: number, width: number | null, height: number | null, durationMs: number | null }> } }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'SpamRefusedError', detail: string }
   };

export type RetractMutationVariables = Exact<{
  input: RetractMessageInput;
}>;


export type RetractMutation = { result:
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'RetractMessagePayload', message: { id: string, seq: number | null, body: string | null, subject: string | null, priority: Priority, state: MessageState, createdAt: string, editedAt: string | null, clientMessageId: string | null, status: DeliveryStatus | null, allowedActions: Array<MessageAction>, author: { id: string, name: string, avatarUrl: string | null } | null, conversation: { id: string }, parent: { id: string, seq: number | null, body: string | null, state: MessageState, author: { id: string, name: string } | null } | null, mentions: Array<{ id: string, name: string }>, reactions: Array<{ emoji: string, count: number, reactedByViewer: boolean }>, attachments: Array<{ id: string, fileName: string, mediaType: string, size: number, width: number | null, height: number | null, durationMs: number | null }> } }
   };

export type HideMessageMutationVariables = Exact<{
  input: HideMessageInput;
}>;


export type HideMessageMutation = { result:
    | { __typename: 'HideMessagePayload' }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type HideConversationMutationVariables = Exact<{
  input: HideConversationInput;
}>;


export type HideConversationMutation = { result:
    | { __typename: 'HideConversationPayload', unread: { total: number, mentions: number } }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type MuteMutationVariables = Exact<{
  input: MuteConversationInput;
}>;


export type MuteMutation = { result:
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'MuteConversationPayload', conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null } }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type UnmuteMutationVariables = Exact<{
  input: UnmuteConversationInput;
}>;


export type UnmuteMutation = { result:
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'UnmuteConversationPayload', conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null } }
   };

export type PreferMutationVariables = Exact<{
  input: UpdatePreferencesInput;
}>;


export type PreferMutation = { result:
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'UpdatePreferencesPayload', preferences: { sound: boolean, browserNotifications: boolean, emailWhenOffline: boolean } }
   };

export type StartDirectMutationVariables = Exact<{
  input: StartDirectConversationInput;
}>;


export type StartDirectMutation = { result:
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'StartDirectConversationPayload', conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null } }
   };

export type StartGroupMutationVariables = Exact<{
  input: CreateGroupInput;
}>;


export type StartGroupMutation = { result:
    | { __typename: 'CreateGroupPayload', conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null } }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type StartContextMutationVariables = Exact<{
  input: OpenContextConversationInput;
}>;


export type StartContextMutation = { result:
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'OpenContextConversationPayload', conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null } }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type AddPeopleMutationVariables = Exact<{
  input: AddParticipantsInput;
}>;


export type AddPeopleMutation = { result:
    | { __typename: 'AddParticipantsPayload', conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null } }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type RemovePersonMutationVariables = Exact<{
  input: RemoveParticipantInput;
}>;


export type RemovePersonMutation = { result:
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'MembershipManagedError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'RemoveParticipantPayload', conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null } }
   };

export type ChangeRoleMutationVariables = Exact<{
  input: ChangeParticipantRoleInput;
}>;


export type ChangeRoleMutation = { result:
    | { __typename: 'ChangeParticipantRolePayload', conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null } }
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type LeaveMutationVariables = Exact<{
  input: LeaveGroupInput;
}>;


export type LeaveMutation = { result:
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'LeaveGroupPayload' }
    | { __typename: 'MembershipManagedError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type RenameMutationVariables = Exact<{
  input: UpdateGroupInput;
}>;


export type RenameMutation = { result:
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'MembershipManagedError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'UpdateGroupPayload', conversation: { id: string, kind: ConversationKind, title: string, lastSeq: number, lastReadSeq: number, lastActivityAt: string, unreadCount: number, unreadFromSeq: number | null, hasUnreadMention: boolean, isMuted: boolean, canPost: boolean, isMember: boolean, participantCount: number, context: { type: ContextType, contextId: string } | null, counterpart: { id: string, name: string, department: string | null, avatarUrl: string | null, presence: { status: PresenceStatus } | null } | null, lastMessage: { id: string, seq: number | null, body: string | null, state: MessageState, attachments: Array<{ id: string }>, author: { id: string, name: string } | null } | null } }
   };

export type ReportMutationVariables = Exact<{
  input: ReportMessageInput;
}>;


export type ReportMutation = { result:
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'ReportMessagePayload' }
   };

export type PushKeyQueryVariables = Exact<{ [key: string]: never; }>;


export type PushKeyQuery = { viewer: { pushPublicKey: string | null } };

export type RegisterPushMutationVariables = Exact<{
  input: RegisterPushSubscriptionInput;
}>;


export type RegisterPushMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'RegisterPushSubscriptionPayload', endpoint: string }
   };

export type RemovePushMutationVariables = Exact<{
  input: RemovePushSubscriptionInput;
}>;


export type RemovePushMutation = { result:
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'RemovePushSubscriptionPayload', removed: boolean }
   };

export const StartDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}fragment UnreadParts on UnreadCounts{total mentions}query Start{serverInfo{maxBodyBytes maxSubjectLength}viewer{inboxCursor permissions user{...PersonParts}company{id name}preferences{sound browserNotifications emailWhenOffline}unread{...UnreadParts}}conversations(first:30){nodes{...ConversationParts}pageInfo{endCursor hasNextPage}}}' as TypedDocument<StartQuery, StartQueryVariables>

export const ConversationsDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}query Conversations($after:String$filter:ConversationFilter){conversations(first:30 after:$after filter:$filter){nodes{...ConversationParts}pageInfo{endCursor hasNextPage}}}' as TypedDocument<ConversationsQuery, ConversationsQueryVariables>

export const InboxDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}fragment UnreadParts on UnreadCounts{total mentions}subscription Inbox($after:String){inboxEvents(after:$after){__typename ...on ConversationActivity{cursor notify message{id seq body priority attachments{id}author{id name}}conversation{...ConversationParts}unread{...UnreadParts}}...on BroadcastReceived{cursor notify broadcast{subject body priority author{id name}conversation{...ConversationParts}}unread{...UnreadParts}}...on ConversationRead{cursor conversation{...ConversationParts}unread{...UnreadParts}}...on InboxConversationChanged{cursor conversation{...ConversationParts}unread{...UnreadParts}}...on ConversationRemoved{cursor conversationId unread{...UnreadParts}}...on HeldMessageDecided{cursor}...on Discontinuity{cursor}}}' as TypedDocument<InboxSubscription, InboxSubscriptionVariables>

export const ThreadDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment MessageParts on Message{id seq body subject priority state createdAt editedAt clientMessageId status allowedActions author{id name avatarUrl}conversation{id}parent{id seq body state author{id name}}mentions{id name}reactions{emoji count reactedByViewer}attachments{id fileName mediaType size width height durationMs}}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}subscription Thread($conversationId:ID!$after:String){conversationEvents(conversationId:$conversationId after:$after){__typename ...on MessageSent{cursor message{...MessageParts}}...on MessageEdited{cursor message{...MessageParts}}...on MessageRetracted{cursor message{...MessageParts}}...on ReactionsChanged{cursor message{...MessageParts}}...on MessageHidden{cursor messageId}...on MessageAccessLost{cursor messageId}...on ReceiptAdvanced{cursor status upToSeq user{id name}}...on ParticipantsChanged{cursor conversation{...ConversationParts}joined{id name}left{id name}}...on ConversationChanged{cursor conversation{...ConversationParts}}...on ConversationRemoved{cursor conversationId}...on Discontinuity{cursor}...on TypingChanged{typing user{id name}}}}' as TypedDocument<ThreadSubscription, ThreadSubscriptionVariables>

export const PresenceChangesDocument = 'subscription PresenceChanges{presenceChanged{status user{id}}}' as TypedDocument<PresenceChangesSubscription, PresenceChangesSubscriptionVariables>

export const ModerationDocument = 'subscription Moderation($after:String){moderationEvents(after:$after){__typename ...on ModerationCaseOpened{cursor case{id}}...on ModerationCaseDecided{cursor case{id}}...on Discontinuity{cursor}}}' as TypedDocument<ModerationSubscription, ModerationSubscriptionVariables>

export const PresenceNowDocument = 'query PresenceNow{presence{status user{id}}}' as TypedDocument<PresenceNowQuery, PresenceNowQueryVariables>

export const PageDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment MessageParts on Message{id seq body subject priority state createdAt editedAt clientMessageId status allowedActions author{id name avatarUrl}conversation{id}parent{id seq body state author{id name}}mentions{id name}reactions{emoji count reactedByViewer}attachments{id fileName mediaType size width height durationMs}}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}query Page($id:ID!$first:Int$last:Int$before:String$after:String$aroundSeq:Int){conversation(id:$id){...ConversationParts eventsCursor messages(first:$first last:$last before:$before after:$after aroundSeq:$aroundSeq){edges{cursor node{...MessageParts}}pageInfo{hasNextPage hasPreviousPage}}}}' as TypedDocument<PageQuery, PageQueryVariables>

export const ContextThreadDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}query ContextThread($type:ContextType!$contextId:String!){contextConversation(type:$type contextId:$contextId){...ConversationParts}}' as TypedDocument<ContextThreadQuery, ContextThreadQueryVariables>

export const ContextUnreadDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}query ContextUnread($type:ContextType!$contextIds:[String!]!){contextConversations(type:$type contextIds:$contextIds){...ConversationParts}}' as TypedDocument<ContextUnreadQuery, ContextUnreadQueryVariables>

export const PeopleDocument = 'fragment PersonParts on User{id name department avatarUrl}query People($search:String){users(search:$search first:20){nodes{...PersonParts presence{status}}}}' as TypedDocument<PeopleQuery, PeopleQueryVariables>

export const ParticipantsDocument = 'fragment PersonParts on User{id name department avatarUrl}query Participants($id:ID!$after:String){conversation(id:$id){id departments participants(first:100 after:$after){nodes{role lastReadSeq user{...PersonParts presence{status}}}pageInfo{endCursor hasNextPage}}}}' as TypedDocument<ParticipantsQuery, ParticipantsQueryVariables>

export const FindDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}query Find($text:String!$filter:MessageSearchFilter$after:String){searchMessages(text:$text filter:$filter first:20 after:$after){nodes{id seq body subject createdAt author{id name}conversation{...ConversationParts}}pageInfo{endCursor hasNextPage}}}' as TypedDocument<FindQuery, FindQueryVariables>

export const SendDocument = 'fragment MessageParts on Message{id seq body subject priority state createdAt editedAt clientMessageId status allowedActions author{id name avatarUrl}conversation{id}parent{id seq body state author{id name}}mentions{id name}reactions{emoji count reactedByViewer}attachments{id fileName mediaType size width height durationMs}}mutation Send($input:SendMessageInput!){result:sendMessage(input:$input){__typename ...on SendMessagePayload{message{...MessageParts}warning{detail}}...on UserError{detail}}}' as TypedDocument<SendMutation, SendMutationVariables>

export const ReadDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}fragment UnreadParts on UnreadCounts{total mentions}mutation Read($input:MarkReadInput!){result:markRead(input:$input){__typename ...on MarkReadPayload{conversation{...ConversationParts}unread{...UnreadParts}}...on UserError{detail}}}' as TypedDocument<ReadMutation, ReadMutationVariables>

export const UnreadDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}fragment UnreadParts on UnreadCounts{total mentions}mutation Unread($input:MarkUnreadInput!){result:markUnread(input:$input){__typename ...on MarkUnreadPayload{conversation{...ConversationParts}unread{...UnreadParts}}...on UserError{detail}}}' as TypedDocument<UnreadMutation, UnreadMutationVariables>

export const ReceivedDocument = 'mutation Received($input:AcknowledgeDeliveryInput!){result:acknowledgeDelivery(input:$input){__typename ...on UserError{detail}}}' as TypedDocument<ReceivedMutation, ReceivedMutationVariables>

export const TypingDocument = 'mutation Typing($input:SetTypingInput!){result:setTyping(input:$input){__typename ...on UserError{detail}}}' as TypedDocument<TypingMutation, TypingMutationVariables>

export const ReactDocument = 'fragment MessageParts on Message{id seq body subject priority state createdAt editedAt clientMessageId status allowedActions author{id name avatarUrl}conversation{id}parent{id seq body state author{id name}}mentions{id name}reactions{emoji count reactedByViewer}attachments{id fileName mediaType size width height durationMs}}mutation React($input:SetReactionInput!){result:setReaction(input:$input){__typename ...on SetReactionPayload{message{...MessageParts}}...on UserError{detail}}}' as TypedDocument<ReactMutation, ReactMutationVariables>

export const EditDocument = 'fragment MessageParts on Message{id seq body subject priority state createdAt editedAt clientMessageId status allowedActions author{id name avatarUrl}conversation{id}parent{id seq body state author{id name}}mentions{id name}reactions{emoji count reactedByViewer}attachments{id fileName mediaType size width height durationMs}}mutation Edit($input:EditMessageInput!){result:editMessage(input:$input){__typename ...on EditMessagePayload{message{...MessageParts}}...on UserError{detail}}}' as TypedDocument<EditMutation, EditMutationVariables>

export const RetractDocument = 'fragment MessageParts on Message{id seq body subject priority state createdAt editedAt clientMessageId status allowedActions author{id name avatarUrl}conversation{id}parent{id seq body state author{id name}}mentions{id name}reactions{emoji count reactedByViewer}attachments{id fileName mediaType size width height durationMs}}mutation Retract($input:RetractMessageInput!){result:retractMessage(input:$input){__typename ...on RetractMessagePayload{message{...MessageParts}}...on UserError{detail}}}' as TypedDocument<RetractMutation, RetractMutationVariables>

export const HideMessageDocument = 'mutation HideMessage($input:HideMessageInput!){result:hideMessage(input:$input){__typename ...on UserError{detail}}}' as TypedDocument<HideMessageMutation, HideMessageMutationVariables>

export const HideConversationDocument = 'fragment UnreadParts on UnreadCounts{total mentions}mutation HideConversation($input:HideConversationInput!){result:hideConversation(input:$input){__typename ...on HideConversationPayload{unread{...UnreadParts}}...on UserError{detail}}}' as TypedDocument<HideConversationMutation, HideConversationMutationVariables>

export const MuteDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}mutation Mute($input:MuteConversationInput!){result:muteConversation(input:$input){__typename ...on MuteConversationPayload{conversation{...ConversationParts}}...on UserError{detail}}}' as TypedDocument<MuteMutation, MuteMutationVariables>

export const UnmuteDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}mutation Unmute($input:UnmuteConversationInput!){result:unmuteConversation(input:$input){__typename ...on UnmuteConversationPayload{conversation{...ConversationParts}}...on UserError{detail}}}' as TypedDocument<UnmuteMutation, UnmuteMutationVariables>

export const PreferDocument = 'mutation Prefer($input:UpdatePreferencesInput!){result:updatePreferences(input:$input){__typename ...on UpdatePreferencesPayload{preferences{sound browserNotifications emailWhenOffline}}...on UserError{detail}}}' as TypedDocument<PreferMutation, PreferMutationVariables>

export const StartDirectDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}mutation StartDirect($input:StartDirectConversationInput!){result:startDirectConversation(input:$input){__typename ...on StartDirectConversationPayload{conversation{...ConversationParts}}...on UserError{detail}}}' as TypedDocument<StartDirectMutation, StartDirectMutationVariables>

export const StartGroupDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}mutation StartGroup($input:CreateGroupInput!){result:createGroup(input:$input){__typename ...on CreateGroupPayload{conversation{...ConversationParts}}...on UserError{detail}}}' as TypedDocument<StartGroupMutation, StartGroupMutationVariables>

export const StartContextDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}mutation StartContext($input:OpenContextConversationInput!){result:openContextConversation(input:$input){__typename ...on OpenContextConversationPayload{conversation{...ConversationParts}}...on UserError{detail}}}' as TypedDocument<StartContextMutation, StartContextMutationVariables>

export const AddPeopleDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}mutation AddPeople($input:AddParticipantsInput!){result:addParticipants(input:$input){__typename ...on AddParticipantsPayload{conversation{...ConversationParts}}...on UserError{detail}}}' as TypedDocument<AddPeopleMutation, AddPeopleMutationVariables>

export const RemovePersonDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}mutation RemovePerson($input:RemoveParticipantInput!){result:removeParticipant(input:$input){__typename ...on RemoveParticipantPayload{conversation{...ConversationParts}}...on UserError{detail}}}' as TypedDocument<RemovePersonMutation, RemovePersonMutationVariables>

export const ChangeRoleDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}mutation ChangeRole($input:ChangeParticipantRoleInput!){result:changeParticipantRole(input:$input){__typename ...on ChangeParticipantRolePayload{conversation{...ConversationParts}}...on UserError{detail}}}' as TypedDocument<ChangeRoleMutation, ChangeRoleMutationVariables>

export const LeaveDocument = 'mutation Leave($input:LeaveGroupInput!){result:leaveGroup(input:$input){__typename ...on UserError{detail}}}' as TypedDocument<LeaveMutation, LeaveMutationVariables>

export const RenameDocument = 'fragment PersonParts on User{id name department avatarUrl}fragment ConversationParts on Conversation{id kind title lastSeq lastReadSeq lastActivityAt unreadCount unreadFromSeq hasUnreadMention isMuted canPost isMember participantCount context{type contextId}counterpart{...PersonParts presence{status}}lastMessage{id seq body state attachments{id}author{id name}}}mutation Rename($input:UpdateGroupInput!){result:updateGroup(input:$input){__typename ...on UpdateGroupPayload{conversation{...ConversationParts}}...on UserError{detail}}}' as TypedDocument<RenameMutation, RenameMutationVariables>

export const ReportDocument = 'mutation Report($input:ReportMessageInput!){result:reportMessage(input:$input){__typename ...on UserError{detail}}}' as TypedDocument<ReportMutation, ReportMutationVariables>

export const PushKeyDocument = 'query PushKey{viewer{pushPublicKey}}' as TypedDocument<PushKeyQuery, PushKeyQueryVariables>

export const RegisterPushDocument = 'mutation RegisterPush($input:RegisterPushSubscriptionInput!){result:registerPushSubscription(input:$input){__typename ...on RegisterPushSubscriptionPayload{endpoint}...on UserError{detail}}}' as TypedDocument<RegisterPushMutation, RegisterPushMutationVariables>

export const RemovePushDocument = 'mutation RemovePush($input:RemovePushSubscriptionInput!){result:removePushSubscription(input:$input){__typename ...on RemovePushSubscriptionPayload{removed}...on UserError{detail}}}' as TypedDocument<RemovePushMutation, RemovePushMutationVariables>
