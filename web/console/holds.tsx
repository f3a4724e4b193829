import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { PeopleQuery } from '../api/operations.ts'
import { PeoplePicker } from '../people/people-picker.tsx'
import { useConsole, useDraft } from './context.ts'
import { ConversationPicker, type Found as FoundConversation } from './conversation-picker.tsx'
import { dayAfter, dayOf } from './days.ts'
import { FormDialog, TextField } from './form.tsx'
import {
  type HoldPartsFragment,
  HoldsDocument,
  PlaceHoldDocument,
  ReleaseHoldDocument,
} from './operations.ts'
import { Listing, Moment, Person, SectionHead, Tag } from './parts.tsx'
import { Span } from './span.tsx'
import { Table } from './table.tsx'
import { change } from './trouble.ts'
import { useCall, usePages } from './use-call.ts'

type Found = PeopleQuery['users']['nodes'][number]

/** The legal holds of the company, those that were released too. */
export function Holds() {
  const { session, words } = useConsole()
  const isPlacing = useSignal(false)
  const releasing = useSignal<HoldPartsFragment | null>(null)
  const pages = usePages<HoldPartsFragment>(
    async (after) => (await session.request(HoldsDocument, { after })).legalHolds,
  )
  return (
    <>
      <SectionHead title={words.sections.holds} hint={words.holdsHint}>
        <button
          type="button"
          class="button primary"
          onClick={() => {
            isPlacing.value = true
          }}
        >
          {words.newHold}
        </button>
      </SectionHead>
      <Listing of={pages} icon="link" empty={words.noneYet} hint={words.holdsEmpty}>
        {(holds) => (
          <HoldTable
            holds={holds}
            onRelease={(hold) => {
              releasing.value = hold
            }}
          />
        )}
      </Listing>
      {isPlacing.value && (
        <PlaceDialog
          onDone={pages.reload}
          onClose={() => {
            isPlacing.value = false
          }}
        />
      )}
      {releasing.value && (
        <ReleaseDialog
          hold={releasing.value}
          onDone={pages.reload}
          onClose={() => {
            releasing.value = null
          }}
        />
      )}
    </>
  )
}

function HoldTable({
  holds,
  onRelease,
}: {
  holds: readonly HoldPartsFragment[]
  onRelease: (hold: HoldPartsFragment) => void
}) {
  const { words } = useConsole()
  return (
    <Table
      caption={words.sections.holds}
      rows={holds}
      keyOf={({ id }) => id}
      columns={[
        { head: words.name, kind: 'wide', cell: ({ name }) => <bdi>{name}</bdi> },
        {
          head: words.covers,
          cell: ({ user, conversation }) =>
            user ? <Person of={user} /> : conversation ? <bdi>{conversation.title}</bdi> : words.everything,
        },
        { head: words.span, cell: ({ from, to }) => <Span from={from} to={to} /> },
        {
          head: words.state,
          cell: ({ releasedAt, releaseReason }) =>
            releasedAt ? (
              <span title={releaseReason ?? ''}>
                <Tag>{words.released}</Tag>
              </span>
            ) : (
              <Tag tone="info">{words.inForce}</Tag>
            ),
        },
        { head: words.placedBy, cell: ({ createdBy }) => <Person of={createdBy} /> },
        { head: words.time, cell: ({ createdAt }) => <Moment at={createdAt} /> },
        {
          head: words.release,
          kind: 'acts',
          cell: (hold) =>
            hold.releasedAt ? null : (
              <button
                type="button"
                class="button small"
                aria-label={words.releaseOf(hold.name)}
                onClick={() => onRelease(hold)}
              >
                {words.release}
              </button>
            ),
        },
      ]}
    />
  )
}

function PlaceDialog({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const { session, words } = useConsole()
  const call = useCall()
  const initial = { name: '', from: '', to: '' }
  const draft = useDraft('hold', initial)
  const people = useDraft<readonly Found[]>('hold people', [])
  const conversations = useDraft<readonly FoundConversation[]>('hold conversations', [])
  useEffect(() => {
    // A hold names one person: the one who was picked last.
    if (people.value.length > 1) people.value = people.value.slice(-1)
  }, [people.value])
  async function submit() {
    const { name, from, to } = draft.value
    await change(session, PlaceHoldDocument, {
      name,
      userId: people.value[0]?.id ?? null,
      conversationId: conversations.value[0]?.id ?? null,
      from: from ? dayOf(from) : null,
      to: to ? dayAfter(to) : null,
    })
    draft.value = initial
    people.value = []
    conversations.value = []
    onDone()
  }
  return (
    <FormDialog title={words.newHold} act={words.place} call={call} onSubmit={submit} onClose={onClose}>
      <p class="quiet">{words.holdScope}</p>
      <TextField
        draft={draft}
        name="name"
        label={words.name}
        required
        maxLength={200}
        trouble={call.trouble}
      />
      <div class="labelled">
        <span>{words.person}</span>
        <PeoplePicker chosen={people} />
      </div>
      <ConversationPicker chosen={conversations} max={1} />
      <div class="pair">
        <TextField draft={draft} name="from" label={words.from} type="date" trouble={call.trouble} />
        <TextField draft={draft} name="to" label={words.to} type="date" trouble={call.trouble} />
      </div>
    </FormDialog>
  )
}

function ReleaseDialog({
  hold,
  onDone,
  onClose,
}: {
  hold: HoldPartsFragment
  onDone: () => void
  onClose: () => void
}) {
  const { session, words } = useConsole()
  const call = useCall()
  const draft = useDraft(`release ${hold.id}`, { reason: '' })
  async function submit() {
    await change(session, ReleaseHoldDocument, { holdId: hold.id, reason: draft.value.reason })
    onDone()
  }
  return (
    <FormDialog
      title={words.releaseOf(hold.name)}
      act={words.release}
      call={call}
      danger
      onSubmit={submit}
      onClose={onClose}
    >
      <p class="quiet">{words.releaseHint}</p>
      <TextField draft={draft} name="reason" label={words.reason} required trouble={call.trouble} />
    </FormDialog>
  )
}
