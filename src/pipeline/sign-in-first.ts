import type { GraphQLParams, Plugin, YogaInitialContext } from 'graphql-yoga'
import { CompanyNotChosen, type Membership } from '../auth/choose-membership.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { Services } from '../context.ts'
import { RequestError } from '../errors.ts'
import { asksOnlyForCompanies } from './asks-only-for-companies.ts'
import { maskError } from './mask-error.ts'

/** What signing in leaves for the context of the operation. */
export interface SignedIn {
  signedIn?: Viewer
  /** Where nobody is signed in yet, since the company is to be chosen first: the companies to choose from. */
  choices?: readonly Membership[]
}

/** Looks at the credentials of a request; undefined where it has none. Throws RequestError. */
export type FindViewer = (request: YogaInitialContext) => Promise<Viewer | undefined>

/** In characters: a probe such as `{ __typename }` is parsed for anybody. */
const MAX_ANONYMOUS = 256
/** GraphiQL's introspection, with every option, has half as many. */
const MAX_INTROSPECTION = 4_096

/**
 * Signs the client in before its document is parsed, since parsing and validating cost more than any token; then runs
 * the operation once this person's budget allows. WebSockets do both by themselves.
 */
export function signInFirst(
  services: Services,
  find: FindViewer,
  mayIntrospect: boolean,
): Plugin<object, SignedIn> {
  return {
    async onParams({ request, params, context, setResult, paramsHandler, setParamsHandler }) {
      const { query } = params
      // Yoga says what is wrong.
      if (typeof query !== 'string') return
      try {
        const viewer = await find({ request, params } as YogaInitialContext)
        if (!viewer) return assertSmall(params, mayIntrospect)
        await services.work.admit(viewer, query.length)
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

/** The rejection of an operation without credentials. */
export function unauthenticated(): RequestError {
  return new RequestError('UNAUTHENTICATED', 'Send an access token in the Authorization header: "Bearer …".')
}
