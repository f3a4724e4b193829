import { builder } from '../../graphql/builder.ts'

/** The GraphQL type of a company; its fields are in schema.ts. */
export const CompanyRef = builder.prismaNode('Company', {
  id: { field: 'id' },
  nullable: true,
  description: 'The tenant: nothing crosses from one to another.',
  findUnique: (id) => ({ id }),
})

/** The GraphQL enum of a group's access. */
export const GroupAccessEnum = builder.enumType('GroupAccess', {
  description: 'The people who may find and join a group.',
  values: {
    OPEN: { description: 'Listed; anyone may join.' },
    CLOSED: { description: 'Listed; joined by invitation.' },
    PRIVATE: { description: 'Unknown to non-members.' },
  } as const,
})
