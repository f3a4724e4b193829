import { ConversationConnection, ConversationRef } from '../../conversations/graphql/refs.ts'
import { builder } from '../../graphql/builder.ts'
import { decodeQueryIdOf } from '../../graphql/ids.ts'
import { auditedConversation, auditedConversationPage } from '../queries/audited-conversations.ts'

builder.queryField('auditConversations', (t) =>
  t.connection(
    {
      type: ConversationRef,
      description:
        "The company's conversations, whoever takes part in them, latest created first. Each page is recorded in the audit trail before it is answered, and so is whatever is read below it, as for auditConversation.",
      authScopes: { permission: 'CONVERSATION_AUDIT' },
      args: {
        userId: t.arg.id({
          description: 'Lists the conversations of this person, with those that the person has left.',
        }),
        search: t.arg.string({
          description:
            'Part of the title, or of a name in a direct conversation. Accents and case are ignored.',
        }),
      },
      resolve: (_root, { userId, search, ...args }, context) =>
        auditedConversationPage(
          context,
          { userId: userId == null ? null : decodeQueryIdOf('User', userId), search },
          args,
        ),
    },
    ConversationConnection,
  ),
)

builder.queryField('auditConversation', (t) =>
  t.field({
    type: ConversationRef,
    nullable: true,
    description:
      "One conversation of the company, whoever takes part in it; null if there is none. All posted messages are shown, also those that access rules or their reader's hiding keep from others; retracted ones have no text but their revisions. Messages that are held for review or were rejected are in no conversation: moderators find them in moderationCases. The conversation and each page of messages, replies and revisions, a parent and a last message are recorded in the audit trail before they are answered; what cannot be recorded is not answered. Nothing is marked as read or received. Participants are told by ConversationAudited if the company's auditReadsVisible is true.",
    authScopes: { permission: 'CONVERSATION_AUDIT' },
    args: { id: t.arg.id({ required: true, description: 'The conversation.' }) },
    resolve: (_root, { id }, context) => auditedConversation(context, decodeQueryIdOf('Conversation', id)),
  }),
)
