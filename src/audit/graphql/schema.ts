import { builder } from '../../graphql/builder.ts'
import { decodeQueryIdOf } from '../../graphql/ids.ts'
import { encodeId } from '../../ids.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import {
  type AuditEvent,
  auditEventPage,
  auditEventsById,
  clientOfAct,
  objectOfAct,
} from '../queries/audit-events.ts'
import {
  type AuditProof,
  type AuditVerification,
  proveAudit,
  verifyAudit,
} from '../queries/audit-verification.ts'
import type { AuditProblem } from '../verify-trail.ts'

const AuditEventRef = builder.objectRef<AuditEvent>('AuditEvent')

builder.node(AuditEventRef, {
  description: 'An act in the audit trail of the company. Null for people without AUDIT_READ.',
  id: { resolve: ({ id }) => id },
  loadManyWithoutCache: (ids, context) => auditEventsById(context, ids),
  fields: (t) => ({
    index: t.exposeInt('index', {
      description: 'Number of the event in the company: 0, 1, 2 … without gaps.',
    }),
    kind: t.exposeString('kind', {
      description:
        'The act, such as message.created, message.retracted, member.disabled or permission.denied.',
    }),
    actor: t.field({
      type: UserRef,
      nullable: true,
      description: 'The person who acted. Null for acts of the operator and of the server itself.',
      resolve: ({ actorId }, _args, { loaders }) => (actorId ? loaders.user.load(actorId) : null),
    }),
    objectId: t.id({
      nullable: true,
      description: 'Id of the object of the act. The object may no longer exist.',
      resolve: (event) => objectOfAct(event),
    }),
    conversationId: t.id({
      nullable: true,
      description: 'Id of the conversation in which the act was done.',
      resolve: ({ conversationId }) => conversationId && encodeId('Conversation', conversationId),
    }),
    at: t.field({ type: 'DateTime', description: 'Time of the act.', resolve: ({ at }) => new Date(at) }),
    address: t.string({
      nullable: true,
      description: 'IP address that the act came from. Null if it is not known, or erased with the person.',
      resolve: async (event, _args, context) => (await clientOfAct(context, event))?.address ?? null,
    }),
    userAgent: t.string({
      nullable: true,
      description: 'User agent that the act came from. Null if it is not known, or erased with the person.',
      resolve: async (event, _args, context) => (await clientOfAct(context, event))?.userAgent ?? null,
    }),
    requestId: t.exposeString('requestId', {
      nullable: true,
      description: 'Id of the request, which also stands in the log. Null if it came by none.',
    }),
    detail: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'More about the act: ids, names of settings and numbers. Never a text that people have written.',
      resolve: ({ detail }) => (detail === null ? null : JSON.parse(detail)),
    }),
  }),
})

const AuditProblemRef = builder.objectRef<AuditProblem>('AuditProblem').implement({
  description: 'A problem that a verification has found.',
  fields: (t) => ({
    index: t.exposeInt('index', {
      nullable: true,
      description: 'Index of the first event that it concerns. Null if it concerns none.',
    }),
    detail: t.exposeString('detail', { description: 'The problem in plain English.' }),
  }),
})

const AuditVerificationRef = builder.objectRef<AuditVerification>('AuditVerification').implement({
  description: 'The outcome of a verification of the audit trail.',
  fields: (t) => ({
    size: t.exposeInt('size', { description: 'Number of sealed events.' }),
    root: t.string({
      description: 'Root of the tree of the sealed events (RFC 6962), in base64.',
      resolve: ({ root }) => root.toString('base64'),
    }),
    note: t.exposeString('note', {
      description: 'The signed checkpoint of the sealed events, as c2sp.org/tlog-checkpoint defines it.',
    }),
    verifiedAt: t.expose('verifiedAt', { type: 'DateTime', description: 'Time of the verification.' }),
    problems: t.field({
      type: [AuditProblemRef],
      description: 'All problems, at most 100. Empty if the trail is whole.',
      resolve: ({ problems }) => problems,
    }),
  }),
})

const AuditProofRef = builder.objectRef<AuditProof>('AuditProof').implement({
  description: 'The proof that an event is in the trail that a note signs (RFC 6962).',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Index of the event.' }),
    leaf: t.exposeString('leaf', {
      description:
        'The event as it was hashed: one line of JSON. Its hash is SHA-256 of a zero byte and the line.',
    }),
    path: t.stringList({
      description: 'Hashes from beside the leaf up to below the root, in base64.',
      resolve: ({ path }) => path.map((hash) => hash.toString('base64')),
    }),
    note: t.exposeString('note', {
      description: 'The signed checkpoint with the root that the path leads to.',
    }),
  }),
})

const AuditFilterInput = builder.inputType('AuditFilter', {
  description: 'The audit events that are wanted; what is left out is not filtered by.',
  fields: (t) => ({
    kinds: t.stringList({ description: 'Kinds of acts, at most 50.' }),
    actorId: t.id({ description: 'The person who acted.' }),
    conversationId: t.id({ description: 'The conversation in which the act was done.' }),
    after: t.field({ type: 'DateTime', description: 'Acts from this time on.' }),
    before: t.field({ type: 'DateTime', description: 'Acts before this time.' }),
  }),
})

builder.queryField('auditEvents', (t) =>
  t.connection(
    {
      type: AuditEventRef,
      description: 'The audit trail of the company, latest first.',
      authScopes: { permission: 'AUDIT_READ' },
      args: { filter: t.arg({ type: AuditFilterInput, description: 'Lists only some of the events.' }) },
      resolve: (_root, { filter, ...args }, context) =>
        auditEventPage(
          context,
          {
            kinds: filter?.kinds ?? null,
            actorId: filter?.actorId ? decodeQueryIdOf('User', filter.actorId) : null,
            conversationId: filter?.conversationId
              ? decodeQueryIdOf('Conversation', filter.conversationId)
              : null,
            after: filter?.after ?? null,
            before: filter?.before ?? null,
          },
          args,
        ),
    },
    { name: 'AuditEventConnection', description: 'A page of audit events.' },
    { name: 'AuditEventEdge', description: 'An audit event and its cursor in the list.' },
  ),
)

builder.queryField('auditVerification', (t) =>
  t.field({
    type: AuditVerificationRef,
    description:
      'Recomputes the whole audit trail, and compares it with the checkpoints in the database and beside the keys. Finds events that were changed, removed, moved or inserted, and a database that was put back.',
    authScopes: { permission: 'AUDIT_READ' },
    // Reads every event of the company.
    complexity: { field: 200 },
    resolve: (_root, _args, context) => verifyAudit(context),
  }),
)

builder.queryField('auditProof', (t) =>
  t.field({
    type: AuditProofRef,
    nullable: true,
    description: 'Proves that an event is in the audit trail; null if there is no such event.',
    authScopes: { permission: 'AUDIT_READ' },
    args: { eventId: t.arg.id({ required: true, description: 'The event.' }) },
    complexity: { field: 10 },
    resolve: (_root, { eventId }, context) => proveAudit(context, decodeQueryIdOf('AuditEvent', eventId)),
  }),
)
