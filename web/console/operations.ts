// Written by npm run operations, from schema.graphql and operations.graphql.
import type { TypedDocument } from '../../src/client/request.ts'

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** The audit events that are wanted; what is left out is not filtered by. */
export type AuditFilter = {
  /** The person who acted. */
  actorId?: string | null | undefined;
  /** Acts from this time on. */
  after?: string | null | undefined;
  /** Acts before this time. */
  before?: string | null | undefined;
  /** The conversation in which the act was done. */
  conversationId?: string | null | undefined;
  /** Kinds of acts, at most 50. */
  kinds?: Array<string> | null | undefined;
};

/** The audience of a broadcast. */
export type BroadcastAudience =
  /** All members of the company. */
  | 'ALL'
  /** The members of the given groups. */
  | 'GROUPS'
  /** The given users. */
  | 'USERS';

/** The state of a broadcast. */
export type BroadcastStatus =
  /** It was cancelled before it was sent. */
  | 'CANCELLED'
  /** It will be sent at the scheduled time. Only its author sees it. */
  | 'SCHEDULED'
  /** It has been sent. */
  | 'SENT';

/** The broadcast to cancel. */
export type CancelBroadcastInput = {
  /** The broadcast. */
  broadcastId: string;
};

/** Whether a guest may be written to. */
export type ConsentState =
  /** The guest has opted out. Nothing is sent. */
  | 'OPTED_OUT'
  /** The guest has agreed. */
  | 'SUBSCRIBED'
  /** Nothing is known. The guest may be written to by name, and not as one of all subscribed. */
  | 'UNKNOWN';

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

/** The export to download. */
export type CreateExportLinkInput = {
  /** The export. */
  exportId: string;
};

/** The messages to keep: those that meet all that is named. Name a person, a conversation, or the beginning and end of a time. */
export type CreateLegalHoldInput = {
  /** Keeps the messages of this conversation. */
  conversationId?: string | null | undefined;
  /** Keeps messages from this moment on. */
  from?: string | null | undefined;
  /** A name, such as that of the matter. */
  name: string;
  /** Keeps messages that were sent before this moment. */
  to?: string | null | undefined;
  /** Keeps what this person wrote, and all messages of conversations that they take part in or have left. */
  userId?: string | null | undefined;
};

/** A role to create. */
export type CreateRoleInput = {
  /** The name, unique in the company. */
  name: string;
  /** Permissions that the role grants; only those that the viewer has. */
  permissions: Array<Permission>;
};

/** A decision about a case. */
export type DecideModerationCaseInput = {
  /** The case. */
  caseId: string;
  /** APPROVE or REJECT for a held message, DISMISS or RETRACT for a reported one. */
  decision: ModerationDecision;
  /** The reason, up to 1,000 characters. */
  reason: string;
};

/** The role to delete. */
export type DeleteRoleInput = {
  /** The role. */
  roleId: string;
};

/** The person to erase. */
export type EraseUserInput = {
  /** The person's name as it stands. */
  confirmName: string;
  /** The person. */
  userId: string;
};

/** A format of exports. */
export type ExportFormat =
  /** A table for spreadsheets, by RFC 4180. Lists in it are JSON. */
  | 'CSV'
  /** JSON Lines: an object for each message. */
  | 'JSONL';

/** The state of an export. */
export type ExportState =
  /** Its file was deleted, a day after it was written. */
  | 'EXPIRED'
  /** It could not be written. */
  | 'FAILED'
  /** It waits. One export of a company runs at a time. */
  | 'QUEUED'
  /** Its file can be downloaded. */
  | 'READY'
  /** Its file is being written. */
  | 'RUNNING';

/** The people who may find and join a group. */
export type GroupAccess =
  /** Everybody can find it; an admin adds people. */
  | 'CLOSED'
  /** Everybody can find and join it. */
  | 'OPEN'
  /** Only members can find it. */
  | 'PRIVATE';

/** The party that answers STOP, START and HELP. If both did, a guest would be answered twice. */
export type KeywordReplies =
  /** This server. */
  | 'COLLOQUY'
  /** The SMS provider. */
  | 'PROVIDER';

/** A person of the embedding product. If the person is already a member, fields that are left out stay as they are. */
export type MemberInput = {
  /** Address of the person's picture, https and up to 2 KiB; http on the server's own machine. Null removes it. */
  avatarUrl?: string | null | undefined;
  /** The department. Null removes it. */
  department?: string | null | undefined;
  /** The e-mail address. Null removes it. */
  email?: string | null | undefined;
  /** The embedding product's id of the person, unique in the company. */
  externalId: string;
  /** False disables the member at once. Defaults to true. */
  isEnabled?: boolean | null | undefined;
  /** The full name. */
  name: string;
  /** Name of the role. Defaults to member. */
  role?: string | null | undefined;
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

/** The reason for which a case was opened. */
export type ModerationCaseKind =
  /** The message looks like spam and waits for review. Nobody but its author sees it. */
  | 'HELD'
  /** People who see the message have reported it. */
  | 'REPORTED';

/** The state of a case. */
export type ModerationCaseState =
  /** The held message was posted. */
  | 'APPROVED'
  /** The reported message stays. */
  | 'DISMISSED'
  /** It waits for a decision. */
  | 'OPEN'
  /** The held message was rejected. */
  | 'REJECTED'
  /** The reported message was retracted. */
  | 'RETRACTED';

/** A decision about a case. */
export type ModerationDecision =
  /** Posts a held message. */
  | 'APPROVE'
  /** Leaves a reported message as it is. */
  | 'DISMISS'
  /** Rejects a held message; only its author sees it. */
  | 'REJECT'
  /** Retracts a reported message for everyone. */
  | 'RETRACT';

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

/** A rate limit: at most `max` calls within any `perSeconds` seconds. */
export type RateWindowInput = {
  /** Maximum number of calls, 1 to 1,000,000. */
  max: number;
  /** Length of the sliding window in seconds, 1 to 86,400. */
  perSeconds: number;
};

/** A guest's consent. */
export type RecordGuestConsentInput = {
  /** The guest. */
  guestId: string;
  /** How the guest said so, up to 1,000 characters. */
  note?: string | null | undefined;
  /** The state from now on. */
  state: ConsentState;
};

/** The hold to release. */
export type ReleaseLegalHoldInput = {
  /** The hold. */
  holdId: string;
  /** The reason, which is kept with the hold. */
  reason: string;
};

/** The broadcast to remind recipients of. */
export type RemindUnreadRecipientsInput = {
  /** The broadcast. */
  broadcastId: string;
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

/** The messages to export. */
export type RequestExportInput = {
  /** Only messages of these conversations, at most 1,000. */
  conversationIds?: Array<string> | null | undefined;
  /** The format. */
  format: ExportFormat;
  /** The first moment of messages to export. */
  from: string;
  /** The moment before which they were sent, at most 366 days later, and not in the future. */
  to: string;
  /** Only messages that these people wrote, at most 1,000 people. */
  userIds?: Array<string> | null | undefined;
};

/** A new time for a scheduled broadcast. */
export type RescheduleBroadcastInput = {
  /** The broadcast. */
  broadcastId: string;
  /** Time at which to send it. */
  schedule: ScheduleInput;
};

/** The people who may see the earlier texts of an edited message. */
export type RevisionAudience =
  /** Holders of CONVERSATION_AUDIT. */
  | 'AUDITORS'
  /** Everyone who can see the message. */
  | 'PARTICIPANTS';

/** A local time in a time zone. A local time that daylight saving time skips is rejected; for one that occurs twice, the first is meant. */
export type ScheduleInput = {
  /** The local time, at most one year ahead. */
  localTime: string;
  /** An IANA time zone, such as Europe/Berlin. */
  timeZone: string;
};

/** A broadcast to send. */
export type SendBroadcastInput = {
  /** Up to 10 of the viewer's uploads that are READY, in the order of the broadcast. None may be in another message. A scheduled broadcast keeps them until it is sent. */
  attachmentIds?: Array<string> | null | undefined;
  /** GROUPS requires groupIds, USERS requires userIds, ALL requires neither. An empty list is an error. */
  audience: BroadcastAudience;
  /** Up to 32 KiB of UTF-8. With attachmentIds it may be empty. */
  body: string;
  /** Sends an e-mail to recipients who are offline and have not read it. Defaults to false. */
  emailOffline?: boolean | null | undefined;
  /** Groups that the viewer can find or takes part in, at most 1,000. */
  groupIds?: Array<string> | null | undefined;
  /** Repeating the mutation with the same key within 24 hours does not do it twice. Up to 128 characters, unique per viewer and mutation. For an operation with one such mutation the Idempotency-Key header does the same. */
  idempotencyKey?: string | null | undefined;
  /** Defaults to NORMAL. */
  priority?: Priority | null | undefined;
  /** If true, recipients may reply. Defaults to false. */
  repliesAllowed?: boolean | null | undefined;
  /** Time at which to send it. Without it, the broadcast is sent at once. */
  schedule?: ScheduleInput | null | undefined;
  /** Up to 255 user-perceived characters. */
  subject: string;
  /** Members of the company, at most 1,000. */
  userIds?: Array<string> | null | undefined;
};

/** How near a person came to the company's rate limits of sendMessage, at the busiest time of the last 24 hours. */
export type SenderLoadLevel =
  /** Half of a limit or more. */
  | 'HEAVY'
  /** Less than half of every limit. */
  | 'NORMAL'
  /** All that a limit allows: further messages were refused until it let some pass again. */
  | 'OVER_CAP';

/** A change of the limits beyond which a message counts as spam. Fields that are left out stay as they are. */
export type SpamSettingsInput = {
  /** Domains that messages must not link to, with all below them; at most 200. */
  blockedDomains?: Array<string> | null | undefined;
  /** Most people that a message may mention. Null: the signal is off. */
  mentions?: number | null | undefined;
  /** True if nothing of holders of MESSAGE_MODERATE counts as spam. */
  moderatorsExempt?: boolean | null | undefined;
  /** Domains whose links name another address, which is looked at instead; at most 200. */
  redirectors?: Array<string> | null | undefined;
  /** Messages with the same text that one person sends within 10 minutes before it counts as repeated; a third conversation counts as well. Null: the signal is off. Default: 5, or off where every send limit of the company allows one person more than 10 messages a second, as programs need. */
  repeatedBodies?: number | null | undefined;
};

/** A reason to take a message for spam. */
export type SpamSignal =
  /** It links to a domain that the company has blocked. */
  | 'BLOCKED_DOMAIN'
  /** The same text was sent too often, or to too many conversations. */
  | 'REPEATED_BODY'
  /** It mentions too many people. */
  | 'TOO_MANY_MENTIONS';

/** The people to create or update. */
export type SyncMembersInput = {
  /** At most 1,000. */
  members: Array<MemberInput>;
};

/** The settings to change. Settings that are left out stay as they are. */
export type UpdateCompanySettingsInput = {
  /** True if participants are told when an auditor reads their conversation. */
  auditReadsVisible?: boolean | null | undefined;
  /** Maximum number of broadcasts that the company sends per hour, 0 to 1,000. */
  broadcastsPerHour?: number | null | undefined;
  /** Access of groups that are created without one. */
  defaultGroupAccess?: GroupAccess | null | undefined;
  /** In minutes. Null means no limit, 0 never. */
  editWindowMinutes?: number | null | undefined;
  /** Minutes that a message stays unread before it is reported by e-mail, 0 to 10,080. */
  emailDelayMinutes?: number | null | undefined;
  /** Days that events are kept, 1 to 365. */
  eventRetentionDays?: number | null | undefined;
  /** Maximum depth of a reply, 0 to 64. */
  maxThreadDepth?: number | null | undefined;
  /** If false, every operation fails with MESSAGING_DISABLED. */
  messagingEnabled?: boolean | null | undefined;
  /** Whole days that messages and SMS are kept, 1 to 36,500. 0 means without a limit, null the deployment's default. */
  retentionDays?: number | null | undefined;
  /** In minutes. Null means no limit, 0 never. */
  retractWindowMinutes?: number | null | undefined;
  /** The people who may see earlier texts of an edited message. */
  revisionsVisibleTo?: RevisionAudience | null | undefined;
  /** If true, nobody can write and only moderators can read. */
  safeMode?: boolean | null | undefined;
  /** Rate limits of sendMessage, at most 4. None may exceed the operator's maximum number of calls per second. Null means the limits in the schema. */
  sendLimits?: Array<RateWindowInput> | null | undefined;
  /** The limits beyond which a message counts as spam. Limits that are left out stay as they are. */
  spam?: SpamSettingsInput | null | undefined;
};

/** The changes to a role. Fields that are left out stay as they are. */
export type UpdateRoleInput = {
  /** The new name, unique in the company. */
  name?: string | null | undefined;
  /** All permissions that the role grants from now on; only those that the viewer has. */
  permissions?: Array<Permission> | null | undefined;
  /** The role. */
  roleId: string;
};

/** The settings to change. Settings that are left out stay as they are, and null empties one. */
export type UpdateSmsSettingsInput = {
  /** Seconds from one batch to the next, 1 to 3,600. */
  batchSeconds?: number | null | undefined;
  /** Number of SMS in a batch, 1 to 1,000. */
  batchSize?: number | null | undefined;
  /** The number that messages are sent from. Null means the one of the deployment. A number that another company uses is assigned by the operator. */
  from?: string | null | undefined;
  /** Name of the business in the answers to STOP, START and HELP. */
  helpBusiness?: string | null | undefined;
  /** A last sentence of the answer to HELP. */
  helpDisclaimer?: string | null | undefined;
  /** An e-mail address for questions, in the answer to HELP. */
  helpEmail?: string | null | undefined;
  /** A phone for questions, in the answer to HELP. */
  helpPhone?: string | null | undefined;
  /** The purpose of the messages, in the answer to HELP. */
  helpPurpose?: string | null | undefined;
  /** A website, in the answer to HELP. */
  helpWebsite?: string | null | undefined;
  /** The party that answers STOP, START and HELP. */
  keywordReplies?: KeywordReplies | null | undefined;
  /** The embedding product's own data, up to 8 KiB. */
  meta?: unknown;
  /** Maximum number of SMS in a month. Null means no limit. The others wait for the next month. */
  monthlyCap?: number | null | undefined;
  /** Time of day from which nothing is sent, such as 21:00, in the time zone of the guest. Null means none. */
  quietFrom?: string | null | undefined;
  /** Time of day from which messages are sent again, such as 08:00. */
  quietTo?: string | null | undefined;
  /** Further words that mean STOP, as a whole message; at most 50. */
  stopWords?: Array<string> | null | undefined;
  /** The company's IANA time zone, for quiet hours and the monthly cap. Null means UTC. */
  timeZone?: string | null | undefined;
};

export type SettingPartsFragment = { auditReadsVisible: boolean, broadcastsPerHour: number, defaultGroupAccess: GroupAccess, editWindowMinutes: number | null, emailDelayMinutes: number, eventRetentionDays: number, maxThreadDepth: number, messagingEnabled: boolean, retentionDays: number | null, retractWindowMinutes: number | null, revisionsVisibleTo: RevisionAudience, safeMode: boolean, sendLimits: Array<{ max: number, perSeconds: number }> | null, spam: { blockedDomains: Array<string>, mentions: number | null, moderatorsExempt: boolean, redirectors: Array<string>, repeatedBodies: number | null }, sms: { batchSeconds: number, batchSize: number, from: string | null, helpBusiness: string | null, helpDisclaimer: string | null, helpEmail: string | null, helpPhone: string | null, helpPurpose: string | null, helpWebsite: string | null, keywordReplies: KeywordReplies, monthlyCap: number | null, quietFrom: string | null, quietTo: string | null, sentThisMonth: number, stopWords: Array<string>, timeZone: string | null } };

export type ConsoleQueryVariables = Exact<{ [key: string]: never; }>;


export type ConsoleQuery = { viewer: { permissions: Array<Permission>, user: { id: string, name: string }, company: { id: string, name: string, settings: { auditReadsVisible: boolean, broadcastsPerHour: number, defaultGroupAccess: GroupAccess, editWindowMinutes: number | null, emailDelayMinutes: number, eventRetentionDays: number, maxThreadDepth: number, messagingEnabled: boolean, retentionDays: number | null, retractWindowMinutes: number | null, revisionsVisibleTo: RevisionAudience, safeMode: boolean, sendLimits: Array<{ max: number, perSeconds: number }> | null, spam: { blockedDomains: Array<string>, mentions: number | null, moderatorsExempt: boolean, redirectors: Array<string>, repeatedBodies: number | null }, sms: { batchSeconds: number, batchSize: number, from: string | null, helpBusiness: string | null, helpDisclaimer: string | null, helpEmail: string | null, helpPhone: string | null, helpPurpose: string | null, helpWebsite: string | null, keywordReplies: KeywordReplies, monthlyCap: number | null, quietFrom: string | null, quietTo: string | null, sentThisMonth: number, stopWords: Array<string>, timeZone: string | null } } }, role: { id: string, name: string } } };

export type StateQueryVariables = Exact<{ [key: string]: never; }>;


export type StateQuery = { messagingState: { messages: number, groups: number, broadcasts: number, members: number, topSenders: Array<{ level: SenderLoadLevel, sent: number, user: { id: string, name: string } }>, recentMessages: { nodes: Array<{ id: string, createdAt: string, priority: Priority, state: MessageState, preview: string | null, author: { id: string, name: string } | null, conversation: { id: string, kind: ConversationKind, title: string } }> }, recentBroadcasts: { nodes: Array<{ id: string, subject: string, sentAt: string | null, readCount: number, recipientCount: number, author: { id: string, name: string } | null }> }, activeGroups: { nodes: Array<{ id: string, title: string, participantCount: number, lastActivityAt: string }> } } };

export type CasePartsFragment = { id: string, kind: ModerationCaseKind, state: ModerationCaseState, openedAt: string, decidedAt: string | null, reason: string | null, signals: Array<SpamSignal>, decidedBy: { id: string, name: string } | null, message: { id: string, subject: string | null, body: string | null, createdAt: string, attachments: Array<{ id: string, fileName: string, mediaType: string, size: number, width: number | null, height: number | null, durationMs: number | null }>, author: { id: string, name: string } | null, conversation: { id: string, kind: ConversationKind, title: string } }, reports: { nodes: Array<{ reason: ReportReason, note: string | null, reportedAt: string, reporter: { id: string, name: string } }> } };

export type CasesQueryVariables = Exact<{
  state?: ModerationCaseState | null | undefined;
  after?: string | null | undefined;
}>;


export type CasesQuery = { moderationCases: { nodes: Array<{ id: string, kind: ModerationCaseKind, state: ModerationCaseState, openedAt: string, decidedAt: string | null, reason: string | null, signals: Array<SpamSignal>, decidedBy: { id: string, name: string } | null, message: { id: string, subject: string | null, body: string | null, createdAt: string, attachments: Array<{ id: string, fileName: string, mediaType: string, size: number, width: number | null, height: number | null, durationMs: number | null }>, author: { id: string, name: string } | null, conversation: { id: string, kind: ConversationKind, title: string } }, reports: { nodes: Array<{ reason: ReportReason, note: string | null, reportedAt: string, reporter: { id: string, name: string } }> } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CaseQueryVariables = Exact<{
  id: string;
}>;


export type CaseQuery = { node:
    | { __typename: 'Attachment' }
    | { __typename: 'AuditEvent' }
    | { __typename: 'Broadcast' }
    | { __typename: 'Company' }
    | { __typename: 'Conversation' }
    | { __typename: 'Export' }
    | { __typename: 'Guest' }
    | { __typename: 'GuestDelivery' }
    | { __typename: 'GuestMessage' }
    | { __typename: 'InboundMessage' }
    | { __typename: 'LegalHold' }
    | { __typename: 'Message' }
    | { __typename: 'ModerationCase', id: string, kind: ModerationCaseKind, state: ModerationCaseState, openedAt: string, decidedAt: string | null, reason: string | null, signals: Array<SpamSignal>, decidedBy: { id: string, name: string } | null, message: { id: string, subject: string | null, body: string | null, createdAt: string, attachments: Array<{ id: string, fileName: string, mediaType: string, size: number, width: number | null, height: number | null, durationMs: number | null }>, author: { id: string, name: string } | null, conversation: { id: string, kind: ConversationKind, title: string } }, reports: { nodes: Array<{ reason: ReportReason, note: string | null, reportedAt: string, reporter: { id: string, name: string } }> } }
    | { __typename: 'Role' }
    | { __typename: 'User' }
   | null };

export type DecideMutationVariables = Exact<{
  input: DecideModerationCaseInput;
}>;


export type DecideMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'DecideModerationCasePayload', case: { id: string, kind: ModerationCaseKind, state: ModerationCaseState, openedAt: string, decidedAt: string | null, reason: string | null, signals: Array<SpamSignal>, decidedBy: { id: string, name: string } | null, message: { id: string, subject: string | null, body: string | null, createdAt: string, attachments: Array<{ id: string, fileName: string, mediaType: string, size: number, width: number | null, height: number | null, durationMs: number | null }>, author: { id: string, name: string } | null, conversation: { id: string, kind: ConversationKind, title: string } }, reports: { nodes: Array<{ reason: ReportReason, note: string | null, reportedAt: string, reporter: { id: string, name: string } }> } } }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type AuditTrailQueryVariables = Exact<{
  filter?: AuditFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type AuditTrailQuery = { auditEvents: { nodes: Array<{ id: string, index: number, at: string, kind: string, detail: unknown, address: string | null, actor: { id: string, name: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type VerificationQueryVariables = Exact<{ [key: string]: never; }>;


export type VerificationQuery = { auditVerification: { verifiedAt: string, size: number, root: string, note: string, problems: Array<{ index: number | null, detail: string }> } };

export type ProofQueryVariables = Exact<{
  id: string;
}>;


export type ProofQuery = { auditProof: { index: number, leaf: string, note: string, path: Array<string> } | null };

export type AuditedConversationsQueryVariables = Exact<{
  search?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type AuditedConversationsQuery = { auditConversations: { nodes: Array<{ id: string, kind: ConversationKind, title: string, createdAt: string, lastSeq: number, participantCount: number }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type AuditedMessagesQueryVariables = Exact<{
  id: string;
  before?: string | null | undefined;
}>;


export type AuditedMessagesQuery = { auditConversation: { id: string, messages: { nodes: Array<{ id: string, seq: number | null, createdAt: string, state: MessageState, body: string | null, attachments: Array<{ id: string, fileName: string, mediaType: string, size: number }>, author: { id: string, name: string } | null }>, pageInfo: { hasPreviousPage: boolean, startCursor: string | null } } } | null };

export type HoldPartsFragment = { id: string, name: string, createdAt: string, from: string | null, to: string | null, releasedAt: string | null, releaseReason: string | null, createdBy: { id: string, name: string }, user: { id: string, name: string } | null, conversation: { id: string, title: string } | null };

export type HoldsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type HoldsQuery = { legalHolds: { nodes: Array<{ id: string, name: string, createdAt: string, from: string | null, to: string | null, releasedAt: string | null, releaseReason: string | null, createdBy: { id: string, name: string }, user: { id: string, name: string } | null, conversation: { id: string, title: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type PlaceHoldMutationVariables = Exact<{
  input: CreateLegalHoldInput;
}>;


export type PlaceHoldMutation = { result:
    | { __typename: 'CreateLegalHoldPayload' }
    | { __typename: 'InvalidInputError', detail: string, issues: Array<{ path: Array<string>, detail: string }> }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type ReleaseHoldMutationVariables = Exact<{
  input: ReleaseLegalHoldInput;
}>;


export type ReleaseHoldMutation = { result:
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'ReleaseLegalHoldPayload' }
   };

export type ExportsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ExportsQuery = { exports: { nodes: Array<{ id: string, state: ExportState, format: ExportFormat, from: string, to: string, requestedAt: string, messageCount: number | null, checksum: string | null, requestedBy: { id: string, name: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type RequestExportMutationVariables = Exact<{
  input: RequestExportInput;
}>;


export type RequestExportMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'InvalidInputError', detail: string, issues: Array<{ path: Array<string>, detail: string }> }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'RequestExportPayload' }
   };

export type ExportLinkMutationVariables = Exact<{
  input: CreateExportLinkInput;
}>;


export type ExportLinkMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'CreateExportLinkPayload', url: string, manifestUrl: string }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type SaveSettingsMutationVariables = Exact<{
  input: UpdateCompanySettingsInput;
}>;


export type SaveSettingsMutation = { result:
    | { __typename: 'InvalidInputError', detail: string, issues: Array<{ path: Array<string>, detail: string }> }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'UpdateCompanySettingsPayload', company: { settings: { auditReadsVisible: boolean, broadcastsPerHour: number, defaultGroupAccess: GroupAccess, editWindowMinutes: number | null, emailDelayMinutes: number, eventRetentionDays: number, maxThreadDepth: number, messagingEnabled: boolean, retentionDays: number | null, retractWindowMinutes: number | null, revisionsVisibleTo: RevisionAudience, safeMode: boolean, sendLimits: Array<{ max: number, perSeconds: number }> | null, spam: { blockedDomains: Array<string>, mentions: number | null, moderatorsExempt: boolean, redirectors: Array<string>, repeatedBodies: number | null }, sms: { batchSeconds: number, batchSize: number, from: string | null, helpBusiness: string | null, helpDisclaimer: string | null, helpEmail: string | null, helpPhone: string | null, helpPurpose: string | null, helpWebsite: string | null, keywordReplies: KeywordReplies, monthlyCap: number | null, quietFrom: string | null, quietTo: string | null, sentThisMonth: number, stopWords: Array<string>, timeZone: string | null } } } }
   };

export type SaveSmsMutationVariables = Exact<{
  input: UpdateSmsSettingsInput;
}>;


export type SaveSmsMutation = { result:
    | { __typename: 'InvalidInputError', detail: string, issues: Array<{ path: Array<string>, detail: string }> }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'UpdateSmsSettingsPayload', company: { settings: { auditReadsVisible: boolean, broadcastsPerHour: number, defaultGroupAccess: GroupAccess, editWindowMinutes: number | null, emailDelayMinutes: number, eventRetentionDays: number, maxThreadDepth: number, messagingEnabled: boolean, retentionDays: number | null, retractWindowMinutes: number | null, revisionsVisibleTo: RevisionAudience, safeMode: boolean, sendLimits: Array<{ max: number, perSeconds: number }> | null, spam: { blockedDomains: Array<string>, mentions: number | null, moderatorsExempt: boolean, redirectors: Array<string>, repeatedBodies: number | null }, sms: { batchSeconds: number, batchSize: number, from: string | null, helpBusiness: string | null, helpDisclaimer: string | null, helpEmail: string | null, helpPhone: string | null, helpPurpose: string | null, helpWebsite: string | null, keywordReplies: KeywordReplies, monthlyCap: number | null, quietFrom: string | null, quietTo: string | null, sentThisMonth: number, stopWords: Array<string>, timeZone: string | null } } } }
   };

export type BroadcastListQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type BroadcastListQuery = { broadcasts: { nodes: Array<{ id: string, subject: string, status: BroadcastStatus, audience: BroadcastAudience, sentAt: string | null, scheduledFor: string | null, readCount: number, recipientCount: number, schedule: { localTime: string, timeZone: string } | null, author: { id: string, name: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ReadersQueryVariables = Exact<{
  id: string;
  read: boolean;
  after?: string | null | undefined;
}>;


export type ReadersQuery = { broadcast: { id: string, readers: { nodes: Array<{ readAt: string | null, user: { id: string, name: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type GroupsQueryVariables = Exact<{
  search?: string | null | undefined;
}>;


export type GroupsQuery = { groups: { nodes: Array<{ id: string, title: string }> } };

export type SendMutationVariables = Exact<{
  input: SendBroadcastInput;
}>;


export type SendMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'InvalidInputError', detail: string, issues: Array<{ path: Array<string>, detail: string }> }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'SendBroadcastPayload' }
    | { __typename: 'SpamRefusedError', detail: string }
   };

export type RemindMutationVariables = Exact<{
  input: RemindUnreadRecipientsInput;
}>;


export type RemindMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'RemindUnreadRecipientsPayload', remindedCount: number }
   };

export type RescheduleMutationVariables = Exact<{
  input: RescheduleBroadcastInput;
}>;


export type RescheduleMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'InvalidInputError', detail: string, issues: Array<{ path: Array<string>, detail: string }> }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'RescheduleBroadcastPayload' }
   };

export type CancelBroadcastMutationVariables = Exact<{
  input: CancelBroadcastInput;
}>;


export type CancelBroadcastMutation = { result:
    | { __typename: 'CancelBroadcastPayload' }
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type MembersQueryVariables = Exact<{
  search?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type MembersQuery = { members: { nodes: Array<{ isEnabled: boolean, joinedAt: string, role: { id: string, name: string }, user: { id: string, externalId: string | null, name: string, email: string | null, department: string | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type RolesQueryVariables = Exact<{ [key: string]: never; }>;


export type RolesQuery = { roles: Array<{ id: string, name: string, isBuiltIn: boolean, permissions: Array<Permission> }> };

export type SyncMutationVariables = Exact<{
  input: SyncMembersInput;
}>;


export type SyncMutation = { result:
    | { __typename: 'InvalidInputError', detail: string, issues: Array<{ path: Array<string>, detail: string }> }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'SyncMembersPayload', problems: Array<{ detail: string }> }
   };

export type EraseMutationVariables = Exact<{
  input: EraseUserInput;
}>;


export type EraseMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'EraseUserPayload' }
    | { __typename: 'InvalidInputError', detail: string, issues: Array<{ path: Array<string>, detail: string }> }
    | { __typename: 'LegalHoldError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type CreateRoleMutationVariables = Exact<{
  input: CreateRoleInput;
}>;


export type CreateRoleMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'CreateRolePayload' }
    | { __typename: 'InvalidInputError', detail: string, issues: Array<{ path: Array<string>, detail: string }> }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type UpdateRoleMutationVariables = Exact<{
  input: UpdateRoleInput;
}>;


export type UpdateRoleMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'InvalidInputError', detail: string, issues: Array<{ path: Array<string>, detail: string }> }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'UpdateRolePayload' }
   };

export type DeleteRoleMutationVariables = Exact<{
  input: DeleteRoleInput;
}>;


export type DeleteRoleMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'DeleteRolePayload' }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type GuestsQueryVariables = Exact<{
  search?: string | null | undefined;
  consent?: ConsentState | null | undefined;
  after?: string | null | undefined;
}>;


export type GuestsQuery = { guests: { nodes: Array<{ id: string, name: string | null, phone: string | null, email: string | null, consent: ConsentState, needsConsentReview: boolean }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ConsentMutationVariables = Exact<{
  input: RecordGuestConsentInput;
}>;


export type ConsentMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'InvalidInputError', detail: string, issues: Array<{ path: Array<string>, detail: string }> }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'RecordGuestConsentPayload' }
   };

export const ConsoleDocument = 'fragment SettingParts on CompanySettings{sendLimits{max perSeconds}auditReadsVisible broadcastsPerHour defaultGroupAccess editWindowMinutes emailDelayMinutes eventRetentionDays maxThreadDepth messagingEnabled retentionDays retractWindowMinutes revisionsVisibleTo safeMode spam{blockedDomains mentions moderatorsExempt redirectors repeatedBodies}sms{batchSeconds batchSize from helpBusiness helpDisclaimer helpEmail helpPhone helpPurpose helpWebsite keywordReplies monthlyCap quietFrom quietTo sentThisMonth stopWords timeZone}}query Console{viewer{user{id name}company{id name settings{...SettingParts}}role{id name}permissions}}' as TypedDocument<ConsoleQuery, ConsoleQueryVariables>

export const StateDocument = 'query State{messagingState{messages groups broadcasts members topSenders{level sent user{id name}}recentMessages(first:10){nodes{id createdAt priority state preview(length:120)author{id name}conversation{id kind title}}}recentBroadcasts(first:5){nodes{id subject sentAt readCount recipientCount author{id name}}}activeGroups(first:10){nodes{id title participantCount lastActivityAt}}}}' as TypedDocument<StateQuery, StateQueryVariables>

export const CasesDocument = 'fragment CaseParts on ModerationCase{id kind state openedAt decidedAt reason signals decidedBy{id name}message{id subject body createdAt attachments{id fileName mediaType size width height durationMs}author{id name}conversation{id kind title}}reports(first:20){nodes{reason note reportedAt reporter{id name}}}}query Cases($state:ModerationCaseState$after:String){moderationCases(state:$state first:30 after:$after){nodes{...CaseParts}pageInfo{hasNextPage endCursor}}}' as TypedDocument<CasesQuery, CasesQueryVariables>

export const CaseDocument = 'fragment CaseParts on ModerationCase{id kind state openedAt decidedAt reason signals decidedBy{id name}message{id subject body createdAt attachments{id fileName mediaType size width height durationMs}author{id name}conversation{id kind title}}reports(first:20){nodes{reason note reportedAt reporter{id name}}}}query Case($id:ID!){node(id:$id){__typename ...on ModerationCase{...CaseParts}}}' as TypedDocument<CaseQuery, CaseQueryVariables>

export const DecideDocument = 'fragment CaseParts on ModerationCase{id kind state openedAt decidedAt reason signals decidedBy{id name}message{id subject body createdAt attachments{id fileName mediaType size width height durationMs}author{id name}conversation{id kind title}}reports(first:20){nodes{reason note reportedAt reporter{id name}}}}mutation Decide($input:DecideModerationCaseInput!){result:decideModerationCase(input:$input){__typename ...on DecideModerationCasePayload{case{...CaseParts}}...on UserError{detail}}}' as TypedDocument<DecideMutation, DecideMutationVariables>

export const AuditTrailDocument = 'query AuditTrail($filter:AuditFilter$after:String){auditEvents(filter:$filter first:50 after:$after){nodes{id index at kind detail address actor{id name}}pageInfo{hasNextPage endCursor}}}' as TypedDocument<AuditTrailQuery, AuditTrailQueryVariables>

export const VerificationDocument = 'query Verification{auditVerification{verifiedAt size root note problems{index detail}}}' as TypedDocument<VerificationQuery, VerificationQueryVariables>

export const ProofDocument = 'query Proof($id:ID!){auditProof(eventId:$id){index leaf note path}}' as TypedDocument<ProofQuery, ProofQueryVariables>

export const AuditedConversationsDocument = 'query AuditedConversations($search:String$after:String){auditConversations(search:$search first:30 after:$after){nodes{id kind title createdAt lastSeq participantCount}pageInfo{hasNextPage endCursor}}}' as TypedDocument<AuditedConversationsQuery, AuditedConversationsQueryVariables>

export const AuditedMessagesDocument = 'query AuditedMessages($id:ID!$before:String){auditConversation(id:$id){id messages(last:50 before:$before){nodes{id seq createdAt state body attachments{id fileName mediaType size}author{id name}}pageInfo{hasPreviousPage startCursor}}}}' as TypedDocument<AuditedMessagesQuery, AuditedMessagesQueryVariables>

export const HoldsDocument = 'fragment HoldParts on LegalHold{id name createdAt from to releasedAt releaseReason createdBy{id name}user{id name}conversation{id title}}query Holds($after:String){legalHolds(first:50 after:$after){nodes{...HoldParts}pageInfo{hasNextPage endCursor}}}' as TypedDocument<HoldsQuery, HoldsQueryVariables>

export const PlaceHoldDocument = 'mutation PlaceHold($input:CreateLegalHoldInput!){result:createLegalHold(input:$input){__typename ...on UserError{detail}...on InvalidInputError{issues{path detail}}}}' as TypedDocument<PlaceHoldMutation, PlaceHoldMutationVariables>

export const ReleaseHoldDocument = 'mutation ReleaseHold($input:ReleaseLegalHoldInput!){result:releaseLegalHold(input:$input){__typename ...on UserError{detail}}}' as TypedDocument<ReleaseHoldMutation, ReleaseHoldMutationVariables>

export const ExportsDocument = 'query Exports($after:String){exports(first:30 after:$after){nodes{id state format from to requestedAt messageCount checksum requestedBy{id name}}pageInfo{hasNextPage endCursor}}}' as TypedDocument<ExportsQuery, ExportsQueryVariables>

export const RequestExportDocument = 'mutation RequestExport($input:RequestExportInput!){result:requestExport(input:$input){__typename ...on UserError{detail}...on InvalidInputError{issues{path detail}}}}' as TypedDocument<RequestExportMutation, RequestExportMutationVariables>

export const ExportLinkDocument = 'mutation ExportLink($input:CreateExportLinkInput!){result:createExportLink(input:$input){__typename ...on CreateExportLinkPayload{url manifestUrl}...on UserError{detail}}}' as TypedDocument<ExportLinkMutation, ExportLinkMutationVariables>

export const SaveSettingsDocument = 'fragment SettingParts on CompanySettings{sendLimits{max perSeconds}auditReadsVisible broadcastsPerHour defaultGroupAccess editWindowMinutes emailDelayMinutes eventRetentionDays maxThreadDepth messagingEnabled retentionDays retractWindowMinutes revisionsVisibleTo safeMode spam{blockedDomains mentions moderatorsExempt redirectors repeatedBodies}sms{batchSeconds batchSize from helpBusiness helpDisclaimer helpEmail helpPhone helpPurpose helpWebsite keywordReplies monthlyCap quietFrom quietTo sentThisMonth stopWords timeZone}}mutation SaveSettings($input:UpdateCompanySettingsInput!){result:updateCompanySettings(input:$input){__typename ...on UpdateCompanySettingsPayload{company{settings{...SettingParts}}}...on UserError{detail}...on InvalidInputError{issues{path detail}}}}' as TypedDocument<SaveSettingsMutation, SaveSettingsMutationVariables>

export const SaveSmsDocument = 'fragment SettingParts on CompanySettings{sendLimits{max perSeconds}auditReadsVisible broadcastsPerHour defaultGroupAccess editWindowMinutes emailDelayMinutes eventRetentionDays maxThreadDepth messagingEnabled retentionDays retractWindowMinutes revisionsVisibleTo safeMode spam{blockedDomains mentions moderatorsExempt redirectors repeatedBodies}sms{batchSeconds batchSize from helpBusiness helpDisclaimer helpEmail helpPhone helpPurpose helpWebsite keywordReplies monthlyCap quietFrom quietTo sentThisMonth stopWords timeZone}}mutation SaveSms($input:UpdateSmsSettingsInput!){result:updateSmsSettings(input:$input){__typename ...on UpdateSmsSettingsPayload{company{settings{...SettingParts}}}...on UserError{detail}...on InvalidInputError{issues{path detail}}}}' as TypedDocument<SaveSmsMutation, SaveSmsMutationVariables>

export const BroadcastListDocument = 'query BroadcastList($after:String){broadcasts(first:30 after:$after){nodes{id subject status audience sentAt scheduledFor readCount recipientCount schedule{localTime timeZone}author{id name}}pageInfo{hasNextPage endCursor}}}' as TypedDocument<BroadcastListQuery, BroadcastListQueryVariables>

export const ReadersDocument = 'query Readers($id:ID!$read:Boolean!$after:String){broadcast(id:$id){id readers(read:$read first:50 after:$after){nodes{readAt user{id name}}pageInfo{hasNextPage endCursor}}}}' as TypedDocument<ReadersQuery, ReadersQueryVariables>

export const GroupsDocument = 'query Groups($search:String){groups(search:$search first:20){nodes{id title}}}' as TypedDocument<GroupsQuery, GroupsQueryVariables>

export const SendDocument = 'mutation Send($input:SendBroadcastInput!){result:sendBroadcast(input:$input){__typename ...on UserError{detail}...on InvalidInputError{issues{path detail}}}}' as TypedDocument<SendMutation, SendMutationVariables>

export const RemindDocument = 'mutation Remind($input:RemindUnreadRecipientsInput!){result:remindUnreadRecipients(input:$input){__typename ...on RemindUnreadRecipientsPayload{remindedCount}...on UserError{detail}}}' as TypedDocument<RemindMutation, RemindMutationVariables>

export const RescheduleDocument = 'mutation Reschedule($input:RescheduleBroadcastInput!){result:rescheduleBroadcast(input:$input){__typename ...on UserError{detail}...on InvalidInputError{issues{path detail}}}}' as TypedDocument<RescheduleMutation, RescheduleMutationVariables>

export const CancelBroadcastDocument = 'mutation CancelBroadcast($input:CancelBroadcastInput!){result:cancelBroadcast(input:$input){__typename ...on UserError{detail}}}' as TypedDocument<CancelBroadcastMutation, CancelBroadcastMutationVariables>

export const MembersDocument = 'query Members($search:String$after:String){members(search:$search first:50 after:$after){nodes{isEnabled joinedAt role{id name}user{id externalId name email department}}pageInfo{hasNextPage endCursor}}}' as TypedDocument<MembersQuery, MembersQueryVariables>

export const RolesDocument = 'query Roles{roles{id name isBuiltIn permissions}}' as TypedDocument<RolesQuery, RolesQueryVariables>

export const SyncDocument = 'mutation Sync($input:SyncMembersInput!){result:syncMembers(input:$input){__typename ...on SyncMembersPayload{problems{detail}}...on UserError{detail}...on InvalidInputError{issues{path detail}}}}' as TypedDocument<SyncMutation, SyncMutationVariables>

export const EraseDocument = 'mutation Erase($input:EraseUserInput!){result:eraseUser(input:$input){__typename ...on UserError{detail}...on InvalidInputError{issues{path detail}}}}' as TypedDocument<EraseMutation, EraseMutationVariables>

export const CreateRoleDocument = 'mutation CreateRole($input:CreateRoleInput!){result:createRole(input:$input){__typename ...on UserError{detail}...on InvalidInputError{issues{path detail}}}}' as TypedDocument<CreateRoleMutation, CreateRoleMutationVariables>

export const UpdateRoleDocument = 'mutation UpdateRole($input:UpdateRoleInput!){result:updateRole(input:$input){__typename ...on UserError{detail}...on InvalidInputError{issues{path detail}}}}' as TypedDocument<UpdateRoleMutation, UpdateRoleMutationVariables>

export const DeleteRoleDocument = 'mutation DeleteRole($input:DeleteRoleInput!){result:deleteRole(input:$input){__typename ...on UserError{detail}}}' as TypedDocument<DeleteRoleMutation, DeleteRoleMutationVariables>

export const GuestsDocument = 'query Guests($search:String$consent:ConsentState$after:String){guests(search:$search consent:$consent first:50 after:$after){nodes{id name phone email consent needsConsentReview}pageInfo{hasNextPage endCursor}}}' as TypedDocument<GuestsQuery, GuestsQueryVariables>

export const ConsentDocument = 'mutation Consent($input:RecordGuestConsentInput!){result:recordGuestConsent(input:$input){__typename ...on UserError{detail}...on InvalidInputError{issues{path detail}}}}' as TypedDocument<ConsentMutation, ConsentMutationVariables>
