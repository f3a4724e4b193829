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

/** Matches the answers of mutations that reject an id. */
export const NOT_FOUND = /^\{"data":\{"result":\{"__typename":"NotFoundError","detail":"[^"]+"\}\}\}$/
export const INVALID =
  /^\{"data":\{"result":\{"__typename":"InvalidInputError","detail":"[^"]+","issues":\[.+\]\}\}\}$/
export const DENIED =
  /^\{"data":\{"result":\{"__typename":"PermissionDeniedError","detail":"[^"]+","permission":null\}\}\}$/

/** The answer to a viewer without the permission reveals no more than that to one who has it. */
export const NOT_FOUND_OR_DENIED = new RegExp(`${NOT_FOUND.source}|"__typename":"PermissionDeniedError"`)

/** The fields of every page besides its nodes. */
export const PAGE = 'pageInfo { startCursor endCursor hasNextPage }'
/** The fields of a conversation that show data of others. */
export const CONVERSATION = `id kind title description participantCount unreadCount lastSeq lastMessage { id body }
  counterpart { id name email } participants { nodes { user { id name } } } messages { nodes { id body } }`

/** The case of a mutation, each probe with its input and a pattern for the answer. */
export function mutation(
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
