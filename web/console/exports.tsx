import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { PeopleQuery } from '../api/operations.ts'
import { PeoplePicker } from '../people/people-picker.tsx'
import { useConsole, useDraft } from './context.ts'
import { ConversationPicker, type Found as FoundConversation } from './conversation-picker.tsx'
import { dayAfter, dayOf, daysAgo } from './days.ts'
import { FormDialog, SelectField, TextField } from './form.tsx'
import {
  ExportLinkDocument,
  ExportsDocument,
  type ExportsQuery,
  RequestExportDocument,
} from './operations.ts'
import { Listing, Moment, Person, SectionHead, Tag, TroubleBox } from './parts.tsx'
import { Span } from './span.tsx'
import { Table } from './table.tsx'
import { change } from './trouble.ts'
import { useCall, usePages } from './use-call.ts'

type Export = ExportsQuery['exports']['nodes'][number]
type Links = { url: string; manifestUrl: string }

const POLL_MS = 1_500
/** The server's bound of conversations of one export. */
const MAX_CONVERSATIONS = 1_000
const TONES = { QUEUED: '', RUNNING: 'info', READY: 'good', FAILED: 'bad', EXPIRED: '' } as const

/** The exports of the company: asking for one, its progress, and the links to it. */
export function Exports() {
  const { session, words } = useConsole()
  const isAsking = useSignal(false)
  const pages = usePages(async (after) => (await session.request(ExportsDocument, { after })).exports)
  const isUnderWay = pages.data?.some(({ state }) => state === 'QUEUED' || state === 'RUNNING') ?? false
  useEffect(() => {
    if (!isUnderWay || pages.isLoading || pages.trouble) return
    const timer = setTimeout(pages.reload, POLL_MS)
    return () => clearTimeout(timer)
  }, [isUnderWay, pages.isLoading, pages.trouble])
  return (
    <>
      <SectionHead title={words.sections.exports} hint={words.exportsHint}>
        <button
          type="button"
          class="button primary"
          onClick={() => {
            isAsking.value = true
          }}
        >
          {words.newExport}
        </button>
      </SectionHead>
      <Listing of={pages} icon="link" empty={words.noneYet} hint={words.exportsEmpty}>
        {(nodes) => <ExportTable exports={nodes} />}
      </Listing>
      {isAsking.value && (
        <RequestDialog
          onDone={pages.reload}
          onClose={() => {
            isAsking.value = false
          }}
        />
      )}
    </>
  )
}

function ExportTable({ exports }: { exports: readonly Export[] }) {
  const { words, locale } = useConsole()
  const number = new Intl.NumberFormat(locale)
  return (
    <Table
      caption={words.sections.exports}
      rows={exports}
      keyOf={({ id }) => id}
      columns={[
        { head: words.span, cell: ({ from, to }) => <Span from={from} to={to} /> },
        {
          head: words.state,
          cell: ({ state }) => <Tag tone={TONES[state]}>{words.exportStates[state]}</Tag>,
        },
        { head: words.format, cell: ({ format }) => format },
        {
          head: words.totals.messages,
          kind: 'number',
          cell: ({ messageCount }) => (messageCount === null ? '–' : number.format(messageCount)),
        },
        { head: words.requestedBy, cell: ({ requestedBy }) => <Person of={requestedBy} /> },
        { head: words.time, cell: ({ requestedAt }) => <Moment at={requestedAt} /> },
        {
          head: words.download,
          kind: 'acts',
          cell: ({ id, state }) => (state === 'READY' ? <Download id={id} /> : null),
        },
      ]}
    />
  )
}

/** Links hold for ten minutes, so they are made on demand. */
function Download({ id }: { id: string }) {
  const { session, words } = useConsole()
  const links = useSignal<Links | null>(null)
  const call = useCall()
  if (links.value) {
    return (
      <span class="links">
        <a href={links.value.url} download>
          {words.file}
        </a>
        <a href={links.value.manifestUrl} download>
          {words.manifest}
        </a>
      </span>
    )
  }
  return (
    <>
      <button
        type="button"
        class="button small"
        disabled={call.isBusy}
        onClick={() =>
          void call.run(async () => {
            links.value = await change(session, ExportLinkDocument, { exportId: id })
          })
        }
      >
        {words.createLink}
      </button>
      <TroubleBox trouble={call.trouble} />
    </>
  )
}

function RequestDialog({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const { session, words } = useConsole()
  const call = useCall()
  const initial = { from: daysAgo(30), to: daysAgo(0), format: 'JSONL' as 'JSONL' | 'CSV' }
  const draft = useDraft('export', initial)
  const people = useDraft<readonly PeopleQuery['users']['nodes'][number][]>('export people', [])
  const conversations = useDraft<readonly FoundConversation[]>('export conversations', [])
  async function submit() {
    const { from, to, format } = draft.value
    // Nothing can be exported of the time to come.
    const end = Math.min(Date.parse(dayAfter(to)), Date.now())
    await change(session, RequestExportDocument, {
      from: dayOf(from),
      to: new Date(end).toISOString(),
      format,
      ...(people.value.length > 0 && { userIds: people.value.map(({ id }) => id) }),
      ...(conversations.value.length > 0 && { conversationIds: conversations.value.map(({ id }) => id) }),
    })
    draft.value = initial
    people.value = []
    conversations.value = []
    onDone()
  }
  return (
    <FormDialog title={words.newExport} act={words.request} call={call} onSubmit={submit} onClose={onClose}>
      <p class="quiet">{words.exportScope}</p>
      <div class="pair">
        <TextField draft={draft} name="from" label={words.from} type="date" required trouble={call.trouble} />
        <TextField draft={draft} name="to" label={words.to} type="date" required trouble={call.trouble} />
      </div>
      <SelectField
        draft={draft}
        name="format"
        label={words.format}
        options={[
          ['JSONL', words.formats.JSONL],
          ['CSV', words.formats.CSV],
        ]}
      />
      <div class="labelled">
        <span>{words.author}</span>
        <PeoplePicker chosen={people} />
      </div>
      <ConversationPicker chosen={conversations} max={MAX_CONVERSATIONS} />
    </FormDialog>
  )
}
