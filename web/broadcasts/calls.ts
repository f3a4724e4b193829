import { call } from '../store/calls.ts'
import type { Session } from '../store/session.ts'
import {
  AnnounceDocument,
  type BroadcastPartsFragment,
  CancelBroadcastDocument,
  RemindDocument,
  RescheduleDocument,
  SendBroadcastDocument,
  type SendBroadcastMutationVariables,
} from './operations.ts'

export type Broadcast = BroadcastPartsFragment
export type BroadcastInput = SendBroadcastMutationVariables['input']

/** Sends or schedules a broadcast. Repeated with the same key it is sent once. */
export async function sendBroadcast(session: Session, input: BroadcastInput): Promise<Broadcast> {
  return (await call(session, SendBroadcastDocument, input)).broadcast
}

export async function reschedule(
  session: Session,
  broadcastId: string,
  schedule: NonNullable<BroadcastInput['schedule']>,
): Promise<Broadcast> {
  return (await call(session, RescheduleDocument, { broadcastId, schedule })).broadcast
}

export async function cancelBroadcast(session: Session, broadcastId: string): Promise<Broadcast> {
  return (await call(session, CancelBroadcastDocument, { broadcastId })).broadcast
}

/** Notifies those again who have not read it. */
export async function remind(session: Session, broadcastId: string): Promise<Broadcast> {
  return (await call(session, RemindDocument, { broadcastId })).broadcast
}

/** Creates a conversation of the whole company, and returns its id. */
export async function announce(session: Session, title: string, repliesAllowed: boolean): Promise<string> {
  return (await call(session, AnnounceDocument, { title, repliesAllowed })).conversation.id
}
