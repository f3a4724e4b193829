import { type Signal, useSignal } from '@preact/signals'
import { useConsole, useDraft } from './context.ts'
import { FormDialog, TextField } from './form.tsx'
import {
  CreateRoleDocument,
  DeleteRoleDocument,
  type Permission,
  RolesDocument,
  type RolesQuery,
  UpdateRoleDocument,
} from './operations.ts'
import { Reading, SectionHead, Tag } from './parts.tsx'
import { Table } from './table.tsx'
import { change } from './trouble.ts'
import { useCall, useLoad } from './use-call.ts'

type Role = RolesQuery['roles'][number]

/** The roles of the company and what each permits. */
export function Roles() {
  const { session, words } = useConsole()
  const edited = useSignal<Role | 'new' | null>(null)
  const deleted = useSignal<Role | null>(null)
  const roles = useLoad(async () => (await session.request(RolesDocument, {})).roles)
  const close = () => {
    edited.value = null
    deleted.value = null
  }
  return (
    <>
      <SectionHead title={words.sections.roles} hint={words.rolesHint}>
        <button
          type="button"
          class="button primary"
          onClick={() => {
            edited.value = 'new'
          }}
        >
          {words.newRole}
        </button>
      </SectionHead>
      <Reading of={roles}>
        {(all) => (
          <RoleTable
            roles={all}
            onEdit={(role) => {
              edited.value = role
            }}
            onDelete={(role) => {
              deleted.value = role
            }}
          />
        )}
      </Reading>
      {edited.value && (
        <RoleDialog of={edited.value === 'new' ? null : edited.value} onDone={roles.reload} onClose={close} />
      )}
      {deleted.value && <DeleteDialog of={deleted.value} onDone={roles.reload} onClose={close} />}
    </>
  )
}

function RoleTable({
  roles,
  onEdit,
  onDelete,
}: {
  roles: readonly Role[]
  onEdit: (role: Role) => void
  onDelete: (role: Role) => void
}) {
  const { words } = useConsole()
  return (
    <Table
      caption={words.sections.roles}
      rows={roles}
      keyOf={({ id }) => id}
      columns={[
        { head: words.name, cell: ({ name }) => <bdi>{name}</bdi> },
        {
          head: words.state,
          cell: ({ isBuiltIn }) => <Tag>{isBuiltIn ? words.builtIn : words.ownRole}</Tag>,
        },
        {
          head: words.permissions,
          kind: 'wide',
          cell: ({ permissions }) => (
            <span class="quiet">{permissions.map((one) => words.permissionNames[one]).join(' · ')}</span>
          ),
        },
        {
          head: words.acts,
          kind: 'acts',
          cell: (role) => <RoleActs of={role} onEdit={onEdit} onDelete={onDelete} />,
        },
      ]}
    />
  )
}

/** The acts on a role. The server refuses to change built-in roles, the viewer's own, and those that permit more. */
function RoleActs({
  of,
  onEdit,
  onDelete,
}: {
  of: Role
  onEdit: (role: Role) => void
  onDelete: (role: Role) => void
}) {
  const { words, text, viewer } = useConsole()
  const { role: own, permissions = [] } = viewer.value ?? {}
  const isLower = of.permissions.every((permission) => permissions.includes(permission))
  if (of.isBuiltIn || of.id === own?.id || !isLower) return null
  return (
    <span class="links">
      <button type="button" class="button small" onClick={() => onEdit(of)}>
        {text.edit}
        <span class="hidden"> {of.name}</span>
      </button>
      <button type="button" class="button small danger-text" onClick={() => onDelete(of)}>
        {words.deleteIt}
        <span class="hidden"> {of.name}</span>
      </button>
    </span>
  )
}

interface RoleDraft {
  name: string
  permissions: readonly Permission[]
}

/** The permissions of the viewer, who can give away no others. */
function PermissionChecks({ draft }: { draft: Signal<RoleDraft> }) {
  const { words, viewer } = useConsole()
  return (
    <fieldset class="labelled">
      <legend>{words.permissions}</legend>
      <div class="checks">
        {viewer.value?.permissions.map((one) => (
          <label key={one}>
            <input
              type="checkbox"
              checked={draft.value.permissions.includes(one)}
              onChange={({ currentTarget }) => {
                const others = draft.value.permissions.filter((other) => other !== one)
                draft.value = {
                  ...draft.value,
                  permissions: currentTarget.checked ? [...others, one] : others,
                }
              }}
            />
            {words.permissionNames[one]}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function RoleDialog({ of, onDone, onClose }: { of: Role | null; onDone: () => void; onClose: () => void }) {
  const { session, words, text, drafts } = useConsole()
  const call = useCall()
  const key = `role ${of?.id ?? ''}`
  const draft = useDraft<RoleDraft>(key, {
    name: of?.name ?? '',
    permissions: of?.permissions ?? ['MESSAGE_READ'],
  })
  async function submit() {
    const { name } = draft.value
    const permissions = [...draft.value.permissions]
    await (of
      ? change(session, UpdateRoleDocument, { roleId: of.id, name, permissions })
      : change(session, CreateRoleDocument, { name, permissions }))
    drafts.delete(key)
    onDone()
  }
  return (
    <FormDialog
      title={of?.name ?? words.newRole}
      act={of ? text.save : words.create}
      call={call}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        draft={draft}
        name="name"
        label={words.name}
        required
        maxLength={100}
        trouble={call.trouble}
      />
      <PermissionChecks draft={draft} />
    </FormDialog>
  )
}

function DeleteDialog({
  of: { id, name },
  onDone,
  onClose,
}: {
  of: Role
  onDone: () => void
  onClose: () => void
}) {
  const { session, words } = useConsole()
  const call = useCall()
  async function submit() {
    await change(session, DeleteRoleDocument, { roleId: id })
    onDone()
  }
  return (
    <FormDialog title={name} act={words.deleteIt} call={call} danger onSubmit={submit} onClose={onClose}>
      <p>{words.deleteRoleHint}</p>
    </FormDialog>
  )
}
