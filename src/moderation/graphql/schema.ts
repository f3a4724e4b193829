import { builder } from '../../graphql/builder.ts'
import { UserRef } from '../../members/graphql/refs.ts'
import { person } from '../../members/queries/people.ts'
import { MessageConnection, MessageRef, SpamSignalEnum } from '../../messages/graphql/refs.ts'
import type { ReportRow } from '../case-row.ts'
import {
  casePage,
  casesOf,
  heldPage,
  messageOfCase,
  readNote,
  readReason,
  reportPage,
} from '../queries/cases.ts'
import type { SpamSignal } from '../spam-signal.ts'
import { ModerationCaseRef, ReportReasonEnum } from './refs.ts'

const CaseKindEnum = builder.enumType('ModerationCaseKind', {
  description: 'The reason for which a case was opened.',
  values: {
    HELD: { description: 'The message looks like spam and waits for review. Nobody but its author sees it.' },
    REPORTED: { description: 'People who see the message have reported it.' },
  } as const,
})

const CaseStateEnum = builder.enumType('ModerationCaseState', {
  description: 'The state of a case.',
  values: {
    OPEN: { description: 'It waits for a decision.' },
    APPROVED: { description: 'The held message was posted.' },
    REJECTED: { description: 'The held message was rejected.' },
    DISMISSED: { description: 'The reported message stays.' },
    RETRACTED: { description: 'The reported message was retracted.' },
  } as const,
})

const MessageReportRef = builder.objectRef<ReportRow>('MessageReport').implement({
  description: 'The report of one person about a message.',
  fields: (t) => ({
    reporter: t.field({
      type: UserRef,
      description: 'The person who reported it.',
      resolve: ({ reporterId }, _args, context) => person(context, reporterId),
    }),
    reason: t.field({
      type: ReportReasonEnum,
      description: 'The reason.',
      resolve: ({ reason }) => reason as 'SPAM' | 'HARASSMENT' | 'CONFIDENTIAL' | 'OTHER',
    }),
    note: t.string({
      nullable: true,
      description: 'A remark of the person.',
      resolve: (report, _args, context) => readNote(context, report),
    }),
    reportedAt: t.expose('reportedAt', { type: 'DateTime', description: 'Time of the report.' }),
  }),
})

const MessageReportConnection = builder.connectionObject(
  { type: MessageReportRef, name: 'MessageReportConnection', description: 'A page of reports.' },
  { name: 'MessageReportEdge', description: 'A report and its cursor in the list.' },
)

builder.node(ModerationCaseRef, {
  description: 'A message that moderators decide about. Null for people without MESSAGE_MODERATE.',
  id: { resolve: ({ id }) => id },
  loadManyWithoutCache: (ids, context) =>
    context.viewer.permissions.has('MESSAGE_MODERATE') ? casesOf(context, ids) : ids.map(() => null),
  fields: (t) => ({
    message: t.field({
      perViewer: true,
      type: MessageRef,
      description: 'The message, whether or not the viewer takes part in its conversation.',
      resolve: (found, _args, context) => messageOfCase(context, found),
    }),
    kind: t.field({
      type: CaseKindEnum,
      description: 'The reason for which it was opened.',
      resolve: ({ kind }) => kind,
    }),
    state: t.field({ type: CaseStateEnum, description: 'The current state.', resolve: ({ state }) => state }),
    signals: t.field({
      type: [SpamSignalEnum],
      description: 'Signals of spam in a held message.',
      resolve: ({ signals }) => signals as SpamSignal[],
    }),
    reports: t.connection(
      {
        perViewer: true,
        type: MessageReportRef,
        description: 'Reports of a reported message, earliest first.',
        resolve: (found, args, context) => reportPage(context, found, args),
      },
      MessageReportConnection,
    ),
    openedAt: t.expose('openedAt', { type: 'DateTime', description: 'Time at which it was opened.' }),
    decidedAt: t.expose('decidedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time of the decision; null while it is open.',
    }),
    decidedBy: t.field({
      type: UserRef,
      nullable: true,
      description: 'The moderator who decided; null while it is open.',
      resolve: ({ decidedById }, _args, { loaders }) => (decidedById ? loaders.user.load(decidedById) : null),
    }),
    reason: t.string({
      nullable: true,
      description: 'The reason of the decision; null while it is open.',
      resolve: (found, _args, context) => readReason(context, found),
    }),
  }),
})

builder.queryField('heldMessages', (t) =>
  t.connection(
    {
      type: MessageRef,
      description: "The viewer's own messages that wait for review or were rejected, latest first.",
      authScopes: { permission: 'MESSAGE_READ' },
      resolve: (_root, args, context) => heldPage(context, args),
    },
    MessageConnection,
  ),
)

builder.queryField('moderationCases', (t) =>
  t.connection(
    {
      type: ModerationCaseRef,
      description: 'Cases of moderation, earliest first; of one state, or all.',
      authScopes: { permission: 'MESSAGE_MODERATE' },
      args: { state: t.arg({ type: CaseStateEnum, description: 'Only cases in this state.' }) },
      resolve: (_root, args, context) => casePage(context, args.state, args),
    },
    { name: 'ModerationCaseConnection', description: 'A page of cases.' },
    { name: 'ModerationCaseEdge', description: 'A case and its cursor in the list.' },
  ),
)
