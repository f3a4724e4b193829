// Written by npm run operations, from schema.graphql and operations.graphql.
import type { TypedDocument } from '../../src/client/request.ts'

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** A kind of attachment. */
export type AttachmentKind =
  /** A file of any type. */
  | 'FILE'
  /** A picture, shown in place with its thumbnail. */
  | 'IMAGE'
  /** A voice note. */
  | 'VOICE';

/** A reason why a file is not accepted. */
export type AttachmentRefusal =
  /** The scanner has found something in it. */
  | 'INFECTED'
  /** The company's room is used up, or the viewer has too many files that are not sent. */
  | 'QUOTA'
  /** It has more bytes or pixels than are accepted. */
  | 'TOO_LARGE'
  /** It is not of the kind that it was said to be, or of a type that is not accepted. */
  | 'TYPE';

/** The state of an attachment. */
export type AttachmentState =
  /** It is part of a message, or of a scheduled broadcast. */
  | 'ATTACHED'
  /** It can be sent, within 24 hours of its creation. */
  | 'READY'
  /** The check has refused it. */
  | 'REFUSED'
  /** It is whole, and is being checked. */
  | 'SCANNING'
  /** Parts of it are missing. */
  | 'UPLOADING';

/** A form of a file. */
export type AttachmentVariant =
  /** The file itself. */
  | 'ORIGINAL'
  /** A small picture of it. */
  | 'THUMBNAIL';

/** The file to read. */
export type CreateAttachmentLinkInput = {
  /** The attachment. */
  attachmentId: string;
  /** Defaults to ORIGINAL. */
  variant?: AttachmentVariant | null | undefined;
};

/** A file to upload. */
export type CreateUploadInput = {
  /** Duration of a voice note, an hour at most; for no other kind. */
  durationMs?: number | null | undefined;
  /** Up to 255 characters. Folders, control characters and those that turn around its direction are left out. */
  fileName: string;
  /** The kind. */
  kind: AttachmentKind;
  /** Number of bytes. */
  size: number;
};

export type FileLinkMutationVariables = Exact<{
  input: CreateAttachmentLinkInput;
}>;


export type FileLinkMutation = { result:
    | { __typename: 'ConflictError', detail: string }
    | { __typename: 'CreateAttachmentLinkPayload', url: string }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'NotFoundError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type BeginUploadMutationVariables = Exact<{
  input: CreateUploadInput;
}>;


export type BeginUploadMutation = { result:
    | { __typename: 'AttachmentRefusedError', reason: AttachmentRefusal, detail: string }
    | { __typename: 'CreateUploadPayload', uploadUrl: string, partBytes: number, attachment: { id: string } }
    | { __typename: 'InvalidInputError', detail: string }
    | { __typename: 'PermissionDeniedError', detail: string }
   };

export type UploadStateQueryVariables = Exact<{
  id: string;
}>;


export type UploadStateQuery = { node:
    | { __typename: 'Attachment', state: AttachmentState, refusal: AttachmentRefusal | null }
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
    | { __typename: 'ModerationCase' }
    | { __typename: 'Role' }
    | { __typename: 'User' }
   | null };

export const FileLinkDocument = 'mutation FileLink($input:CreateAttachmentLinkInput!){result:createAttachmentLink(input:$input){__typename ...on CreateAttachmentLinkPayload{url}...on UserError{detail}}}' as TypedDocument<FileLinkMutation, FileLinkMutationVariables>

export const BeginUploadDocument = 'mutation BeginUpload($input:CreateUploadInput!){result:createUpload(input:$input){__typename ...on CreateUploadPayload{attachment{id}uploadUrl partBytes}...on AttachmentRefusedError{reason}...on UserError{detail}}}' as TypedDocument<BeginUploadMutation, BeginUploadMutationVariables>

export const UploadStateDocument = 'query UploadState($id:ID!){node(id:$id){__typename ...on Attachment{state refusal}}}' as TypedDocument<UploadStateQuery, UploadStateQueryVariables>
