import { useConsole, useDraft } from './context.ts'
import { FormDialog, SelectField, SwitchField, TextField } from './form.tsx'
import type { Member } from './members.tsx'
import { RolesDocument, SyncDocument } from './operations.ts'
import { change } from './trouble.ts'
import { useCall, useLoad } from './use-call.ts'

/** The text of the form for a member, or for a new one. */
function draftOf(member: Member | null) {
  const { externalId, name, email, department } = member?.user ?? {}
  return {
    externalId: externalId ?? '',
    name: name ?? '',
    email: email ?? '',
    department: department ?? '',
    role: member?.role.name ?? 'member',
    isEnabled: member?.isEnabled ?? true,
  }
}

/** Edits a member, or adds one. */
export function MemberDialog({
  of,
  onDone,
  onClose,
}: {
  of: Member | null
  onDone: () => void
  onClose: () => void
}) {
  const { session, words, text, drafts, refresh } = useConsole()
  const call = useCall()
  const name = `member ${of?.user.id ?? ''}`
  const draft = useDraft(name, draftOf(of))
  const roles = useLoad(async () => (await session.request(RolesDocument, {})).roles)
  async function submit() {
    const { email, department, ...rest } = draft.value
    const { problems } = await change(session, SyncDocument, {
      members: [{ ...rest, email: email || null, department: department || null }],
    })
    const [problem] = problems
    if (problem) throw new Error(problem.detail)
    drafts.delete(name)
    onDone()
    await refresh()
  }
  const options = (roles.data ?? [{ name: draft.value.role }]).map((role) => [role.name, role.name] as const)
  return (
    <FormDialog
      title={of?.user.name ?? words.newMember}
      act={of ? text.save : text.add}
      call={call}
      onSubmit={submit}
      onClose={onClose}
    >
      {!of && (
        <TextField
          draft={draft}
          name="externalId"
          label={words.externalId}
          hint={words.externalIdHint}
          required
        />
      )}
      <TextField draft={draft} name="name" label={words.name} required />
      <div class="pair">
        <TextField draft={draft} name="email" label={words.email} type="email" />
        <TextField draft={draft} name="department" label={words.department} />
      </div>
      <SelectField draft={draft} name="role" label={words.role} options={options} />
      <SwitchField draft={draft} name="isEnabled" label={words.enabled} hint={words.enabledHint} />
    </FormDialog>
  )
}
