import { useSignal } from '@preact/signals'
import { lazy } from '../ui/lazy.tsx'
import { useConsole, useDraft } from './context.ts'
import { TextField } from './form.tsx'
import {
  AuditedConversationsDocument,
  type AuditedConversationsQuery,
  AuditedMessagesDocument,
  type AuditedMessagesQuery,
} from './operations.ts'
import { Listing, Moment, Person, SectionHead, Tag } from './parts.tsx'
import { Table } from './table.tsx'
import { usePages } from './use-call.ts'

const FileNames = lazy(() => import('../elements/files.ts').then((module) => module.FileNames))

type Conversation = AuditedConversationsQuery['auditConversations']['nodes'][number]
type Message = NonNullable<AuditedMessagesQuery['auditConversation']>['messages']['nodes'][number]

/** Others' conversations, each look at which is recorded. Nothing is read before the person asks for it. */
export function AuditedReads() {
  const { words } = useConsole()
  const opened = useSignal<Conversation | null>(null)
  return (
    <>
      <SectionHead title={words.sections.reads} hint={words.readsHint}>
        {opened.value && (
          <button
            type="button"
            class="button"
            onClick={() => {
              opened.value = null
            }}
          >
            {words.backToList}
          </button>
        )}
      </SectionHead>
      {opened.value ? (
        <Messages of={opened.value} />
      ) : (
        <Conversations
          onOpen={(conversation) => {
            opened.value = conversation
          }}
        />
      )}
    </>
  )
}

function Conversations({ onOpen }: { onOpen: (conversation: Conversation) => void }) {
  const { session, words, text } = useConsole()
  const draft = useDraft('audited search', { search: '' })
  const asked = useSignal<string | null>(null)
  return (
    <>
      <form
        class="filterbar"
        onSubmit={(event) => {
          event.preventDefault()
          asked.value = draft.value.search.trim()
        }}
      >
        <TextField draft={draft} name="search" label={words.titleOrPerson} type="search" />
        <button type="submit" class="button">
          {words.show}
        </button>
      </form>
      {asked.value === null ? (
        <p class="quiet none">{words.readsRecorded}</p>
      ) : (
        <Found key={asked.value} search={asked.value} onOpen={onOpen} />
      )}
    </>
  )

  function Found({ search, onOpen }: { search: string; onOpen: (conversation: Conversation) => void }) {
    const pages = usePages(
      async (after) =>
        (await session.request(AuditedConversationsDocument, { search: search || null, after }))
          .auditConversations,
      [search],
    )
    return (
      <Listing of={pages} icon="search" empty={words.noneFound}>
        {(nodes) => (
          <Table
            caption={text.conversations}
            rows={nodes}
            keyOf={({ id }) => id}
            columns={[
              {
                head: words.name,
                kind: 'wide',
                cell: ({ title, kind }) => <bdi>{title || words.kinds[kind]}</bdi>,
              },
              { head: words.kind, cell: ({ kind }) => <Tag>{words.kinds[kind]}</Tag> },
              { head: words.people, kind: 'number', cell: ({ participantCount }) => participantCount },
              { head: words.totals.messages, kind: 'number', cell: ({ lastSeq }) => lastSeq },
              { head: words.created, cell: ({ createdAt }) => <Moment at={createdAt} /> },
              {
                head: words.open,
                kind: 'acts',
                cell: (conversation) => (
                  <button type="button" class="button small" onClick={() => onOpen(conversation)}>
                    {words.open}
                    <span class="hidden"> {conversation.title}</span>
                  </button>
                ),
              },
            ]}
          />
        )}
      </Listing>
    )
  }
}

/** Messages, latest first; each page is recorded. */
function Messages({ of: { id, title, kind } }: { of: Conversation }) {
  const { session, words, text } = useConsole()
  const pages = usePages<Message>(
    async (before) => {
      const { auditConversation } = await session.request(AuditedMessagesDocument, { id, before })
      const page = auditConversation?.messages
      return {
        nodes: [...(page?.nodes ?? [])].reverse(),
        pageInfo: {
          hasNextPage: page?.pageInfo.hasPreviousPage ?? false,
          endCursor: page?.pageInfo.startCursor ?? null,
        },
      }
    },
    [id],
  )
  const name = title || words.kinds[kind]
  return (
    <section class="block" aria-label={name}>
      <h3 dir="auto">{name}</h3>
      <Listing of={pages} icon="chat" empty={text.emptyThread}>
        {(messages) => (
          <Table
            caption={name}
            rows={messages}
            keyOf={(message) => message.id}
            columns={[
              { head: words.number, kind: 'number', cell: ({ seq }) => seq },
              { head: words.author, cell: ({ author }) => <Person of={author} /> },
              {
                head: words.message,
                kind: 'wide',
                cell: ({ body, state, attachments }) =>
                  state === 'RETRACTED' ? (
                    <span class="quiet">{text.retracted}</span>
                  ) : (
                    <>
                      <bdi class="lines">{body}</bdi>
                      {attachments.length > 0 && <FileNames files={attachments} />}
                    </>
                  ),
              },
              { head: words.time, cell: ({ createdAt }) => <Moment at={createdAt} /> },
            ]}
          />
        )}
      </Listing>
    </section>
  )
}
