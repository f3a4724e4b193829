// Written by npm run operations, from schema.graphql and operations.graphql.
import type { TypedDocument } from '../../src/client/request.ts'

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
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

/** A decision about a case. */
export type DecideModerationCaseInput = {
  /** The case. */
  caseId: string;
  /** APPROVE or REJECT for a held message, DISMISS or RETRACT for a reported one. */
  decision: ModerationDecision;
  /** The reason, up to 1,000 characters. */
  reason: string;
};

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

/** The people who may see the earlier texts of an edited message. */
export type RevisionAudience =
  /** Holders of CONVERSATION_AUDIT. */
  | 'AUDITORS'
  /** Everyone who can see the message. */
  | 'PARTICIPANTS';

/** How near a person came to the company's rate limits of sendMessage, at the busiest time of the last 24 hours. */
export type SenderLoadLevel =
  /** Half of a limit or more. */
  | 'HEAVY'
  /** Less than half of every limit. */
  | 'NORMAL'
  /** All that a limit allows: further messages were refused until it let some pass again. */
  | 'OVER_CAP';

/** A reason to take a message for spam. */
export type SpamSignal =
  /** It links to a domain that the company has blocked. */
  | 'BLOCKED_DOMAIN'
  /** The same text was sent too often, or to too many conversations. */
  | 'REPEATED_BODY'
  /** It mentions too many people. */
  | 'TOO_MANY_MENTIONS';

export type ConsoleQueryVariables = Exact<{ [key: string]: never; }>;


export type ConsoleQuery = { viewer: { permissions: Array<Permission>, user: { id: string, name: string }, company: { id: string, name: string, settings: { auditReadsVisible: boolean, broadcastsPerHour: number, defaultGroupAccess: GroupAccess, editWindowMinutes: number | null, emailDelayMinutes: number, eventRetentionDays: number, maxThreadDepth: number, messagingEnabled: boolean, retentionDays: number | null, retractWindowMinutes: number | null, revisionsVisibleTo: RevisionAudience, safeMode: boolean, sendLimits: Array<{ max: number, perSeconds: number }> | null, spam: { blockedDomains: Array<string>, mentions: number | null, moderatorsExempt: boolean, redirectors: Array<string>, repeatedBodies: number | null }, sms: { batchSeconds: number, batchSize: number, from: string | null, helpBusiness: string | null, helpDisclaimer: string | null, helpEmail: string | null, helpPhone: string | null, helpPurpose: string | null, helpWebsite: string | null, keywordReplies: KeywordReplies, monthlyCap: number | null, quietFrom: string | null, quietTo: string | null, sentThisMonth: number, stopWords: Array<string>, timeZone: string | null } } }, role: { id: string, name: string } } };

export type StateQueryVariables = Exact<{ [key: string]: never; }>;


export type StateQuery = { messagingState: { messages: number, groups: number, broadcasts: number, members: number, topSenders: Array<{ level: SenderLoadLevel, sent: number, user: { id: string, name: string } }>, recentMessages: { nodes: Array<{ id: string, createdAt: string, priority: Priority, state: MessageState, preview: string | null, author: { id: string, name: string } | null, conversation: { id: string, kind: ConversationKind, title: string } }> }, recentBroadcasts: { nodes: Array<{ id: string, subject: string, sentAt: string | null, readCount: number, recipientCount: number, author: { id: string, name: string } | null }> }, activeGroups: { nodes: Array<{ id: string, title: string, participantCount: number, lastActivityAt: string }> } } };

export type CasePartsFragment = { id: string, kind: ModerationCaseKind, state: ModerationCaseState, openedAt: string, decidedAt: string | null, reason: string | null, signals: Array<SpamSignal>, decidedBy: { id: string, name: string } | null, message: { id: string, subject: string | null, body: string | null, createdAt: string, author: { id: string, name: string } | null, conversation: { id: string, kind: ConversationKind, title: string } }, reports: { nodes: Array<{ reason: ReportReason, note: string | null, reportedAt: string, reporter: { id: string, name: string } }> } };

export type CasesQueryVariables = Exact<{
  state?: ModerationCaseState | null | undefined;
  after?: string | null | undefined;
}>;


export type CasesQuery = { moderationCases: { nodes: Array<{ id: string, kind: ModerationCaseKind, state: ModerationCaseState, openedAt: string, decidedAt: string | null, reason: string | null, signals: Array<SpamSignal>, decidedBy: { id: string, name: string } | null, message: { id: string, subject: string | null, body: string | null, createdAt: string, author: { id: string, name: string } | null, conversation: { id: string, kind: ConversationKind, title: string } }, reports: { nodes: Array<{ reason: ReportReason, note: string | null, reportedAt: string, reporter: { id: string, name: string } }> } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

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
    | { __typename: 'ModerationCase', id: string, kind: ModerationCaseKind, state: ModerationCaseState, openedAt: string, decidedAt: string | null, reason: string | null, signals: Array<SpamSignal>, decidedBy: { id: string, name: string } | null, message: { id: string, subject: string | null, body: string | null, createdAt: string, author: { id: string, name: string } | null, conversation: { id: string, kind: ConversationKind, title: string } }, reports: { nodes: Array<{ reason: ReportReason, note: string | null, reportedAt: string, reporter: { id: string, name: string } }> } }
    | { __typename: 'Role' }
    | { __typename: 'User' }
   | null };

export type DecideMutationVariables = Exact<{
  input: DecideModerationCaseInput;
}>;


export type DecideMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'DecideModerationCasePayload', case: { id: string, kind: ModerationCaseKind, state: ModerationCaseState, openedAt: string, decidedAt: string | null, reason: string | null, signals: Array<SpamSignal>, decidedBy: { id: string, name: string } | null, message: { id: string, subject: string | null, body: string | null, createdAt: string, author: { id: string, name: string } | null, conversation: { id: string, kind: ConversationKind, title: string } }, reports: { nodes: Array<{ reason: ReportReason, note: string | null, reportedAt: string, reporter: { id: string, name: string } }> } } }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export const ConsoleDocument = 'query Console{viewer{user{id name}company{id name settings{sendLimits{max perSeconds}auditReadsVisible broadcastsPerHour defaultGroupAccess editWindowMinutes emailDelayMinutes eventRetentionDays maxThreadDepth messagingEnabled retentionDays retractWindowMinutes revisionsVisibleTo safeMode spam{blockedDomains mentions moderatorsExempt redirectors repeatedBodies}sms{batchSeconds batchSize from helpBusiness helpDisclaimer helpEmail helpPhone helpPurpose helpWebsite keywordReplies monthlyCap quietFrom quietTo sentThisMonth stopWords timeZone}}}role{id name}permissions}}' as TypedDocument<ConsoleQuery, ConsoleQueryVariables>

export const StateDocument = 'query State{messagingState{messages groups broadcasts members topSenders{level sent user{id name}}recentMessages(first:10){nodes{id createdAt priority state preview(length:120)author{id name}conversation{id kind title}}}recentBroadcasts(first:5){nodes{id subject sentAt readCount recipientCount author{id name}}}activeGroups(first:10){nodes{id title participantCount lastActivityAt}}}}' as TypedDocument<StateQuery, StateQueryVariables>

export const CasesDocument = 'fragment CaseParts on ModerationCase{id kind state openedAt decidedAt reason signals decidedBy{id name}message{id subject body createdAt author{id name}conversation{id kind title}}reports(first:20){nodes{reason note reportedAt reporter{id name}}}}query Cases($state:ModerationCaseState$after:String){moderationCases(state:$state first:30 after:$after){nodes{...CaseParts}pageInfo{hasNextPage endCursor}}}' as TypedDocument<CasesQuery, CasesQueryVariables>

export const CaseDocument = 'fragment CaseParts on ModerationCase{id kind state openedAt decidedAt reason signals decidedBy{id name}message{id subject body createdAt author{id name}conversation{id kind title}}reports(first:20){nodes{reason note reportedAt reporter{id name}}}}query Case($id:ID!){node(id:$id){__typename ...on ModerationCase{...CaseParts}}}' as TypedDocument<CaseQuery, CaseQueryVariables>

export const DecideDocument = 'fragment CaseParts on ModerationCase{id kind state openedAt decidedAt reason signals decidedBy{id name}message{id subject body createdAt author{id name}conversation{id kind title}}reports(first:20){nodes{reason note reportedAt reporter{id name}}}}mutation Decide($input:DecideModerationCaseInput!){result:decideModerationCase(input:$input){__typename ...on DecideModerationCasePayload{case{...CaseParts}}...on UserError{detail}}}' as TypedDocument<DecideMutation, DecideMutationVariables>
