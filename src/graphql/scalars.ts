import { GraphQLError, Kind, valueFromASTUntyped } from 'graphql'
import { builder } from './builder.ts'

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/

builder.scalarType('DateTime', {
  description: 'RFC 3339 instant, UTC, millisecond precision.',
  serialize: (value) => value.toISOString(),
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : undefined),
})

builder.scalarType('JSON', {
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
})

function parseInstant(value: unknown): Date {
  const instant = typeof value === 'string' && INSTANT.test(value) ? new Date(value) : undefined
  // Date rolls 31 February over into March; the day must come back as it was given.
  if (!instant || Number.isNaN(instant.getTime())) {
    throw new GraphQLError('A DateTime is an RFC 3339 instant such as 2026-11-21T09:30:00.000Z.')
  }
  return instant
}
