import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core'
import type { GraphQLFieldResolver } from 'graphql'
import { enforcedSendLimits } from '../companies/company.ts'
import type { Context } from '../context.ts'
import { RequestError } from '../errors.ts'
import { parseWindow, type RateWindow } from '../limits/rate-window.ts'

/** The plugin's name in the builder. */
export const rateLimitPluginName = 'rateLimit' as const

/**
 * Answers a repeated call with the result of the first one, without using the rate limit. Undefined if it is no
 * repetition.
 */
export type FindReplay = (input: unknown, context: Context) => Promise<unknown>

/** A payload that tells whether it answers a repeated call. */
interface Replayable {
  replayed?: boolean
}

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      rateLimit: RateLimitPlugin<Types>
    }
    interface MutationFieldOptions<Types extends SchemaTypes, Type, Nullable, Args, ResolveReturnShape> {
      /** Allows a repeated call to be answered while the limit is reached. */
      findReplay?: FindReplay
    }
  }
}

/** A mutation with a rate limit. */
interface LimitedMutation {
  windows: RateWindow[]
  findReplay: FindReplay | undefined
}

const limitedMutations = new Map<string, LimitedMutation>()

/** Returns the limits of a mutation for this viewer and the key of its count. Undefined if it has no limit. */
export function limitsOf(name: string, { viewer, services }: Context) {
  const limited = limitedMutations.get(name)
  if (!limited) return undefined
  const own = name === 'sendMessage' ? enforcedSendLimits(viewer.company, services.sendLimitCeiling) : null
  return {
    key: `${viewer.companyId}:${viewer.userId}:${name}`,
    windows: own ?? limited.windows,
    findReplay: limited.findReplay,
  }
}

/** Enforces `@rateLimit` on mutations, per viewer and company. Only accepted calls count. */
class RateLimitPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const windows = windowsOf(field.pothosOptions)
    if (field.parentType !== 'Mutation' || windows.length === 0) return resolve
    const findReplay = (field.pothosOptions as { findReplay?: FindReplay }).findReplay
    limitedMutations.set(field.name, { windows, findReplay })
    return async (parent, args, untyped, info) => {
      // The builder's own context type. A plugin is generic over it.
      const context = untyped as Context
      const { limiter } = context.services
      const limits = limitsOf(field.name, context)
      if (!limits) return resolve(parent, args, untyped, info)
      const reserved = context.reserved?.get(field.name)?.shift()
      const taken = reserved ?? (await limiter.take(limits.key, limits.windows))
      if (!taken.accepted) {
        const replay = await findReplay?.((args as { input: unknown }).input, context)
        if (replay !== undefined) return replay
        throw tooManyCalls(field.name, taken.retryAfterMs)
      }
      try {
        const result = (await resolve(parent, args, untyped, info)) as Replayable
        if (result.replayed) await taken.refund()
        return result
      } catch (error) {
        await taken.refund()
        throw error
      }
    }
  }
}

/** Returns the error of calls that a limit does not allow yet. */
export function tooManyCalls(name: string, retryAfterMs: number): RequestError {
  return new RequestError('RATE_LIMITED', `Too many calls of ${name}: try again later.`, retryAfterMs)
}

function windowsOf(pothosOptions: object): RateWindow[] {
  const { directives } = pothosOptions as {
    directives?: { name: string; args: { max: number; per: string } }[]
  }
  return (directives ?? [])
    .filter(({ name }) => name === 'rateLimit')
    .map(({ args }) => ({ max: args.max, perMs: parseWindow(args.per) }))
}

/** The `@rateLimit` of mutations without their own one. */
export const standardLimit = [{ name: 'rateLimit' as const, args: { max: 60, per: '1m' } }]

SchemaBuilder.registerPlugin(rateLimitPluginName, RateLimitPlugin)
