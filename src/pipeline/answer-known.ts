import type { IncomingMessage, ServerResponse } from 'node:http'
import { type DocumentNode, type ExecutionResult, getOperationAST } from 'graphql'
import { type FetchAPI, type GraphQLParams, processRegularResult } from 'graphql-yoga'
import { CompanyNotChosen } from '../auth/choose-membership.ts'
import type { Viewer } from '../auth/viewer.ts'
import { acceptedEncoding } from '../http/content-encoding.ts'
import { requestOrigin } from '../http/request-origin.ts'
import { corsHeaders } from './cors.ts'
import { executeMasked } from './execute-masked.ts'
import type { KnownDocuments } from './known-documents.ts'
import { type AnswerType, giveBack, readBody } from './plain-request.ts'
import { type ReadHeader, requestContext, signInRequest } from './request-context.ts'
import { readJson } from './request-parser.ts'
import { type AnswerHead, sendEncoded } from './send-answer.ts'
import type { GraphQLServer } from './yoga.ts'

/** A query or mutation whose document is known. */
interface KnownOperation {
  params: GraphQLParams & { query: string }
  document: DocumentNode
  /** Of the body, in bytes. */
  size: number
}

/**
 * Answers a plain request for a query or mutation of a known document, without GraphQL Yoga. False if it is not one: then
 * nothing was done but reading its body, and Yoga answers.
 */
export async function answerKnown(
  server: GraphQLServer,
  request: IncomingMessage,
  response: ServerResponse,
  type: AnswerType,
): Promise<boolean> {
  const body = await readBody(request)
  if (!body) return true
  const header: ReadHeader = (name) => request.headers[name] as string | undefined
  const operation = find(server.documents, body)
  const result = operation && (await run(server, operation, header, request))
  if (!result) {
    giveBack(request, body)
    return false
  }
  await send(request, response, result, type)
  return true
}

/** Undefined also for whatever is to be refused before execution. */
function find(documents: KnownDocuments, body: Buffer): KnownOperation | undefined {
  const params = read(body)
  if (!params) return undefined
  const document = documents.find(params.query)
  const operation = document && getOperationAST(document, params.operationName)
  return operation && operation.operation !== 'subscription'
    ? { params, document, size: body.length }
    : undefined
}

function read(body: Buffer): KnownOperation['params'] | undefined {
  let params: GraphQLParams
  try {
    params = readJson(body)
  } catch {
    return undefined
  }
  const { query, operationName, variables, extensions } = params
  const isUsual =
    isObjectOrNone(variables) &&
    isObjectOrNone(extensions) &&
    (operationName == null || typeof operationName === 'string')
  return isUsual && typeof query === 'string' ? { ...params, query } : undefined
}

function isObjectOrNone(value: unknown): boolean {
  return value == null || (typeof value === 'object' && !Array.isArray(value))
}

/** Undefined where a company is to be chosen first. */
async function run(
  server: GraphQLServer,
  { params, document, size }: KnownOperation,
  header: ReadHeader,
  request: IncomingMessage,
): Promise<ExecutionResult | undefined> {
  const { services, schema, mask, trustedProxies } = server
  const findOrigin = () => requestOrigin(request, trustedProxies)
  try {
    // With an Authorization header there is a viewer, or an error.
    const viewer = (await signInRequest(services, header, params, findOrigin)) as Viewer
    await services.work.admit(viewer, size)
    return await services.work.run(viewer, () =>
      executeMasked(
        {
          schema,
          document,
          operationName: params.operationName,
          variableValues: params.variables,
          contextValue: requestContext(services, viewer, header, findOrigin),
        },
        mask,
      ),
    )
  } catch (error) {
    return error instanceof CompanyNotChosen ? undefined : { errors: [mask(error)] }
  }
}

/** Takes the place of a Response of the fetch API, which only Yoga has a use for. */
class PlainAnswer {
  readonly body: string
  readonly init: AnswerHead

  constructor(body: string, init: AnswerHead) {
    this.body = body
    this.init = init
  }
}
// Yoga needs the one class of it to write an answer, and hands its instance back.
const plain = { Response: PlainAnswer } as unknown as FetchAPI

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  result: ExecutionResult,
  type: AnswerType,
): Promise<void> {
  const { body, init } = processRegularResult(result as never, plain, type) as unknown as PlainAnswer
  const cors = corsHeaders(request.headers)
  const vary = cors.Vary === undefined ? 'accept-encoding' : `${cors.Vary}, accept-encoding`
  const head = { status: init.status, headers: { ...init.headers, ...cors, Vary: vary } }
  const encoding = acceptedEncoding(request.headers['accept-encoding'])
  if (encoding) return sendEncoded(response, head, body, encoding)
  response.writeHead(head.status, { ...head.headers, 'Content-Length': Buffer.byteLength(body) }).end(body)
}
