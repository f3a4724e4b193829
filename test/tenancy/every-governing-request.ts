import type { Client } from '../support/client.ts'

const CASE = `id kind reason decidedBy { id } message { body attachments { id } conversation { title } }
  reports(first: 5) { nodes { note reporter { name } } pageInfo { endCursor } }`

/** Runs every kind of request about access rules, reports and cases once. `ann` is the owner of the company. */
export async function governEverything(
  ann: Client,
  bea: Client,
  cal: Client,
  groupId: string,
): Promise<void> {
  const { roles } = await ann.run('{ roles { id } }')
  const accessRules = [
    { effect: 'ALLOW', userId: ann.userId },
    { effect: 'ALLOW', roleId: roles[0].id },
    { effect: 'DENY', attribute: 'department:finance' },
  ]
  const RULES = 'accessRules { effect role { name } user { name } attribute }'
  const { id } = await bea.say({ conversationId: groupId }, 'For some', { accessRules })
  await bea.run(`query ($id: ID!) { message(id: $id) { status ${RULES} } }`, { id })
  await bea.mutate('setMessageAccess', { messageId: id, rules: [] }, `message { ${RULES} }`)
  for (const body of ['Stays', 'Goes']) {
    const reported = await bea.say({ recipientId: cal.userId }, body)
    await cal.mutate(
      'reportMessage',
      { messageId: reported.id, reason: 'OTHER', note: 'See' },
      'message { id }',
    )
  }
  const { moderationCases } = await ann.run(`{ moderationCases(state: OPEN) { nodes { ${CASE} } } }`)
  const [stays, goes] = moderationCases.nodes
  for (const [caseId, decision] of [
    [stays.id, 'DISMISS'],
    [goes.id, 'RETRACT'],
  ])
    await ann.mutate('decideModerationCase', { caseId, decision, reason: 'So' }, `case { ${CASE} }`)
  await ann.run(`{ moderationCases(first: 1) { nodes { id } } }`)
  await bea.run('{ heldMessages { nodes { id } } }')
  await seeState(ann, 50)
  await auditEverything(ann, bea, groupId)
  await readAsAuditor(ann, bea, groupId)
  await exportEverything(ann, bea, groupId)
  await holdEverything(ann, bea, groupId)
}

/** Holds of each kind, of which one is released. */
async function holdEverything(ann: Client, bea: Client, groupId: string): Promise<void> {
  const time = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }
  for (const scope of [{ userId: bea.userId }, { conversationId: groupId }, time]) {
    const { hold } = await ann.mutate('createLegalHold', { name: 'A matter', ...scope }, 'hold { id name }')
    await ann.mutate('releaseLegalHold', { holdId: hold.id, reason: 'Over' }, 'hold { releaseReason }')
  }
  const list =
    'query ($after: String) { legalHolds(first: 2, after: $after) { nodes { id conversation { title } } pageInfo { endCursor } } }'
  const { legalHolds } = await ann.run(list)
  await ann.run(list, { after: legalHolds.pageInfo.endCursor })
}

/** As far as requests do: a job writes the file. */
async function exportEverything(ann: Client, bea: Client, groupId: string): Promise<void> {
  const scope = { userIds: [bea.userId], conversationIds: [groupId] }
  const span = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }
  const requested = await ann.mutate('requestExport', { format: 'CSV', ...span, ...scope }, 'export { id }')
  await ann.mutate('createExportLink', { exportId: requested.export.id })
  const list =
    'query ($after: String) { exports(after: $after) { nodes { id state } pageInfo { endCursor } } }'
  const { exports: page } = await ann.run(list)
  await ann.run(list, { after: page.pageInfo.endCursor })
}

/** Two pages of each list of the state. */
async function seeState(ann: Client, first: number): Promise<void> {
  const lists = {
    recentMessages: 'conversation { title }',
    recentBroadcasts: 'readCount',
    activeGroups: 'title',
  }
  const { messagingState: state } = await ann.run(
    `query ($first: Int!) { messagingState { members messages broadcasts groups topSenders { user { name } sent level }
      ${Object.entries(lists).map(([name, fields]) => `${name}(first: $first) { nodes { id ${fields} } pageInfo { endCursor } }`)} } }`,
    { first },
  )
  for (const name of Object.keys(lists))
    await ann.run(
      `query ($after: String) { messagingState { ${name}(first: 5, after: $after) { nodes { id } } } }`,
      { after: state[name].pageInfo.endCursor },
    )
}

/** Reads others' conversations in every way. */
async function readAsAuditor(ann: Client, bea: Client, groupId: string): Promise<void> {
  const list = `query ($userId: ID, $search: String, $after: String) {
    auditConversations(userId: $userId, search: $search, first: 5, after: $after) {
      nodes { id title lastMessage { id } } pageInfo { endCursor } } }`
  for (const filter of [{}, { userId: bea.userId }, { search: 'a' }]) {
    const { auditConversations: page } = await ann.run(list, filter)
    await ann.run(list, { ...filter, after: page.pageInfo.endCursor })
  }
  const pages = ['first: 5', 'last: 5', 'aroundSeq: 5, first: 5']
  for (const args of pages)
    await ann.run(
      `query ($id: ID!) { auditConversation(id: $id) { participants { nodes { user { id } } } messages(${args}) { nodes {
        id parent { id } replyCount mentions { id } attachments { id } receipts(first: 5) { nodes { readAt } }
        reactions { users(first: 5) { nodes { id } } } revisions(first: 5) { nodes { editedAt } }
        replies(first: 5) { nodes { id } } conversation { title } } } } }`,
      { id: groupId },
    )
  const { auditConversation } = await ann.run(
    `query ($id: ID!) { auditConversation(id: $id) { messages(first: 1) { nodes {
      id replies(first: 5, subtree: true) { nodes { id } pageInfo { endCursor } } } } } }`,
    { id: groupId },
  )
  const [{ replies }] = auditConversation.messages.nodes
  await ann.run(
    `query ($id: ID!, $after: String) { auditConversation(id: $id) { messages(first: 1) { nodes {
      replies(first: 5, after: $after) { nodes { id } } } } } }`,
    { id: groupId, after: replies.pageInfo.endCursor },
  )
}

/** Reads the audit trail in every way. */
async function auditEverything(ann: Client, bea: Client, groupId: string): Promise<void> {
  await ann.run('{ auditVerification { size problems { detail } } }')
  const now = new Date()
  const anHourAgo = new Date(now.getTime() - 3_600_000)
  for (const filter of [
    {},
    { kinds: ['role.created', 'member.created'] },
    { kinds: ['message.created'], actorId: bea.userId },
    { conversationId: groupId },
    { actorId: bea.userId, conversationId: groupId },
    { after: anHourAgo.toISOString(), before: now.toISOString() },
  ]) {
    const list = `query ($filter: AuditFilter, $after: String) { auditEvents(first: 5, filter: $filter, after: $after) {
      nodes { id address userAgent } pageInfo { endCursor } } }`
    const { auditEvents } = await ann.run(list, { filter })
    await ann.run(list, { filter, after: auditEvents.pageInfo.endCursor })
    for (const { id } of auditEvents.nodes.slice(0, 1)) {
      await ann.run('query ($id: ID!) { node(id: $id) { id } auditProof(eventId: $id) { path } }', { id })
    }
  }
}
