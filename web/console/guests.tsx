import { type Signal, useSignal } from '@preact/signals'
import { useConsole, useDraft } from './context.ts'
import { FormDialog, SelectField, TextField } from './form.tsx'
import { ConsentDocument, type ConsentState, GuestsDocument, type GuestsQuery } from './operations.ts'
import { Listing, SectionHead, Tag } from './parts.tsx'
import { Table } from './table.tsx'
import { change } from './trouble.ts'
import { useCall, usePages } from './use-call.ts'

type Guest = GuestsQuery['guests']['nodes'][number]

const STATES: readonly (ConsentState | null)[] = [null, 'SUBSCRIBED', 'UNKNOWN', 'OPTED_OUT']
const TONES = { SUBSCRIBED: 'good', UNKNOWN: 'warn', OPTED_OUT: 'bad' } as const

/** The guests of the company and whether they may be written to. */
export function Guests() {
  const { session, words } = useConsole()
  const draft = useDraft('guest search', { search: '' })
  const asked = useSignal(draft.peek().search)
  const consent = useSignal<ConsentState | null>(null)
  const recording = useSignal<Guest | null>(null)
  const pages = usePages<Guest>(
    async (after) => {
      const variables = { search: asked.value.trim() || null, consent: consent.value, after }
      return (await session.request(GuestsDocument, variables)).guests
    },
    [asked.value, consent.value],
  )
  return (
    <>
      <SectionHead title={words.sections.guests} hint={words.guestsHint} />
      <GuestSearch
        draft={draft}
        onApply={() => {
          asked.value = draft.value.search
        }}
      />
      <ConsentChips consent={consent} />
      <Listing of={pages} icon="group" empty={words.noneFound}>
        {(guests) => (
          <GuestTable
            guests={guests}
            onRecord={(guest) => {
              recording.value = guest
            }}
          />
        )}
      </Listing>
      {recording.value && (
        <ConsentDialog
          of={recording.value}
          onDone={pages.reload}
          onClose={() => {
            recording.value = null
          }}
        />
      )}
    </>
  )
}

function GuestSearch({ draft, onApply }: { draft: Signal<{ search: string }>; onApply: () => void }) {
  const { words } = useConsole()
  return (
    <form
      class="filterbar"
      onSubmit={(event) => {
        event.preventDefault()
        onApply()
      }}
    >
      <TextField draft={draft} name="search" label={words.searchGuests} type="search" />
      <button type="submit" class="button">
        {words.show}
      </button>
    </form>
  )
}

function ConsentChips({ consent }: { consent: Signal<ConsentState | null> }) {
  const { words, text } = useConsole()
  return (
    <fieldset class="chips" aria-label={words.consent}>
      {STATES.map((one) => (
        <button
          key={one}
          type="button"
          class="chip"
          aria-pressed={consent.value === one}
          onClick={() => {
            consent.value = one
          }}
        >
          {one === null ? text.all : words.consents[one]}
        </button>
      ))}
    </fieldset>
  )
}

function GuestTable({ guests, onRecord }: { guests: readonly Guest[]; onRecord: (guest: Guest) => void }) {
  const { words } = useConsole()
  return (
    <Table
      caption={words.sections.guests}
      rows={guests}
      keyOf={({ id }) => id}
      columns={[
        { head: words.name, kind: 'wide', cell: ({ name }) => <bdi>{name ?? '–'}</bdi> },
        { head: words.phone, cell: ({ phone }) => <span dir="ltr">{phone ?? '–'}</span> },
        { head: words.email, cell: ({ email }) => email ?? '–' },
        {
          head: words.consent,
          cell: ({ consent, needsConsentReview }) => (
            <span class="links">
              <Tag tone={TONES[consent]}>{words.consents[consent]}</Tag>
              {needsConsentReview && <Tag tone="warn">{words.needsReview}</Tag>}
            </span>
          ),
        },
        {
          head: words.acts,
          kind: 'acts',
          cell: (guest) => (
            <button type="button" class="button small" onClick={() => onRecord(guest)}>
              {words.recordConsent}
              <span class="hidden"> {guest.name}</span>
            </button>
          ),
        },
      ]}
    />
  )
}

function ConsentDialog({ of, onDone, onClose }: { of: Guest; onDone: () => void; onClose: () => void }) {
  const { session, words, drafts } = useConsole()
  const call = useCall()
  const key = `consent ${of.id}`
  const draft = useDraft(key, { consent: of.consent === 'SUBSCRIBED' ? 'OPTED_OUT' : 'SUBSCRIBED', note: '' })
  async function submit() {
    const { consent, note } = draft.value
    await change(session, ConsentDocument, {
      guestId: of.id,
      state: consent as ConsentState,
      note: note || null,
    })
    drafts.delete(key)
    onDone()
  }
  return (
    <FormDialog
      title={of.name ?? words.consent}
      act={words.recordConsent}
      call={call}
      onSubmit={submit}
      onClose={onClose}
    >
      <SelectField
        draft={draft}
        name="consent"
        label={words.consent}
        options={[
          ['SUBSCRIBED', words.consents.SUBSCRIBED],
          ['OPTED_OUT', words.consents.OPTED_OUT],
        ]}
      />
      <TextField draft={draft} name="note" label={words.note} lines={3} trouble={call.trouble} />
    </FormDialog>
  )
}
