import { CONVERSATION, type Ids, type NamingCase, PAGE } from './naming-case.ts'
import { namingMutations } from './naming-mutations.ts'

/** Root fields that take ids. */
export const namingCases: Record<string, NamingCase> = {
  ...namingMutations,
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
  'Query.presence': {
    document: 'query ($ids: [ID!]) { presence(userIds: $ids) { user { id name } status changedAt } }',
    probes: [{ variables: (ids) => ({ ids: [ids.user] }), answer: /^\{"data":\{"presence":\[\]\}\}$/ }],
  },
  'Subscription.conversationEvents': {
    document: 'subscription ($id: ID!) { conversationEvents(conversationId: $id) { __typename } }',
    probes: [{ variables: (ids) => ({ id: ids.conversation }), answer: /"code":"NOT_FOUND"/ }],
  },
}
