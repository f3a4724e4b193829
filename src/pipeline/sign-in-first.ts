import type { GraphQLParams, Plugin, YogaInitialContext } from 'graphql-yoga'
import { CompanyNotChosen, type Membership } from '../auth/choose-membership.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { Services } from '../context.ts'
import { RequestError } from '../errors.ts'
import { asksOnlyForCompanies } from './asks-only-for-companies.ts'
import { maskError } from './mask-error.ts'
import { sizeOf } from './request-size.ts'

/** The result of signing in, for the context of the operation. */
export interface SignedIn {
  signedIn?: Viewer
  /** The companies to choose from, if nobody is signed in because a company must be chosen first. */
  choices?: readonly Membership[]
}

/** Verifies the credentials of a request. Undefined if it has none. Throws RequestError. */
export type FindViewer = (request: YogaInitialContext) => Promise<Viewer | undefined>

/** In characters. A short probe such as `{ __typename }` is parsed without credentials. */
const MAX_ANONYMOUS = 256
/** In characters. GraphiQL's introspection with all options has half as many. */
const MAX_INTROSPECTION = 4_096

/**
 * Signs the client in before its document is parsed, because parsing and validating cost more than verifying a token.
 * Then runs the operation when the person's budget allows it. WebSockets do both by themselves.
 */
export function signInFirst(
  services: Services,
  find: FindViewer,
  mayIntrospect: boolean,
): Plugin<object, SignedIn> {
  return {
    async onParams({ request, params, context, setResult, paramsHandler, setParamsHandler }) {
      const { query } = params
      // Yoga reports the error.
      if (typeof query !== 'string') return
      try {
        const viewer = await find({ ...context, request, params } as YogaInitialContext)
        if (!viewer) return assertSmall(params, mayIntrospect)
        await services.work.admit(viewer, sizeOf(params))
        context.signedIn = viewer
        setParamsHandler((payload) => services.work.run(viewer, () => paramsHandler(payload)))
      } catch (error) {
        if (error instanceof CompanyNotChosen && asksOnlyForCompanies(params))
          context.choices = error.memberships
        else setResult({ errors: [maskError(error, services.log)] })
      }
    },
  }
}

function assertSmall({ query = '' }: GraphQLParams, mayIntrospect: boolean): void {
  if (query.length <= MAX_ANONYMOUS) return
  if (mayIntrospect && query.length <= MAX_INTROSPECTION && query.includes('__schema')) return
  throw unauthenticated()
}

/** The error of an operation without credentials. */
export function unauthenticated(): RequestError {
  return new RequestError('UNAUTHENTICATED', 'Send an access token in the Authorization header: "Bearer …".')
}
