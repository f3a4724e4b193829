import type { Body } from './both-ways.ts'

/** A document with two operations. */
export const PAGE = `query Page($id: ID!, $n: Int) { conversation(id: $id) { messages(last: $n) { nodes { seq body author { id } } } } }
query Other { viewer { user { name } } }`

/** Plain requests for known documents: a name, a body and headers. `page` makes the body of one for a page of messages. */
export function plainRequests(page: (n?: unknown) => Body): [string, () => Body, Record<string, string>][] {
  return [
    ['a page', page, {}],
    ['another operation of the same document', () => ({ query: PAGE, operationName: 'Other' }), {}],
    ['a missing variable', () => ({ query: PAGE, operationName: 'Page' }), {}],
    ['a variable of another type', () => page('x'), {}],
    ['a page that is too long', () => page(1_000), {}],
    ['an id of nothing', () => ({ ...page(), variables: { id: 'nothing' } }), {}],
    ['an answer for a page of another origin', page, { origin: 'https://crm.example.com' }],
    ['gzip', page, { 'accept-encoding': 'gzip' }],
    ['brotli for another origin', page, { 'accept-encoding': 'br', origin: 'https://crm.example.com' }],
    [
      'gzip of a short answer',
      () => ({ query: PAGE, operationName: 'Other' }),
      { 'accept-encoding': 'gzip' },
    ],
    ['any type', page, { accept: '*/*' }],
    ['the newer type', page, { accept: 'application/graphql-response+json, application/json;q=0.9' }],
    [
      'the newer type, refused',
      () => ({ query: PAGE, operationName: 'Page' }),
      { accept: 'application/graphql-response+json' },
    ],
    [
      'the older type first',
      page,
      { accept: 'text/html, application/json, application/graphql-response+json' },
    ],
    ['a forged token', page, { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }],
    ['no bearer token', page, { authorization: 'Basic YWxpY2U6c2VjcmV0' }],
    ['a company of others', page, { 'x-company-id': 'nowhere' }],
    [
      'extensions and null variables',
      () => ({ query: PAGE, operationName: 'Other', variables: null, extensions: { a: 1 } }),
      {},
    ],
  ]
}

/** Requests that are not answered on the short way, though their document is known. */
export function otherRequests(
  page: () => Body,
): [string, () => Body | string | Buffer, Record<string, string | number>][] {
  return [
    ['no token', () => ({ query: '{ __typename }' }), { authorization: '' }],
    ['an operation that the document lacks', () => ({ query: PAGE, operationName: 'None' }), {}],
    ['no operation named among two', () => ({ query: PAGE }), {}],
    ['variables that are a list', () => ({ query: PAGE, operationName: 'Other', variables: [] }), {}],
    ['a number that is not kept', () => JSON.stringify(page()).replace('20', '20000000000000000001'), {}],
    [
      'what is not UTF-8',
      () => Buffer.concat([Buffer.from(JSON.stringify(page())), Buffer.from([0xff])]),
      {},
    ],
    ['what is not JSON', () => `${JSON.stringify(page())}}`, {}],
    ['a list of requests', () => JSON.stringify([page()]), {}],
    ['an answer as a stream', page, { accept: 'text/event-stream' }],
    ['an answer that there is not', page, { accept: 'text/html' }],
    ['a body of another type', page, { 'content-type': 'text/plain' }],
    ['a body that is packed', page, { 'content-encoding': 'gzip' }],
  ]
}
