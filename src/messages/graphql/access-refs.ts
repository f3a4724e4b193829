import { builder } from '../../graphql/builder.ts'
import { RoleRef, UserRef } from '../../members/graphql/refs.ts'
import type { AccessRow } from '../access-row.ts'

const AccessEffectEnum = builder.enumType('AccessEffect', {
  description:
    'The effect of an access rule. Rules only take away: nobody sees more than their membership shows.',
  values: {
    ALLOW: { description: 'The message is for those that rules allow. With none, for everyone.' },
    DENY: { description: 'These people do not see it, whoever allows them.' },
  } as const,
})

/** The GraphQL type of an access rule. */
export const AccessRuleRef = builder.objectRef<AccessRow>('AccessRule').implement({
  description: 'A rule on who may see a message. It names one of role, user and attribute.',
  fields: (t) => ({
    effect: t.field({ type: AccessEffectEnum, description: 'The effect.', resolve: ({ effect }) => effect }),
    role: t.field({
      type: RoleRef,
      nullable: true,
      description: 'People with this role.',
      resolve: ({ roleId }, _args, { loaders }) => (roleId ? loaders.role.load(roleId) : null),
    }),
    user: t.field({
      type: UserRef,
      nullable: true,
      description: 'This person.',
      resolve: ({ userId }, _args, { loaders }) => (userId ? loaders.user.load(userId) : null),
    }),
    attribute: t.exposeString('attribute', {
      nullable: true,
      description: 'People with this attribute, such as `department:finance`.',
    }),
  }),
})

/** The GraphQL input of an access rule. */
export const AccessRuleInput = builder.inputType('AccessRuleInput', {
  description: 'A rule on who may see a message. Exactly one of roleId, userId and attribute is required.',
  fields: (t) => ({
    effect: t.field({ type: AccessEffectEnum, required: true, description: 'The effect.' }),
    roleId: t.id({ description: 'People with this role.' }),
    userId: t.id({ description: 'This person.' }),
    attribute: t.string({
      description: 'People with this attribute: `department:` and the name of the department, in any case.',
    }),
  }),
})
