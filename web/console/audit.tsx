import { type Signal, useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { useConsole, useDraft } from './context.ts'
import { dayAfter, dayOf, download } from './days.ts'
import { TextField } from './form.tsx'
import { AuditTrailDocument, type AuditTrailQuery, ProofDocument } from './operations.ts'
import { Listing, Moment, Person, SectionHead, TroubleBox } from './parts.tsx'
import { Table } from './table.tsx'
import { type Call, useCall, usePages } from './use-call.ts'
import { Verification } from './verification.tsx'

type Event = AuditTrailQuery['auditEvents']['nodes'][number]

const NO_FILTER = { kind: '', from: '', to: '' }

/** The audit trail: its verification, its events by kind, person and time, and the proof of each. */
export function AuditTrail() {
  const { words } = useConsole()
  return (
    <>
      <SectionHead title={words.sections.audit} hint={words.auditHint} />
      <Verification />
      <Events />
    </>
  )
}

function Events() {
  const { session, words } = useConsole()
  const draft = useDraft('audit filter', NO_FILTER)
  const applied = useSignal(draft.peek())
  const actor = useSignal<Event['actor']>(null)
  const { kind, from, to } = applied.value
  const pages = usePages(
    async (after) => {
      const filter = {
        kinds: kind.trim() ? [kind.trim()] : null,
        after: from ? dayOf(from) : null,
        before: to ? dayAfter(to) : null,
        actorId: actor.value?.id ?? null,
      }
      return (await session.request(AuditTrailDocument, { filter, after })).auditEvents
    },
    [applied.value, actor.value],
  )
  const kinds = [...new Set(pages.data?.map((event) => event.kind))].sort()
  return (
    <section class="block" aria-label={words.events}>
      <EventFilter
        draft={draft}
        kinds={kinds}
        onApply={() => {
          applied.value = draft.value
        }}
      />
      <ActorChip actor={actor} />
      <Listing of={pages} icon="search" empty={words.noneFound}>
        {(events) => (
          <EventTable
            events={events}
            onPick={(person) => {
              actor.value = person
            }}
          />
        )}
      </Listing>
    </section>
  )
}

/** The person whose events are shown alone; a click shows those of everybody. */
function ActorChip({ actor }: { actor: Signal<Event['actor']> }) {
  const { words } = useConsole()
  if (!actor.value) return null
  return (
    <p>
      <button
        type="button"
        class="chip"
        aria-pressed="true"
        onClick={() => {
          actor.value = null
        }}
      >
        <bdi>{actor.value.name}</bdi> <span aria-hidden="true">×</span>
        <span class="hidden">{words.everybody}</span>
      </button>
    </p>
  )
}

function EventFilter({
  draft,
  kinds,
  onApply,
}: {
  draft: Signal<typeof NO_FILTER>
  /** The kinds that are offered. Others can be typed. */
  kinds: readonly string[]
  onApply: () => void
}) {
  const { words } = useConsole()
  const list = useId()
  return (
    <form
      class="filterbar"
      onSubmit={(event) => {
        event.preventDefault()
        onApply()
      }}
    >
      <TextField draft={draft} name="kind" label={words.kind} placeholder="message.created" list={list} />
      <datalist id={list}>
        {kinds.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <TextField draft={draft} name="from" label={words.from} type="date" />
      <TextField draft={draft} name="to" label={words.to} type="date" />
      <button type="submit" class="button">
        {words.show}
      </button>
    </form>
  )
}

function EventTable({
  events,
  onPick,
}: {
  events: readonly Event[]
  onPick: (actor: Event['actor']) => void
}) {
  const { session, words } = useConsole()
  const call = useCall()
  const prove = (id: string) =>
    void call.run(async () => {
      const { auditProof } = await session.request(ProofDocument, { id })
      if (auditProof) download(`proof-${auditProof.index}.json`, JSON.stringify(auditProof, null, 2))
    })
  return (
    <>
      <TroubleBox trouble={call.trouble} />
      <Table
        caption={words.events}
        rows={events}
        keyOf={({ id }) => id}
        columns={[
          { head: words.number, kind: 'number', cell: ({ index }) => index },
          { head: words.kind, cell: ({ kind }) => <code>{kind}</code> },
          {
            head: words.person,
            cell: ({ actor }) =>
              actor ? (
                <button type="button" class="plain" title={words.onlyThis} onClick={() => onPick(actor)}>
                  <Person of={actor} />
                </button>
              ) : (
                <span class="quiet">–</span>
              ),
          },
          {
            head: words.details,
            kind: 'wide',
            cell: ({ detail }) =>
              detail ? <code>{JSON.stringify(detail)}</code> : <span class="quiet">–</span>,
          },
          { head: words.time, cell: ({ at }) => <Moment at={at} /> },
          {
            head: words.proof,
            kind: 'acts',
            cell: (event) => <ProofButton of={event} call={call} onProve={prove} />,
          },
        ]}
      />
    </>
  )
}

function ProofButton({
  of: { id, index },
  call,
  onProve,
}: {
  of: Event
  call: Call
  onProve: (id: string) => void
}) {
  const { words } = useConsole()
  return (
    <button
      type="button"
      class="button small"
      aria-label={words.proofOf(index)}
      disabled={call.isBusy}
      onClick={() => onProve(id)}
    >
      {words.proof}
    </button>
  )
}
