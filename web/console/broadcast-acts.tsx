import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Broadcast } from './broadcasts.tsx'
import { useConsole, useDraft } from './context.ts'
import { FormDialog, TextField } from './form.tsx'
import { CancelBroadcastDocument, ReadersDocument, RescheduleDocument } from './operations.ts'
import { Listing, Moment, Person } from './parts.tsx'
import { Table } from './table.tsx'
import { change } from './trouble.ts'
import { useCall, usePages } from './use-call.ts'

/** The time zone of the browser. */
export const ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone

/** The recipients of a broadcast who have read it, and those who have not. */
export function Readers({ of: { id, subject }, onClose }: { of: Broadcast; onClose: () => void }) {
  const { session, words } = useConsole()
  const dialog = useRef<HTMLDialogElement>(null)
  const read = useSignal(true)
  useEffect(() => dialog.current?.showModal(), [])
  const pages = usePages(
    async (after) => {
      const { broadcast } = await session.request(ReadersDocument, { id, read: read.value, after })
      return broadcast?.readers ?? { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } }
    },
    [read.value],
  )
  return (
    <dialog ref={dialog} class="dialog form-dialog" aria-label={words.readers} onClose={onClose}>
      <div class="reading">
        <h3 dir="auto">{subject}</h3>
        <ReadChips
          read={read.value}
          onPick={(one) => {
            pages.nodes.value = null
            read.value = one
          }}
        />
        <Listing of={pages} icon="eye" empty={words.nobody}>
          {(nodes) => (
            <Table
              caption={words.readers}
              rows={nodes}
              keyOf={({ user }) => user.id}
              columns={[
                { head: words.person, cell: ({ user }) => <Person of={user} /> },
                { head: words.read, cell: ({ readAt }) => readAt && <Moment at={readAt} /> },
              ]}
            />
          )}
        </Listing>
        <div class="buttons">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            {words.done}
          </button>
        </div>
      </div>
    </dialog>
  )
}

function ReadChips({ read, onPick }: { read: boolean; onPick: (read: boolean) => void }) {
  const { words } = useConsole()
  return (
    <fieldset class="chips" aria-label={words.readers}>
      {[true, false].map((one) => (
        <button
          key={String(one)}
          type="button"
          class="chip"
          aria-pressed={read === one}
          onClick={() => onPick(one)}
        >
          {one ? words.read : words.notRead}
        </button>
      ))}
    </fieldset>
  )
}

/** Moves a scheduled broadcast to another time. */
export function RescheduleDialog({
  of: { id, subject, schedule },
  onDone,
  onClose,
}: {
  of: Broadcast
  onDone: () => void
  onClose: () => void
}) {
  const { session, words } = useConsole()
  const call = useCall()
  const timeZone = schedule?.timeZone ?? ownZone
  const draft = useDraft(`reschedule ${id}`, { localTime: schedule?.localTime.slice(0, 16) ?? '' })
  async function submit() {
    const { localTime } = draft.value
    await change(session, RescheduleDocument, { broadcastId: id, schedule: { localTime, timeZone } })
    onDone()
  }
  return (
    <FormDialog title={subject} act={words.reschedule} call={call} onSubmit={submit} onClose={onClose}>
      <TextField
        draft={draft}
        name="localTime"
        label={words.time}
        hint={timeZone}
        type="datetime-local"
        required
        trouble={call.trouble}
      />
    </FormDialog>
  )
}

/** Asks before a scheduled broadcast is cancelled. */
export function CancelDialog({
  of: { id, subject },
  onDone,
  onClose,
}: {
  of: Broadcast
  onDone: () => void
  onClose: () => void
}) {
  const { session, words } = useConsole()
  const call = useCall()
  async function submit() {
    await change(session, CancelBroadcastDocument, { broadcastId: id })
    onDone()
  }
  return (
    <FormDialog title={subject} act={words.cancelIt} call={call} danger onSubmit={submit} onClose={onClose}>
      <p>{words.cancelHint}</p>
    </FormDialog>
  )
}
