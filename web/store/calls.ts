import type { TypedDocument } from '../../src/client/request.ts'
import {
  AddPeopleDocument,
  ChangeRoleDocument,
  ContextThreadDocument,
  EditDocument,
  HideConversationDocument,
  HideMessageDocument,
  LeaveDocument,
  MuteDocument,
  PreferDocument,
  ReactDocument,
  RegisterPushDocument,
  RemovePersonDocument,
  RemovePushDocument,
  RenameDocument,
  ReportDocument,
  type ReportMutationVariables,
  RetractDocument,
  StartContextDocument,
  StartDirectDocument,
  StartGroupDocument,
  UnmuteDocument,
  UnreadDocument,
} from '../api/operations.ts'
import type { Session } from './session.ts'
import type { ContextKey, Conversation, Message, Preferences } from './types.ts'

/** The server has refused a call; the message says why, in words for people. */
class Refused extends Error {}

type Answer = { result: { __typename: string; detail?: string } }

/** Sends a mutation and returns its payload. Throws Refused, or ColloquyError. */
export async function call<Data extends Answer, Variables>(
  session: Pick<Session, 'request'>,
  document: TypedDocument<Data, Variables>,
  input: Variables extends { input: infer Input } ? Input : never,
): Promise<Exclude<Data['result'], { detail: string }>> {
  const { result } = await session.request(document, { input } as Variables)
  if (typeof result.detail === 'string') throw new Refused(result.detail)
  return result as Exclude<Data['result'], { detail: string }>
}

function take(session: Session, { conversation }: { conversation: Conversation }): Conversation {
  session.inbox.upsert(conversation)
  return conversation
}

export async function startDirect(session: Session, userId: string): Promise<Conversation> {
  return take(session, await call(session, StartDirectDocument, { userId }))
}

export async function startGroup(
  session: Session,
  title: string,
  memberIds: string[],
): Promise<Conversation> {
  return take(session, await call(session, StartGroupDocument, { title, memberIds }))
}

/** Returns the conversation about a thing; null if there is none yet. */
export async function findContext(session: Session, { type, id }: ContextKey): Promise<Conversation | null> {
  const { contextConversation } = await session.request(ContextThreadDocument, { type, contextId: id })
  if (contextConversation) session.inbox.upsert(contextConversation)
  return contextConversation
}

export async function startContext(
  session: Session,
  context: ContextKey,
  title: string,
): Promise<Conversation> {
  const input = { type: context.type, contextId: context.id, title }
  return take(session, await call(session, StartContextDocument, input))
}

export async function setMuted(session: Session, conversationId: string, muted: boolean, until?: string) {
  if (muted) take(session, await call(session, MuteDocument, { conversationId, until: until ?? null }))
  else take(session, await call(session, UnmuteDocument, { conversationId }))
}

export async function hideConversation(session: Session, conversationId: string): Promise<void> {
  const { unread } = await call(session, HideConversationDocument, { conversationId })
  session.inbox.unread.value = unread
  session.inbox.forget(conversationId)
}

export async function markUnread(session: Session, conversationId: string, fromSeq: number): Promise<void> {
  const { conversation, unread } = await call(session, UnreadDocument, { conversationId, fromSeq })
  session.inbox.upsert(conversation)
  session.inbox.unread.value = unread
}

export async function prefer(session: Session, changes: Partial<Preferences>): Promise<void> {
  session.preferences.value = (await call(session, PreferDocument, changes)).preferences
}

export async function react(
  session: Session,
  messageId: string,
  emoji: string,
  on: boolean,
): Promise<Message> {
  return (await call(session, ReactDocument, { messageId, emoji, on })).message
}

export async function edit(session: Session, messageId: string, body: string): Promise<Message> {
  return (await call(session, EditDocument, { messageId, body })).message
}

export async function retract(session: Session, messageId: string): Promise<Message> {
  return (await call(session, RetractDocument, { messageId })).message
}

export async function hideMessage(session: Session, messageId: string): Promise<void> {
  await call(session, HideMessageDocument, { messageId })
}

/** Tells the moderators of a message. Its author hears nothing of it. */
export async function report(session: Session, input: ReportMutationVariables['input']): Promise<void> {
  await call(session, ReportDocument, input)
}

export async function addPeople(session: Session, conversationId: string, userIds: string[]): Promise<void> {
  take(session, await call(session, AddPeopleDocument, { conversationId, userIds }))
}

export async function removePerson(session: Session, conversationId: string, userId: string): Promise<void> {
  take(session, await call(session, RemovePersonDocument, { conversationId, userId }))
}

export async function changeRole(
  session: Session,
  conversationId: string,
  userId: string,
  role: 'ADMIN' | 'MEMBER',
): Promise<void> {
  take(session, await call(session, ChangeRoleDocument, { conversationId, userId, role }))
}

export async function rename(session: Session, groupId: string, title: string): Promise<void> {
  take(session, await call(session, RenameDocument, { groupId, title }))
}

export async function leave(session: Session, groupId: string): Promise<void> {
  await call(session, LeaveDocument, { groupId })
  session.inbox.forget(groupId)
}

/** Has the server push to this browser. */
export async function registerPush(
  session: Session,
  subscription: { endpoint: string; p256dh: string; auth: string },
): Promise<void> {
  await call(session, RegisterPushDocument, subscription)
}

/** Has the server push to this browser no more. */
export async function removePush(session: Pick<Session, 'request'>, endpoint: string): Promise<void> {
  await call(session, RemovePushDocument, { endpoint })
}
