import { useConsole } from './context.ts'
import { StateDocument, type StateQuery } from './operations.ts'
import { Bar, Moment, Person, Reading, SectionHead, Tag } from './parts.tsx'
import { Table } from './table.tsx'
import { useLoad } from './use-call.ts'

type Found = StateQuery['messagingState']

const TONES = { NORMAL: 'good', HEAVY: 'warn', OVER_CAP: 'bad' } as const

/** Messaging within the last 24 hours. Each look is recorded for auditors, so it is read again on demand only. */
export function State() {
  const { session, words } = useConsole()
  const state = useLoad(async () => ({
    ...(await session.request(StateDocument, {})).messagingState,
    at: new Date().toISOString(),
  }))
  return (
    <>
      <SectionHead title={words.sections.state} hint={words.stateHint}>
        {state.data && (
          <span class="quiet">
            <Moment at={state.data.at} />
          </span>
        )}
        <button type="button" class="button" disabled={state.isLoading} onClick={state.reload}>
          {words.refresh}
        </button>
      </SectionHead>
      <Reading of={state}>
        {(found) => (
          <>
            <Totals of={found} />
            <Senders of={found} />
            <Messages of={found} />
            <Broadcasts of={found} />
            <Groups of={found} />
          </>
        )}
      </Reading>
    </>
  )
}

function Totals({ of }: { of: Found }) {
  const { words, locale } = useConsole()
  const number = new Intl.NumberFormat(locale)
  return (
    <dl class="totals">
      {(['messages', 'members', 'groups', 'broadcasts'] as const).map((name) => (
        <div key={name}>
          <dt>{words.totals[name]}</dt>
          <dd>{number.format(of[name])}</dd>
        </div>
      ))}
    </dl>
  )
}

function Senders({ of: { topSenders } }: { of: Found }) {
  const { words } = useConsole()
  const most = Math.max(...topSenders.map(({ sent }) => sent), 1)
  return (
    <Block title={words.topSenders} isEmpty={topSenders.length === 0}>
      <Table
        caption={words.topSenders}
        rows={topSenders}
        keyOf={({ user }) => user.id}
        columns={[
          { head: words.person, cell: ({ user }) => <Person of={user} /> },
          {
            head: words.sent,
            kind: 'wide',
            cell: ({ sent, level }) => (
              <span class="measured">
                <Bar value={sent} of={most} tone={TONES[level]} />
                <span class="figure">{sent}</span>
              </span>
            ),
          },
          { head: words.load, cell: ({ level }) => <Tag tone={TONES[level]}>{words.loads[level]}</Tag> },
        ]}
      />
    </Block>
  )
}

function Messages({ of: { recentMessages } }: { of: Found }) {
  const { words, text } = useConsole()
  return (
    <Block title={words.recentMessages} isEmpty={recentMessages.nodes.length === 0}>
      <Table
        caption={words.recentMessages}
        rows={recentMessages.nodes}
        keyOf={({ id }) => id}
        columns={[
          { head: words.author, cell: ({ author }) => <Person of={author} /> },
          { head: text.conversation, cell: ({ conversation }) => <ConversationName of={conversation} /> },
          {
            head: words.message,
            kind: 'wide',
            cell: ({ preview, state }) =>
              state === 'RETRACTED' ? (
                <span class="quiet">{text.retracted}</span>
              ) : preview === null ? (
                <span class="quiet">{words.textHidden}</span>
              ) : (
                <bdi>{preview}</bdi>
              ),
          },
          { head: words.time, cell: ({ createdAt }) => <Moment at={createdAt} /> },
        ]}
      />
    </Block>
  )
}

function Broadcasts({ of: { recentBroadcasts } }: { of: Found }) {
  const { words } = useConsole()
  return (
    <Block title={words.recentBroadcasts} isEmpty={recentBroadcasts.nodes.length === 0}>
      <Table
        caption={words.recentBroadcasts}
        rows={recentBroadcasts.nodes}
        keyOf={({ id }) => id}
        columns={[
          {
            head: words.subject,
            kind: 'wide',
            cell: ({ subject }) =>
              subject ? <bdi>{subject}</bdi> : <span class="quiet">{words.textHidden}</span>,
          },
          { head: words.author, cell: ({ author }) => <Person of={author} /> },
          { head: words.read, cell: (one) => <ReadShare of={one} /> },
          { head: words.time, cell: ({ sentAt }) => sentAt && <Moment at={sentAt} /> },
        ]}
      />
    </Block>
  )
}

function Groups({ of: { activeGroups } }: { of: Found }) {
  const { words } = useConsole()
  return (
    <Block title={words.activeGroups} isEmpty={activeGroups.nodes.length === 0}>
      <Table
        caption={words.activeGroups}
        rows={activeGroups.nodes}
        keyOf={({ id }) => id}
        columns={[
          { head: words.name, kind: 'wide', cell: ({ title }) => <bdi>{title}</bdi> },
          { head: words.people, kind: 'number', cell: ({ participantCount }) => participantCount },
          { head: words.lastActivity, cell: ({ lastActivityAt }) => <Moment at={lastActivityAt} /> },
        ]}
      />
    </Block>
  )
}

/** The recipients who have read a broadcast, as a bar and in numbers. */
export function ReadShare({
  of: { readCount, recipientCount },
}: {
  of: { readCount: number; recipientCount: number }
}) {
  return (
    <span class="measured">
      <Bar value={readCount} of={recipientCount} />
      <span class="figure">
        {readCount} / {recipientCount}
      </span>
    </span>
  )
}

/** The title of a conversation, or the word for its kind. */
export function ConversationName({
  of: { kind, title },
}: {
  of: { kind: keyof typeof kindNames; title: string }
}) {
  const { words } = useConsole()
  return <bdi>{title || words.kinds[kind]}</bdi>
}

const kindNames = { DIRECT: '', GROUP: '', GLOBAL: '', CONTEXT: '', BROADCAST: '' }

function Block({
  title,
  isEmpty,
  children,
}: {
  title: string
  isEmpty: boolean
  children: preact.ComponentChildren
}) {
  const { words } = useConsole()
  return (
    <section class="block" aria-label={title}>
      <h3>{title}</h3>
      {isEmpty ? <p class="quiet none">{words.noneYet}</p> : children}
    </section>
  )
}
