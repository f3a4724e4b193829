import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core'
import type { GraphQLFieldResolver } from 'graphql'
import { enforcedSendLimits } from '../companies/company.ts'
import type { Context } from '../context.ts'
import { Refusal } from '../errors.ts'
import { parseWindow, type RateWindow } from '../limits/rate-window.ts'

/** The plugin's name in the builder. */
export const rateLimitPluginName = 'rateLimit' as const

/** Answers a call that was made before from what it did then, or with undefined; it costs no rate limit. */
export type FindReplay = (input: unknown, context: Context) => Promise<unknown>

/** A payload that says it is the answer to an earlier call. */
interface Replayable {
  replayed?: boolean
}

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      rateLimit: RateLimitPlugin<Types>
    }
    interface MutationFieldOptions<Types extends SchemaTypes, Type, Nullable, Args, ResolveReturnShape> {
      /** Lets a retried call be answered although the limit is reached. */
      findReplay?: FindReplay
    }
  }
}

/** Enforces `@rateLimit` on mutations: per viewer and company, counting accepted calls alone (features 6.1, 6.2). */
class RateLimitPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const windows = windowsOf(field.pothosOptions)
    if (field.parentType !== 'Mutation' || windows.length === 0) return resolve
    const findReplay = (field.pothosOptions as { findReplay?: FindReplay }).findReplay
    return async (parent, args, untyped, info) => {
      // The builder's own context type; a plugin is generic over it.
      const context = untyped as Context
      const { viewer, parts } = context
      const limits =
        field.name === 'sendMessage'
          ? (enforcedSendLimits(viewer.company, parts.sendLimitCeiling) ?? windows)
          : windows
      const taken = await parts.limiter.take(`${viewer.companyId}:${viewer.userId}:${field.name}`, limits)
      if (!taken.accepted) {
        const replay = await findReplay?.((args as { input: unknown }).input, context)
        if (replay !== undefined) return replay
        throw new Refusal(
          'RATE_LIMITED',
          `Too many calls of ${field.name}: try again later.`,
          taken.retryAfterMs,
        )
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

function windowsOf(pothosOptions: object): RateWindow[] {
  const { directives } = pothosOptions as {
    directives?: { name: string; args: { max: number; per: string } }[]
  }
  return (directives ?? [])
    .filter(({ name }) => name === 'rateLimit')
    .map(({ args }) => ({ max: args.max, perMs: parseWindow(args.per) }))
}

/** `@rateLimit` for a mutation of which nothing else is said. */
export const standardLimit = [{ name: 'rateLimit' as const, args: { max: 60, per: '1m' } }]

SchemaBuilder.registerPlugin(rateLimitPluginName, RateLimitPlugin)
