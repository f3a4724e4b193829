// Apollo Client with the recipes of docs/client.md: prints what it has after each kind of operation.
import { pathToFileURL } from 'node:url'
import { ApolloClient, gql, HttpLink } from '@apollo/client'

const [recipes = '', uri = '', token = '', conversationId = ''] = process.argv.slice(2)
const { cache, SSELink } = await import(pathToFileURL(recipes).href)
const headers = { authorization: `Bearer ${token}` }
const client = new ApolloClient({ cache, link: new HttpLink({ uri, headers }) })

const WHO = gql`{ viewer { id user { id name } unread { total } preferences { emailWhenOffline } inboxCursor } }`
const WHERE = gql`{ viewer { id company { id name } unread { direct } } }`
await client.query({ query: WHO })
await client.query({ query: WHERE })

const PAGE = gql`query Page($id: ID!, $before: String) {
  conversation(id: $id) {
    id
    messages(last: 2, before: $before) {
      edges { cursor node { id body } }
      pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
    }
  }
}`
const list = client.watchQuery({ query: PAGE, variables: { id: conversationId } })
list.subscribe(() => {})
const { data } = await client.query({ query: PAGE, variables: { id: conversationId } })
await list.fetchMore({ variables: { before: data.conversation.messages.pageInfo.startCursor } })

const SEND = gql`mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) { __typename ... on SendMessagePayload { message { id } } ... on UserError { detail } }
}`
const send = (input) => client.mutate({ mutation: SEND, variables: { input } })
const refused = await send({ conversationId, body: ' ' })

const FOLLOW = gql`subscription Follow($after: String) {
  inboxEvents(after: $after) { __typename ... on ConversationActivity { message { id body } } }
}`
const live = new ApolloClient({ cache, link: new SSELink({ url: uri, headers }) })
const after = client.readQuery({ query: WHO }).viewer.inboxCursor
const event = new Promise((resolve, reject) => {
  live.subscribe({ query: FOLLOW, variables: { after } }).subscribe({ next: resolve, error: reject })
})
await send({ conversationId, body: 'over SSE' })

const seen = {
  viewers: [WHO, WHERE].map((query) => client.readQuery({ query })),
  page: client.readQuery({ query: PAGE, variables: { id: conversationId } }),
  refused: refused.data,
  event: await event,
}
process.stdout.write(`${JSON.stringify(seen)}\n`)
process.exit()
