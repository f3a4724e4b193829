import type { RoleRow } from '../../database/prisma-types.ts'
import { ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { PermissionEnum } from '../../graphql/permission.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { encodeId } from '../../ids.ts'
import { createRole } from '../operations/create-role.ts'
import { deleteRole } from '../operations/delete-role.ts'
import { updateRole } from '../operations/update-role.ts'
import { RoleRef } from './refs.ts'

const common = {
  authScopes: { permission: 'MEMBER_MANAGE' as const },
  directives: standardLimit,
  errors: {
    types: [PermissionDeniedError, InvalidInputError, NotFoundError, ConflictError],
    union: { description: 'The payload, or the error that the caller can act on.' },
  },
}

/** The payload of a mutation that creates or changes a role. */
function changed(description: string) {
  return {
    description,
    outputFields: (
      t: PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, { role: RoleRow }>,
    ) => ({
      role: t.expose('role', { type: RoleRef, description: 'The role after the change.' }),
    }),
  }
}

builder.relayMutationField(
  'createRole',
  {
    description: 'A role to create.',
    inputFields: (t) => ({
      name: t.string({ required: true, description: 'The name, unique in the company.' }),
      permissions: t.field({
        type: [PermissionEnum],
        required: true,
        description: 'Permissions that the role grants; only those that the viewer has.',
      }),
    }),
  },
  {
    ...common,
    description: 'Creates a role of the company. Nobody grants a permission that they lack.',
    resolve: (_root, { input }, context) => createRole(context, input),
  },
  changed('Returned when the role has been created.'),
)

builder.relayMutationField(
  'updateRole',
  {
    description: 'The changes to a role. Fields that are left out stay as they are.',
    inputFields: (t) => ({
      roleId: t.id({ required: true, description: 'The role.' }),
      name: t.string({ description: 'The new name, unique in the company.' }),
      permissions: t.field({
        type: [PermissionEnum],
        description: 'All permissions that the role grants from now on; only those that the viewer has.',
      }),
    }),
  },
  {
    ...common,
    description:
      "Changes a role of the company. Its members have its permissions at once. Built-in roles and the viewer's own stay as they are, and so do roles with a permission that the viewer lacks.",
    resolve: (_root, { input }, context) => updateRole(context, input),
  },
  changed('Returned when the role has been changed.'),
)

builder.relayMutationField(
  'deleteRole',
  {
    description: 'The role to delete.',
    inputFields: (t) => ({ roleId: t.id({ required: true, description: 'The role.' }) }),
  },
  {
    ...common,
    description:
      'Deletes a role of the company. Returns ConflictError while members have it, or if an access rule of a message names it.',
    resolve: (_root, { input }, context) => deleteRole(context, input),
  },
  {
    description: 'Returned when the role has been deleted.',
    outputFields: (t) => ({
      roleId: t.id({ description: 'Id of the role.', resolve: ({ roleId }) => encodeId('Role', roleId) }),
    }),
  },
)
