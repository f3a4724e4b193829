import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLInt,
  GraphQLNonNull,
  type GraphQLSchema,
  GraphQLString,
  specifiedDirectives,
} from 'graphql'
import '../attachments/graphql/mutations.ts'
import '../attachments/graphql/schema.ts'
import '../audit/graphql/schema.ts'
import '../auth/graphql/schema.ts'
import '../broadcasts/graphql/mutations.ts'
import '../broadcasts/graphql/queries.ts'
import '../broadcasts/graphql/schema.ts'
import '../companies/graphql/schema.ts'
import '../conversations/graphql/channel-mutations.ts'
import '../conversations/graphql/group-mutations.ts'
import '../conversations/graphql/mutations.ts'
import '../conversations/graphql/queries.ts'
import '../conversations/graphql/schema.ts'
import '../exports/graphql/mutations.ts'
import '../exports/graphql/schema.ts'
import '../guests/graphql/mutations.ts'
import '../guests/graphql/queries.ts'
import '../guests/graphql/schema.ts'
import '../holds/graphql/mutations.ts'
import '../holds/graphql/schema.ts'
import '../subscriptions/graphql/cursor-fields.ts'
import '../subscriptions/graphql/schema.ts'
import '../members/graphql/erasure-mutations.ts'
import '../members/graphql/mutations.ts'
import '../members/graphql/role-mutations.ts'
import '../members/graphql/schema.ts'
import '../messages/graphql/change-mutations.ts'
import '../messages/graphql/conversation-fields.ts'
import '../messages/graphql/mutations.ts'
import '../messages/graphql/schema.ts'
import '../messages/graphql/viewer-fields.ts'
import '../moderation/graphql/mutations.ts'
import '../moderation/graphql/schema.ts'
import '../oversight/graphql/audit-queries.ts'
import '../oversight/graphql/schema.ts'
import '../presence/graphql/mutations.ts'
import '../presence/graphql/schema.ts'
import '../push/graphql/mutations.ts'
import '../search/graphql/schema.ts'
import '../server-info/graphql/schema.ts'
import '../sms/graphql/mutations.ts'
import '../sms/graphql/queries.ts'
import '../sms/graphql/schema.ts'
import '../sms/graphql/settings-fields.ts'
import '../typing/graphql/mutations.ts'
import { builder } from '../graphql/builder.ts'
import '../graphql/errors.ts'
import '../graphql/scalars.ts'

const rateLimit = new GraphQLDirective({
  name: 'rateLimit',
  description:
    'At most `max` calls per viewer within any span of `per` ("10s", "1m", "10m", "1h"). Several on a field all apply.',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  isRepeatable: true,
  args: {
    max: { type: new GraphQLNonNull(GraphQLInt), description: 'Maximum number of calls.' },
    per: {
      type: new GraphQLNonNull(GraphQLString),
      description: 'Length of the sliding window, as a whole number followed by s, m or h.',
    },
  },
})

/** The whole API. */
export const schema: GraphQLSchema = builder.toSchema({
  directives: [...specifiedDirectives, rateLimit],
  sortSchema: false,
})
