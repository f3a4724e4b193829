import { CONVERSATION, PAGE } from './naming-case.ts'

/** An operation without ids. Its answer must contain nothing of another company and nothing hidden. */
export interface ListingCase {
  document: string
  /** `text` occurs only in another company; `cursor` belongs to the same list there. */
  variables(text: string, cursor: string): Record<string, unknown>[]
  /** It shows supervisors conversations of their company that they take no part in. */
  isOversight?: boolean
}

/** Root fields that take no ids. */
export const listingCases: Record<string, ListingCase> = {
  'Query.viewer': {
    document: `{ viewer { user { id name email } company { id name } companies { id name } role { id name }
      unread { total } inboxCursor } }`,
    variables: () => [{}],
  },
  'Query.serverInfo': { document: '{ serverInfo { version features } }', variables: () => [{}] },
  'Query.companies': { document: '{ companies { id name externalId } }', variables: () => [{}] },
  'Query.conversations': {
    document: `query ($filter: ConversationFilter, $after: String) {
      conversations(filter: $filter, after: $after) { nodes { ${CONVERSATION} } ${PAGE} } }`,
    variables: (text, cursor) => [{}, { filter: { search: text } }, { after: cursor }],
  },
  'Query.groups': {
    document: `query ($search: String, $after: String) {
      groups(search: $search, after: $after) { nodes { ${CONVERSATION} } ${PAGE} } }`,
    variables: (text, cursor) => [{}, { search: text }, { after: cursor }],
  },
  'Query.users': {
    document: `query ($search: String, $after: String) {
      users(search: $search, after: $after) { nodes { id name email } ${PAGE} } }`,
    variables: (text, cursor) => [{}, { search: text }, { after: cursor }],
  },
  'Query.members': {
    document: `query ($search: String, $after: String) {
      members(search: $search, after: $after) { nodes { user { id name } role { id } } edges { cursor } ${PAGE} } }`,
    variables: (text, cursor) => [{}, { search: text }, { after: cursor }],
  },
  'Query.contextConversation': {
    document: `query ($id: String!) { contextConversation(type: TOPIC, contextId: $id) { ${CONVERSATION} } }`,
    variables: (text) => [{ id: text }],
  },
  'Query.contextConversations': {
    document: `query ($id: String!) { contextConversations(type: TOPIC, contextIds: [$id, "other"]) { ${CONVERSATION} } }`,
    variables: (text) => [{ id: text }],
  },
  'Mutation.createUpload': {
    document: `mutation { createUpload(input: { fileName: "a", size: 1, kind: FILE }) { __typename
      ... on CreateUploadPayload { attachment { id fileName } } } }`,
    variables: () => [{}],
  },
  'Mutation.createGlobalConversation': {
    document: `mutation { createGlobalConversation(input: { title: "Here" }) { __typename
      ... on PermissionDeniedError { permission } } }`,
    variables: () => [{}],
  },
  'Mutation.createDepartmentChannel': {
    document: `mutation { createDepartmentChannel(input: { title: "Here", departments: ["Here"] }) { __typename
      ... on CreateDepartmentChannelPayload { conversation { participants { nodes { user { name } } } } }
      ... on PermissionDeniedError { permission } } }`,
    variables: () => [{}],
  },
  'Mutation.registerPushSubscription': {
    document: `mutation { registerPushSubscription(input: { endpoint: "https://push.example/x", p256dh: "x", auth: "x" }) {
      __typename ... on UserError { detail } } }`,
    variables: () => [{}],
  },
  'Mutation.removePushSubscription': {
    document: `mutation ($endpoint: String!) { removePushSubscription(input: { endpoint: $endpoint }) { __typename
      ... on RemovePushSubscriptionPayload { removed } } }`,
    variables: (text) => [{ endpoint: text }],
  },
  'Query.broadcasts': {
    document: `query ($after: String) { broadcasts(after: $after) { nodes { id subject body } ${PAGE} } }`,
    variables: (_text, cursor) => [{}, { after: cursor }],
  },
  'Query.searchMessages': {
    document: `query ($text: String = "in", $after: String) {
      searchMessages(text: $text, after: $after) { nodes { id body author { name } } ${PAGE} } }`,
    variables: (text, cursor) => [{}, { text }, { after: cursor }],
  },
  'Query.heldMessages': {
    document: `query ($after: String) { heldMessages(after: $after) { nodes { id body } ${PAGE} } }`,
    variables: (_text, cursor) => [{}, { after: cursor }],
  },
  'Query.moderationCases': {
    document: `query ($after: String) { moderationCases(after: $after) { nodes { id message { body } } ${PAGE} } }`,
    variables: (_text, cursor) => [{}, { after: cursor }],
  },
  'Query.messagingState': {
    document: `query ($after: String) { messagingState { members messages broadcasts groups topSenders { user { id name } }
      recentMessages(after: $after) { nodes { id body conversation { id title } } ${PAGE} }
      recentBroadcasts { nodes { id subject body } } activeGroups { nodes { id title } } } }`,
    variables: (_text, cursor) => [{}, { after: cursor }],
    isOversight: true,
  },
  'Query.auditEvents': {
    document: `query ($filter: AuditFilter, $after: String) { auditEvents(filter: $filter, after: $after) {
      nodes { id kind actor { id name } objectId conversationId address userAgent detail } ${PAGE} } }`,
    variables: (_text, cursor) => [{}, { filter: { kinds: ['member.created'] } }, { after: cursor }],
  },
  'Query.auditVerification': {
    document: '{ auditVerification { size problems { index detail } } }',
    variables: () => [{}],
  },
  'Query.legalHolds': {
    document: `query ($after: String) { legalHolds(after: $after) {
      nodes { id name user { name } conversation { title } createdBy { name } releaseReason } ${PAGE} } }`,
    variables: (_text, cursor) => [{}, { after: cursor }],
  },
  'Query.exports': {
    document: `query ($after: String) { exports(after: $after) { nodes { id requestedBy { name } } ${PAGE} } }`,
    variables: (_text, cursor) => [{}, { after: cursor }],
  },
  'Mutation.createRole': {
    document: `mutation { createRole(input: { name: "New here", permissions: [] }) { __typename
      ... on CreateRolePayload { role { name } } } }`,
    variables: () => [{}],
  },
  'Query.guests': {
    document: `query ($search: String, $after: String) {
      guests(search: $search, after: $after) { nodes { id name phone email } ${PAGE} } }`,
    variables: (text, cursor) => [{}, { search: text }, { search: '+14155550123' }, { after: cursor }],
  },
  'Query.guestMessages': {
    document: `query ($after: String) { guestMessages(after: $after) { nodes { id body deliveries(first: 5) { nodes { guest { name } } } } ${PAGE} } }`,
    variables: (_text, cursor) => [{}, { after: cursor }],
  },
  'Query.smsPreview': {
    document: '{ smsPreview(body: "Hello") { encoding segments } }',
    variables: () => [{}],
  },
  'Mutation.updateSmsSettings': {
    document: `mutation { updateSmsSettings(input: { batchSize: 10 }) { __typename
      ... on UpdateSmsSettingsPayload { company { id name settings { sms { from helpBusiness } } } } } }`,
    variables: () => [{}],
  },
  'Subscription.guestEvents': {
    document: `subscription ($after: String = "AAAA") { guestEvents(after: $after) { __typename } }`,
    variables: (_text, cursor) => [{}, { after: cursor }],
  },
  'Mutation.upsertGuests': {
    document: `mutation { upsertGuests(input: { guests: [{ phone: "+14155550199" }] }) { __typename
      ... on UpsertGuestsPayload { created problems { detail } } } }`,
    variables: () => [{}],
  },
  'Query.roles': { document: '{ roles { id name permissions } }', variables: () => [{}] },
  'Query.sentMessages': {
    document: `query ($after: String) { sentMessages(after: $after) { nodes { id body } ${PAGE} } }`,
    variables: (_text, cursor) => [{}, { after: cursor }],
  },
  'Mutation.updateCompanySettings': {
    document: `mutation { updateCompanySettings(input: { emailDelayMinutes: 10 }) { __typename
      ... on UpdateCompanySettingsPayload { company { id name } } } }`,
    variables: () => [{}],
  },
  'Mutation.updatePreferences': {
    document: `mutation { updatePreferences(input: { sound: true }) { __typename
      ... on UpdatePreferencesPayload { preferences { sound } } } }`,
    variables: () => [{}],
  },
  'Mutation.syncMembers': {
    document: `mutation ($members: [MemberInput!]!) { syncMembers(input: { members: $members }) { __typename
      ... on SyncMembersPayload { created updated unchanged problems { detail } } } }`,
    variables: () => [{ members: [{ externalId: 'nobody knows', name: 'New Here', isEnabled: false }] }],
  },
  'Mutation.heartbeat': {
    document: `mutation { heartbeat(input: { status: ONLINE }) { __typename
      ... on HeartbeatPayload { presence { user { id name } status } } } }`,
    variables: () => [{}],
  },
  'Subscription.presenceChanged': {
    // Nobody else receives an answer; test/presence/presence-changes.test.ts waits for that.
    document: 'subscription ($ids: [ID!]) { presenceChanged(userIds: $ids) { user { id name } status } }',
    variables: () => [{ ids: ['nobody'] }],
  },
  'Subscription.moderationEvents': {
    document: 'subscription ($after: String) { moderationEvents(after: $after) { __typename } }',
    variables: () => [{ after: 'none' }],
  },
  'Subscription.inboxEvents': {
    document: 'subscription ($after: String) { inboxEvents(after: $after) { __typename } }',
    variables: (_text, cursor) => [{ after: cursor }],
  },
}
