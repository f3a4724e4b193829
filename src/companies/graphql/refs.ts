import type { CompanyRow } from '../../database/prisma-types.ts'
import { builder } from '../../graphql/builder.ts'

/** The GraphQL type of a company; its fields are in schema.ts. */
export const CompanyRef = builder.prismaNode('Company', {
  id: { field: 'id' },
  nullable: true,
  description: 'A tenant. Members of one company never see data of another.',
  findUnique: (id) => ({ id }),
})

/** The GraphQL enum of a group's access. */
export const GroupAccessEnum = builder.enumType('GroupAccess', {
  description: 'The people who may find and join a group.',
  values: {
    OPEN: { description: 'Everybody can find and join it.' },
    CLOSED: { description: 'Everybody can find it; an admin adds people.' },
    PRIVATE: { description: 'Only members can find it.' },
  } as const,
})

/** The GraphQL type of a company's settings; its fields are in schema.ts. */
export const CompanySettingsRef = builder.objectRef<CompanyRow>('CompanySettings')
