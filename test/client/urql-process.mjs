// urql with the recipe of docs/client.md: prints what it has after each kind of operation.
import { pathToFileURL } from 'node:url'
import { Client, fetchExchange, gql } from '@urql/core'

const [recipes = '', url = '', token = '', conversationId = ''] = process.argv.slice(2)
const { cache } = await import(pathToFileURL(recipes).href)
const client = new Client({
  url,
  exchanges: [cache, fetchExchange],
  preferGetMethod: false,
  fetchOptions: { headers: { authorization: `Bearer ${token}` } },
})
const known = async (query, variables = {}) =>
  (await client.query(query, variables, { requestPolicy: 'cache-only' }).toPromise()).data

const WHO = gql`{ viewer { id user { id name } unread { total } preferences { emailWhenOffline } } }`
const WHERE = gql`{ viewer { id company { id name } unread { direct } } }`
await client.query(WHO, {}).toPromise()
await client.query(WHERE, {}).toPromise()

const PAGE = gql`query Page($id: ID!, $before: String) {
  conversation(id: $id) {
    id
    messages(last: 2, before: $before) {
      edges { cursor node { id body } }
      pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
    }
  }
}`
const { data } = await client.query(PAGE, { id: conversationId }).toPromise()
const { startCursor: before } = data.conversation.messages.pageInfo
await client.query(PAGE, { id: conversationId, before }).toPromise()

const SEND = gql`mutation Send($input: SendMessageInput!) { sendMessage(input: $input) { ... on UserError { detail } } }`
const refused = await client.mutation(SEND, { input: { conversationId, body: ' ' } }).toPromise()

const seen = {
  viewers: [await known(WHO), await known(WHERE)],
  page: await known(PAGE, { id: conversationId, before }),
  refused: refused.data,
}
process.stdout.write(`${JSON.stringify(seen)}\n`)
process.exit()
