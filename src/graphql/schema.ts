import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLInt,
  GraphQLNonNull,
  type GraphQLSchema,
  GraphQLString,
  specifiedDirectives,
} from 'graphql'
import '../auth/schema.ts'
import '../broadcasts/mutations.ts'
import '../broadcasts/queries.ts'
import '../broadcasts/schema.ts'
import '../companies/schema.ts'
import '../conversations/group-mutations.ts'
import '../conversations/mutations.ts'
import '../conversations/queries.ts'
import '../conversations/schema.ts'
import '../live/schema.ts'
import '../members/mutations.ts'
import '../members/schema.ts'
import '../messages/change-mutations.ts'
import '../messages/mutations.ts'
import '../messages/schema.ts'
import '../presence/mutations.ts'
import '../presence/schema.ts'
import '../search/schema.ts'
import '../typing/mutations.ts'
import { builder } from './builder.ts'
import './errors.ts'
import './scalars.ts'

const rateLimit = new GraphQLDirective({
  name: 'rateLimit',
  description:
    'At most `max` calls per viewer within any span of `per` ("10s", "1m", "10m", "1h"). Several on a field all apply.',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  isRepeatable: true,
  args: {
    max: { type: new GraphQLNonNull(GraphQLInt), description: 'The most calls accepted.' },
    per: { type: new GraphQLNonNull(GraphQLString), description: 'The span.' },
  },
})

/** The whole API. */
export const schema: GraphQLSchema = builder.toSchema({
  directives: [...specifiedDirectives, rateLimit],
  sortSchema: false,
})
