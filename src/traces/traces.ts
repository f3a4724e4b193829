import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Database } from '../database/database.ts'

/**
 * Spans of requests, operations, jobs, statements, events and deliveries. Their names and attributes are those of the code: fields of
 * the schema, tasks, statements, kinds of events, outcomes. Nothing that people have written, and nothing that identifies them.
 */
export interface Traces {
  /** Runs a request in a span, in the trace of the client if the request has a `traceparent`. */
  request(request: IncomingMessage, response: ServerResponse, work: () => Promise<void>): Promise<void>
  /** Runs a query or mutation in a span of its root field. An error of the answer fails the span. */
  operation<T extends { errors?: unknown }>(field: string, work: () => Promise<T>): Promise<T>
  /** Runs an attempt of a job in a trace of its own. */
  job<T>(task: string, attempt: number, work: () => Promise<T>): Promise<T>
  /** Returns a database whose statements have spans where an operation, a job or a delivery runs them. */
  database(database: Database): Database
  /** Messages are stored together: the statement's span is part of the trace of each. Call it as the message is sent. */
  sending(messageId: string): void
  /** Runs work that goes on for others too, outside of any trace. */
  detached<T>(work: () => T): T
  /** Returns the notification of a position, with the traces that have led to it. */
  notification(companyId: string, position: number): string
  /** Reads a notification: its position, and the traces that it brings. */
  heard(companyId: string, payload: string): number
  /** Notes that an event was read and offered to the subscribers of this process. */
  event(companyId: string, event: { position: number; kind: string }): void
  /** Runs the delivery of an event to one person in a span, if the event has one. */
  delivery<T>(companyId: string, position: number | undefined, work: () => Promise<T>): Promise<T>
  /** Exports what is queued, within two seconds, and ends. */
  close(): Promise<void>
}

/** The position in a notification, whether it brings traces or not. */
export function positionIn(payload: string): number {
  return Number.parseInt(payload, 10)
}
