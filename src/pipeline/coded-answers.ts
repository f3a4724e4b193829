import { GraphQLError } from 'graphql'
import type { Plugin, YogaInitialContext } from 'graphql-yoga'

const STREAM_TYPES = /(^|,)\s*(\*\/\*|text\/\*|text\/event-stream)\s*(;|,|$)/i

/** Gives a code of the closed list to errors that GraphQL Yoga would answer with its own code or an empty body. */
export function codedAnswers(mask: (error: unknown) => GraphQLError): Plugin {
  return {
    onValidate:
      () =>
      ({ valid, result, setResult }) => {
        if (!valid) setResult(result.map(mask))
      },
    onSubscribe({ args }) {
      // Operations of a socket have no request. Yoga would subscribe first and then drop the open stream.
      const { request } = args.contextValue as Partial<YogaInitialContext>
      if (!request || STREAM_TYPES.test(request.headers.get('accept') || '*/*')) return
      throw badRequest('A subscription over HTTP needs "accept: text/event-stream".', 406)
    },
  }
}

function badRequest(message: string, status: number): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status } } })
}
