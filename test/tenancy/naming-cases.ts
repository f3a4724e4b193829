/** Ids of things by type: unknown ones, another company's, or hidden ones of the viewer's own company. */
export interface Ids {
  conversation: string
  message: string
  user: string
  role: string
  company: string
  broadcast: string
  moderationCase: string
  auditEvent: string
  export: string
  legalHold: string
  attachment: string
  guest: string
  guestMessage: string
  inbound: string
}

/** Objects that the viewer may name: a group of the viewer's own, of which a colleague is a member too. */
export interface Own {
  groupId: string
  messageId: string
}

/** An operation with ids. The answer must be the same whether they are unknown, of another company or hidden. */
export interface NamingCase {
  document: string
  /** Each probe puts an id in one place; `answer` matches the rejection. */
  probes: { variables(ids: Ids, own: Own): Record<string, unknown>; answer: RegExp }[]
}

const NOT_FOUND = /^\{"data":\{"result":\{"__typename":"NotFoundError","detail":"[^"]+"\}\}\}$/
const INVALID =
  /^\{"data":\{"result":\{"__typename":"InvalidInputError","detail":"[^"]+","issues":\[.+\]\}\}\}$/
const DENIED =
  /^\{"data":\{"result":\{"__typename":"PermissionDeniedError","detail":"[^"]+","permission":null\}\}\}$/

/** The answer to a viewer without the permission reveals no more than that to one who has it. */
const NOT_FOUND_OR_DENIED = new RegExp(`${NOT_FOUND.source}|"__typename":"PermissionDeniedError"`)

const A_DAY = { format: 'CSV', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }

/** The fields of every page besides its nodes. */
export const PAGE = 'pageInfo { startCursor endCursor hasNextPage }'
/** The fields of a conversation that show data of others. */
export const CONVERSATION = `id kind title description participantCount unreadCount lastSeq lastMessage { id body }
  counterpart { id name email } participants { nodes { user { id name } } } messages { nodes { id body } }`

function mutation(
  field: string,
  probes: [input: (ids: Ids, own: Own) => Record<string, unknown>, answer: RegExp][],
): NamingCase {
  const type = field.charAt(0).toUpperCase() + field.slice(1)
  return {
    document: `mutation ($input: ${type}Input!) { result: ${field}(input: $input) { __typename
      ... on UserError { detail }
      ... on InvalidInputError { issues { path detail } }
      ... on PermissionDeniedError { permission } } }`,
    probes: probes.map(([input, answer]) => ({
      variables: (ids, own) => ({ input: input(ids, own) }),
      answer,
    })),
  }
}

/** Root fields that take ids. */
export const namingCases: Record<string, NamingCase> = {
  'Query.node': {
    document: 'query ($id: ID!) { node(id: $id) { __typename id } }',
    probes: (
      [
        'conversation',
        'message',
        'user',
        'role',
        'company',
        'broadcast',
        'moderationCase',
        'auditEvent',
        'legalHold',
        'attachment',
      ] as const
    ).map((type) => ({
      variables: (ids) => ({ id: ids[type] }),
      answer: /^\{"data":\{"node":null\}\}$/,
    })),
  },
  'Query.nodes': {
    document: 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }',
    probes: [
      {
        variables: ({ guest: _g, guestMessage: _m, inbound: _i, ...ids }) => ({ ids: Object.values(ids) }),
        answer: /^\{"data":\{"nodes":\[null,null,null,null,null,null,null,null,null,null,null\]\}\}$/,
      },
    ],
  },
  'Query.conversation': {
    document: `query ($id: ID!) { conversation(id: $id) { ${CONVERSATION} } }`,
    probes: [
      { variables: (ids) => ({ id: ids.conversation }), answer: /^\{"data":\{"conversation":null\}\}$/ },
    ],
  },
  'Query.directConversation': {
    document: `query ($id: ID!) { directConversation(userId: $id) { ${CONVERSATION} } }`,
    probes: [
      { variables: (ids) => ({ id: ids.user }), answer: /^\{"data":\{"directConversation":null\}\}$/ },
    ],
  },
  'Query.message': {
    document: 'query ($id: ID!) { message(id: $id) { id body author { name } conversation { id } } }',
    probes: [{ variables: (ids) => ({ id: ids.message }), answer: /^\{"data":\{"message":null\}\}$/ }],
  },
  'Query.searchMessages': {
    document: `query ($filter: MessageSearchFilter) {
      searchMessages(text: "in", filter: $filter) { nodes { id body } ${PAGE} } }`,
    probes: [
      (ids: Ids) => ({ conversationId: ids.conversation }),
      (ids: Ids) => ({ authorId: ids.user, conversationId: ids.conversation }),
    ].map((filter) => ({
      variables: (ids) => ({ filter: filter(ids) }),
      answer: /"searchMessages":\{"nodes":\[\]/,
    })),
  },
  'Query.auditEvents': {
    document: `query ($filter: AuditFilter) { auditEvents(filter: $filter) { nodes { id } ${PAGE} } }`,
    probes: [(ids: Ids) => ({ actorId: ids.user }), (ids: Ids) => ({ conversationId: ids.conversation })].map(
      (filter) => ({
        variables: (ids) => ({ filter: filter(ids) }),
        answer: /"auditEvents":\{"nodes":\[\]|"code":"FORBIDDEN"/,
      }),
    ),
  },
  'Query.auditConversation': {
    document: `query ($id: ID!) { auditConversation(id: $id) { ${CONVERSATION} } }`,
    probes: [
      {
        variables: (ids) => ({ id: ids.conversation }),
        answer: /^\{"data":\{"auditConversation":null\}\}$|"code":"FORBIDDEN"/,
      },
    ],
  },
  'Query.auditConversations': {
    document: `query ($id: ID) { auditConversations(userId: $id) { nodes { ${CONVERSATION} } } }`,
    probes: [{ variables: (ids) => ({ id: ids.user }), answer: /"nodes":\[\]|"code":"FORBIDDEN"/ }],
  },
  'Query.auditProof': {
    document: 'query ($id: ID!) { auditProof(eventId: $id) { index leaf note } }',
    probes: [
      {
        variables: (ids) => ({ id: ids.auditEvent }),
        answer: /^\{"data":\{"auditProof":null\}\}$|"code":"FORBIDDEN"/,
      },
    ],
  },
  'Query.broadcast': {
    document: 'query ($id: ID!) { broadcast(id: $id) { id subject body conversation { id } } }',
    probes: [{ variables: (ids) => ({ id: ids.broadcast }), answer: /^\{"data":\{"broadcast":null\}\}$/ }],
  },
  'Query.guest': {
    document: 'query ($id: ID!) { guest(id: $id) { id name phone consentEvents { nodes { words } } } }',
    probes: [{ variables: (ids) => ({ id: ids.guest }), answer: /"guest":null|"code":"FORBIDDEN"/ }],
  },
  'Query.guestMessage': {
    document: 'query ($id: ID!) { guestMessage(id: $id) { id body deliveries { nodes { id } } } }',
    probes: [
      { variables: (ids) => ({ id: ids.guestMessage }), answer: /"guestMessage":null|"code":"FORBIDDEN"/ },
    ],
  },
  'Query.inboundMessages': {
    document: 'query ($id: ID) { inboundMessages(guestId: $id) { nodes { id body } } }',
    probes: [{ variables: (ids) => ({ id: ids.guest }), answer: /"nodes":\[\]|"code":"FORBIDDEN"/ }],
  },
  'Mutation.sendGuestMessage': mutation('sendGuestMessage', [
    [(ids) => ({ guestIds: [ids.guest], body: 'No' }), NOT_FOUND_OR_DENIED],
    [(ids) => ({ allSubscribed: true, inReplyToId: ids.inbound, body: 'No' }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.cancelGuestMessage': mutation('cancelGuestMessage', [
    [(ids) => ({ guestMessageId: ids.guestMessage }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.recordGuestConsent': mutation('recordGuestConsent', [
    [(ids) => ({ guestId: ids.guest, state: 'OPTED_OUT' }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.eraseGuest': mutation('eraseGuest', [[(ids) => ({ guestId: ids.guest }), NOT_FOUND_OR_DENIED]]),
  'Mutation.sendBroadcast': mutation('sendBroadcast', [
    [(ids) => ({ audience: 'USERS', userIds: [ids.user], subject: 'No', body: 'No' }), NOT_FOUND_OR_DENIED],
    [
      (ids) => ({ audience: 'GROUPS', groupIds: [ids.conversation], subject: 'No', body: 'No' }),
      NOT_FOUND_OR_DENIED,
    ],
  ]),
  'Mutation.markBroadcastRead': mutation('markBroadcastRead', [
    [(ids) => ({ broadcastId: ids.broadcast }), NOT_FOUND],
  ]),
  'Mutation.rescheduleBroadcast': mutation('rescheduleBroadcast', [
    [
      (ids) => ({
        broadcastId: ids.broadcast,
        schedule: {
          localTime: `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T09:00:00`,
          timeZone: 'UTC',
        },
      }),
      NOT_FOUND_OR_DENIED,
    ],
  ]),
  'Mutation.cancelBroadcast': mutation('cancelBroadcast', [
    [(ids) => ({ broadcastId: ids.broadcast }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.remindUnreadRecipients': mutation('remindUnreadRecipients', [
    [(ids) => ({ broadcastId: ids.broadcast }), NOT_FOUND_OR_DENIED],
  ]),
  'Query.presence': {
    document: 'query ($ids: [ID!]) { presence(userIds: $ids) { user { id name } status changedAt } }',
    probes: [{ variables: (ids) => ({ ids: [ids.user] }), answer: /^\{"data":\{"presence":\[\]\}\}$/ }],
  },
  'Mutation.updateRole': mutation('updateRole', [
    [(ids) => ({ roleId: ids.role, name: 'No' }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.deleteRole': mutation('deleteRole', [[(ids) => ({ roleId: ids.role }), NOT_FOUND_OR_DENIED]]),
  'Mutation.createConnectionTicket': mutation('createConnectionTicket', [
    [(ids) => ({ companyId: ids.company }), DENIED],
  ]),
  'Mutation.startDirectConversation': mutation('startDirectConversation', [
    [(ids) => ({ userId: ids.user }), NOT_FOUND],
  ]),
  'Mutation.createGroup': mutation('createGroup', [
    [(ids) => ({ title: 'Never', memberIds: [ids.user] }), NOT_FOUND],
  ]),
  'Mutation.updateGroup': mutation('updateGroup', [
    [(ids) => ({ groupId: ids.conversation, title: 'Taken', access: 'OPEN' }), NOT_FOUND],
  ]),
  'Mutation.updateDepartmentChannel': mutation('updateDepartmentChannel', [
    [(ids) => ({ conversationId: ids.conversation, departments: ['Any'] }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.joinGroup': mutation('joinGroup', [[(ids) => ({ groupId: ids.conversation }), NOT_FOUND]]),
  'Mutation.leaveGroup': mutation('leaveGroup', [[(ids) => ({ groupId: ids.conversation }), NOT_FOUND]]),
  'Mutation.addParticipants': mutation('addParticipants', [
    [(ids) => ({ conversationId: ids.conversation, userIds: [ids.user] }), NOT_FOUND],
    [(ids, own) => ({ conversationId: own.groupId, userIds: [ids.user] }), NOT_FOUND],
  ]),
  'Mutation.removeParticipant': mutation('removeParticipant', [
    [(ids) => ({ conversationId: ids.conversation, userId: ids.user }), NOT_FOUND],
    [(ids, own) => ({ conversationId: own.groupId, userId: ids.user }), NOT_FOUND],
  ]),
  'Mutation.changeParticipantRole': mutation('changeParticipantRole', [
    [(ids) => ({ conversationId: ids.conversation, userId: ids.user, role: 'ADMIN' }), NOT_FOUND],
    [(ids, own) => ({ conversationId: own.groupId, userId: ids.user, role: 'ADMIN' }), NOT_FOUND],
  ]),
  'Mutation.muteConversation': mutation('muteConversation', [
    [(ids) => ({ conversationId: ids.conversation }), NOT_FOUND],
  ]),
  'Mutation.hideConversation': mutation('hideConversation', [
    [(ids) => ({ conversationId: ids.conversation }), NOT_FOUND],
  ]),
  'Mutation.openContextConversation': mutation('openContextConversation', [
    [(ids) => ({ type: 'PLAN', contextId: 'never', participantIds: [ids.user] }), NOT_FOUND],
  ]),
  'Mutation.editMessage': mutation('editMessage', [
    [(ids) => ({ messageId: ids.message, body: 'Changed' }), NOT_FOUND],
  ]),
  'Mutation.retractMessage': mutation('retractMessage', [[(ids) => ({ messageId: ids.message }), NOT_FOUND]]),
  'Mutation.setReaction': mutation('setReaction', [
    [(ids) => ({ messageId: ids.message, emoji: '👍', on: true }), NOT_FOUND],
  ]),
  'Mutation.hideMessage': mutation('hideMessage', [[(ids) => ({ messageId: ids.message }), NOT_FOUND]]),
  'Mutation.setMessageAccess': mutation('setMessageAccess', [
    [(ids) => ({ messageId: ids.message, rules: [] }), NOT_FOUND],
    [(ids, own) => ({ messageId: own.messageId, rules: [{ effect: 'ALLOW', userId: ids.user }] }), NOT_FOUND],
    [(ids, own) => ({ messageId: own.messageId, rules: [{ effect: 'DENY', roleId: ids.role }] }), NOT_FOUND],
  ]),
  'Mutation.reportMessage': mutation('reportMessage', [
    [(ids) => ({ messageId: ids.message, reason: 'OTHER' }), NOT_FOUND],
  ]),
  'Mutation.decideModerationCase': mutation('decideModerationCase', [
    [(ids) => ({ caseId: ids.moderationCase, decision: 'DISMISS', reason: 'No' }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.requestExport': mutation('requestExport', [
    [(ids) => ({ ...A_DAY, userIds: [ids.user] }), NOT_FOUND_OR_DENIED],
    [(ids) => ({ ...A_DAY, conversationIds: [ids.conversation] }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.createExportLink': mutation('createExportLink', [
    [(ids) => ({ exportId: ids.export }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.deleteUpload': mutation('deleteUpload', [
    [(ids) => ({ attachmentId: ids.attachment }), NOT_FOUND],
  ]),
  'Mutation.createAttachmentLink': mutation('createAttachmentLink', [
    [(ids) => ({ attachmentId: ids.attachment }), NOT_FOUND],
  ]),
  'Mutation.eraseUser': mutation('eraseUser', [
    [(ids) => ({ userId: ids.user, confirmName: 'Anybody' }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.createLegalHold': mutation('createLegalHold', [
    [(ids) => ({ name: 'Theirs', userId: ids.user }), NOT_FOUND_OR_DENIED],
    [(ids) => ({ name: 'Theirs', conversationId: ids.conversation }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.releaseLegalHold': mutation('releaseLegalHold', [
    [(ids) => ({ holdId: ids.legalHold, reason: 'Over' }), NOT_FOUND_OR_DENIED],
  ]),
  'Mutation.setTyping': mutation('setTyping', [
    [(ids) => ({ conversationId: ids.conversation, typing: true }), NOT_FOUND],
  ]),
  'Mutation.unmuteConversation': mutation('unmuteConversation', [
    [(ids) => ({ conversationId: ids.conversation }), NOT_FOUND],
  ]),
  'Mutation.sendMessage': mutation('sendMessage', [
    [(ids) => ({ conversationId: ids.conversation, body: 'Anybody?' }), NOT_FOUND],
    [(ids) => ({ recipientId: ids.user, body: 'Anybody?' }), NOT_FOUND],
    [(ids, own) => ({ conversationId: own.groupId, parentId: ids.message, body: 'Anybody?' }), NOT_FOUND],
    [(ids, own) => ({ conversationId: own.groupId, mentionIds: [ids.user], body: 'Anybody?' }), INVALID],
    [(ids, own) => ({ conversationId: own.groupId, attachmentIds: [ids.attachment], body: '' }), INVALID],
    [
      (ids, own) => ({ conversationId: ids.conversation, parentId: own.messageId, body: 'Anybody?' }),
      NOT_FOUND,
    ],
  ]),
  'Mutation.markRead': mutation('markRead', [
    [(ids) => ({ conversationId: ids.conversation }), NOT_FOUND],
    [(ids) => ({ conversationId: ids.conversation, upToSeq: 1_000_000 }), NOT_FOUND],
  ]),
  'Mutation.markUnread': mutation('markUnread', [
    [(ids) => ({ conversationId: ids.conversation, fromSeq: 1 }), NOT_FOUND],
    [(ids) => ({ conversationId: ids.conversation, fromSeq: 1_000_000 }), NOT_FOUND],
  ]),
  'Mutation.acknowledgeDelivery': mutation('acknowledgeDelivery', [
    [(ids) => ({ marks: [{ conversationId: ids.conversation, upToSeq: 1 }] }), NOT_FOUND],
    [
      (ids, own) => ({
        marks: [
          { conversationId: own.groupId, upToSeq: 1 },
          { conversationId: ids.conversation, upToSeq: 1_000_000 },
        ],
      }),
      NOT_FOUND,
    ],
  ]),
  'Subscription.conversationEvents': {
    document: 'subscription ($id: ID!) { conversationEvents(conversationId: $id) { __typename } }',
    probes: [{ variables: (ids) => ({ id: ids.conversation }), answer: /"code":"NOT_FOUND"/ }],
  },
}
