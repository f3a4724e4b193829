import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core'
import type { GraphQLFieldResolver } from 'graphql'
import type { Context } from '../context.ts'
import { decodeId, encodeId, newId } from '../ids.ts'
import { deniedIds, type PolicedIds } from '../policy/denied-ids.ts'
import type { PolicyInput } from '../policy/policy-input.ts'

/** The plugin's name in the builder. */
export const policyPluginName = 'policy' as const

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      policy: PolicyPlugin<Types>
    }
  }
}

/** The mutations of people who look at conversations otherwise than as their readers. */
const ACTIONS: Readonly<Record<string, PolicyInput['action']>> = {
  decideModerationCase: 'moderate',
  createLegalHold: 'audit',
  requestExport: 'audit',
}

/**
 * Has mutations answer for conversations that the operator's policy denies, their messages and cases, as for unknown ones: it
 * puts unknown ids in the place of theirs.
 */
class PolicyPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (field.parentType !== 'Mutation') return resolve
    return (parent, args, context, info) => {
      // The builder's own context type. A plugin is generic over it.
      const { services, viewer, tenant } = context as Context
      const { policy } = services ?? {}
      if (!policy || !viewer) return resolve(parent, args, context, info)
      const find: FindDenied = (ids) => deniedIds(policy, tenant, viewer.userId, ids, ACTIONS[field.name])
      return withoutDenied(args, find).then((allowed) => resolve(parent, allowed, context, info))
    }
  }
}

type FindDenied = (ids: PolicedIds) => Promise<ReadonlySet<string>>

/** Returns the arguments with unknown ids in the place of denied ones. */
async function withoutDenied(args: object, find: FindDenied): Promise<object> {
  const conversations: string[] = []
  const messages: string[] = []
  const cases: string[] = []
  replaceIds(args, (type, uuid) => {
    if (type === 'Conversation') conversations.push(uuid)
    if (type === 'Message') messages.push(uuid)
    if (type === 'ModerationCase') cases.push(uuid)
    return undefined
  })
  if (conversations.length + messages.length + cases.length === 0) return args
  const denied = await find({ conversations, messages, cases })
  if (denied.size === 0) return args
  return replaceIds(args, (type, uuid) => (denied.has(uuid) ? encodeId(type, newId()) : undefined)) as object
}

type Replace = (type: string, uuid: string) => string | undefined

/** Values of fields that are named as ids are; a text that looks like an id is none. */
function replaceIds(value: unknown, replace: Replace, isId = false): unknown {
  if (typeof value === 'string') {
    const decoded = isId ? decodeId(value) : undefined
    return (decoded && replace(decoded.type, decoded.uuid)) ?? value
  }
  if (Array.isArray(value)) return value.map((each) => replaceIds(each, replace, isId))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, replaceIds(each, replace, /Ids?$/.test(name))]),
  )
}

SchemaBuilder.registerPlugin(policyPluginName, PolicyPlugin)
