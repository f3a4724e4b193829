// Written by npm run operations, from schema.graphql and operations.graphql.
import type { TypedDocument } from '../../src/client/request.ts'

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
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

/** A conversation of the whole company, to create. */
export type CreateGlobalConversationInput = {
  /** The description, up to 4 KiB. */
  description?: string | null | undefined;
  /** If true, all members may post. Defaults to false: only the creator may post. */
  repliesAllowed?: boolean | null | undefined;
  /** Up to 255 characters. */
  title: string;
};

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

/** The broadcast to remind recipients of. */
export type RemindUnreadRecipientsInput = {
  /** The broadcast. */
  broadcastId: string;
};

/** A new time for a scheduled broadcast. */
export type RescheduleBroadcastInput = {
  /** The broadcast. */
  broadcastId: string;
  /** Time at which to send it. */
  schedule: ScheduleInput;
};

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

export type BroadcastPartsFragment = { id: string, subject: string, body: string, audience: BroadcastAudience, status: BroadcastStatus, priority: Priority, repliesAllowed: boolean, recipientCount: number, readCount: number, sentAt: string | null, scheduledFor: string | null, schedule: { localTime: string, timeZone: string } | null, author: { id: string, name: string } | null, conversation: { id: string } | null };

export type BroadcastsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type BroadcastsQuery = { broadcasts: { nodes: Array<{ id: string, subject: string, body: string, audience: BroadcastAudience, status: BroadcastStatus, priority: Priority, repliesAllowed: boolean, recipientCount: number, readCount: number, sentAt: string | null, scheduledFor: string | null, schedule: { localTime: string, timeZone: string } | null, author: { id: string, name: string } | null, conversation: { id: string } | null }>, pageInfo: { endCursor: string | null, hasNextPage: boolean } } };

export type BroadcastQueryVariables = Exact<{
  id: string;
}>;


export type BroadcastQuery = { broadcast: { id: string, subject: string, body: string, audience: BroadcastAudience, status: BroadcastStatus, priority: Priority, repliesAllowed: boolean, recipientCount: number, readCount: number, sentAt: string | null, scheduledFor: string | null, attachments: Array<{ id: string, fileName: string, mediaType: string, size: number, width: number | null, height: number | null, durationMs: number | null }>, groups: { nodes: Array<{ id: string, title: string }> }, schedule: { localTime: string, timeZone: string } | null, author: { id: string, name: string } | null, conversation: { id: string } | null } | null };

export type ReadersQueryVariables = Exact<{
  id: string;
  read: boolean;
  after?: string | null | undefined;
}>;


export type ReadersQuery = { broadcast: { id: string, readers: { nodes: Array<{ readAt: string | null, user: { id: string, name: string, department: string | null, avatarUrl: string | null } }>, pageInfo: { endCursor: string | null, hasNextPage: boolean } } } | null };

export type GroupsQueryVariables = Exact<{
  search?: string | null | undefined;
}>;


export type GroupsQuery = { groups: { nodes: Array<{ id: string, title: string, participantCount: number }> } };

export type SendBroadcastMutationVariables = Exact<{
  input: SendBroadcastInput;
}>;


export type SendBroadcastMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'SendBroadcastPayload', broadcast: { id: string, subject: string, body: string, audience: BroadcastAudience, status: BroadcastStatus, priority: Priority, repliesAllowed: boolean, recipientCount: number, readCount: number, sentAt: string | null, scheduledFor: string | null, schedule: { localTime: string, timeZone: string } | null, author: { id: string, name: string } | null, conversation: { id: string } | null } }
    | { __typename: 'SpamRefusedError', detail: string }
   };

export type RescheduleMutationVariables = Exact<{
  input: RescheduleBroadcastInput;
}>;


export type RescheduleMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'RescheduleBroadcastPayload', broadcast: { id: string, subject: string, body: string, audience: BroadcastAudience, status: BroadcastStatus, priority: Priority, repliesAllowed: boolean, recipientCount: number, readCount: number, sentAt: string | null, scheduledFor: string | null, schedule: { localTime: string, timeZone: string } | null, author: { id: string, name: string } | null, conversation: { id: string } | null } }
   };

export type CancelBroadcastMutationVariables = Exact<{
  input: CancelBroadcastInput;
}>;


export type CancelBroadcastMutation = { result:
    | { __typename: 'CancelBroadcastPayload', broadcast: { id: string, subject: string, body: string, audience: BroadcastAudience, status: BroadcastStatus, priority: Priority, repliesAllowed: boolean, recipientCount: number, readCount: number, sentAt: string | null, scheduledFor: string | null, schedule: { localTime: string, timeZone: string } | null, author: { id: string, name: string } | null, conversation: { id: string } | null } }
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type RemindMutationVariables = Exact<{
  input: RemindUnreadRecipientsInput;
}>;


export type RemindMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
    | { __typename: 'RemindUnreadRecipientsPayload', broadcast: { id: string, subject: string, body: string, audience: BroadcastAudience, status: BroadcastStatus, priority: Priority, repliesAllowed: boolean, recipientCount: number, readCount: number, sentAt: string | null, scheduledFor: string | null, schedule: { localTime: string, timeZone: string } | null, author: { id: string, name: string } | null, conversation: { id: string } | null } }
   };

export type AnnounceMutationVariables = Exact<{
  input: CreateGlobalConversationInput;
}>;


export type AnnounceMutation = { result:
    | { __typename: 'CreateGlobalConversationPayload', conversation: { id: string } }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export const BroadcastsDocument = 'fragment BroadcastParts on Broadcast{id subject body audience status priority repliesAllowed recipientCount readCount sentAt scheduledFor schedule{localTime timeZone}author{id name}conversation{id}}query Broadcasts($after:String){broadcasts(first:20 after:$after){nodes{...BroadcastParts}pageInfo{endCursor hasNextPage}}}' as TypedDocument<BroadcastsQuery, BroadcastsQueryVariables>

export const BroadcastDocument = 'fragment BroadcastParts on Broadcast{id subject body audience status priority repliesAllowed recipientCount readCount sentAt scheduledFor schedule{localTime timeZone}author{id name}conversation{id}}query Broadcast($id:ID!){broadcast(id:$id){...BroadcastParts attachments{id fileName mediaType size width height durationMs}groups(first:20){nodes{id title}}}}' as TypedDocument<BroadcastQuery, BroadcastQueryVariables>

export const ReadersDocument = 'query Readers($id:ID!$read:Boolean!$after:String){broadcast(id:$id){id readers(read:$read first:50 after:$after){nodes{readAt user{id name department avatarUrl}}pageInfo{endCursor hasNextPage}}}}' as TypedDocument<ReadersQuery, ReadersQueryVariables>

export const GroupsDocument = 'query Groups($search:String){groups(search:$search first:20){nodes{id title participantCount}}}' as TypedDocument<GroupsQuery, GroupsQueryVariables>

export const SendBroadcastDocument = 'fragment BroadcastParts on Broadcast{id subject body audience status priority repliesAllowed recipientCount readCount sentAt scheduledFor schedule{localTime timeZone}author{id name}conversation{id}}mutation SendBroadcast($input:SendBroadcastInput!){result:sendBroadcast(input:$input){__typename ...on SendBroadcastPayload{broadcast{...BroadcastParts}}...on UserError{detail}}}' as TypedDocument<SendBroadcastMutation, SendBroadcastMutationVariables>

export const RescheduleDocument = 'fragment BroadcastParts on Broadcast{id subject body audience status priority repliesAllowed recipientCount readCount sentAt scheduledFor schedule{localTime timeZone}author{id name}conversation{id}}mutation Reschedule($input:RescheduleBroadcastInput!){result:rescheduleBroadcast(input:$input){__typename ...on RescheduleBroadcastPayload{broadcast{...BroadcastParts}}...on UserError{detail}}}' as TypedDocument<RescheduleMutation, RescheduleMutationVariables>

export const CancelBroadcastDocument = 'fragment BroadcastParts on Broadcast{id subject body audience status priority repliesAllowed recipientCount readCount sentAt scheduledFor schedule{localTime timeZone}author{id name}conversation{id}}mutation CancelBroadcast($input:CancelBroadcastInput!){result:cancelBroadcast(input:$input){__typename ...on CancelBroadcastPayload{broadcast{...BroadcastParts}}...on UserError{detail}}}' as TypedDocument<CancelBroadcastMutation, CancelBroadcastMutationVariables>

export const RemindDocument = 'fragment BroadcastParts on Broadcast{id subject body audience status priority repliesAllowed recipientCount readCount sentAt scheduledFor schedule{localTime timeZone}author{id name}conversation{id}}mutation Remind($input:RemindUnreadRecipientsInput!){result:remindUnreadRecipients(input:$input){__typename ...on RemindUnreadRecipientsPayload{broadcast{...BroadcastParts}}...on UserError{detail}}}' as TypedDocument<RemindMutation, RemindMutationVariables>

export const AnnounceDocument = 'mutation Announce($input:CreateGlobalConversationInput!){result:createGlobalConversation(input:$input){__typename ...on CreateGlobalConversationPayload{conversation{id}}...on UserError{detail}}}' as TypedDocument<AnnounceMutation, AnnounceMutationVariables>
