import type { ComponentChildren, ComponentType } from 'preact'
import { loadFilesBy } from '../files/late-files.ts'
import { ContextCard } from '../inbox/context-card.tsx'
import { Inbox } from '../inbox/inbox.tsx'
import type { Session } from '../store/session.ts'
import { ConversationView } from '../timeline/conversation.tsx'
import { CloseButton } from '../ui/close-button.tsx'
import { useUi, type View } from '../ui/context.ts'
import { lazy } from '../ui/lazy.tsx'
import { EmptyState } from '../ui/state.tsx'
import { Tool } from '../ui/tool.tsx'

loadFilesBy(() => import('./files.ts'))

/** Shows why messaging does not work, or the children if it does. Drafts and unsent messages are kept all the while. */
export function Gate({ children }: { children: ComponentChildren }) {
  const { session, text, messaging } = useUi()
  const again = () => {
    if (session.phase.value === 'outdated') return location.reload()
    session.options.token.drop()
    session.phase.value = 'starting'
    void messaging.start()
  }
  const phase = session.phase.value
  if (phase === 'starting' || phase === 'ready') return <>{children}</>
  const words = {
    'signed-out': [text.signedOut, session.stay.signal.aborted ? '' : text.signedOutHint],
    off: [text.switchedOff, text.switchedOffHint],
    refused: [text.refused, session.problem.value],
    outdated: [text.outdated, text.outdatedHint],
  }[phase]
  return (
    <div class="screen">
      <header class="head" part="header">
        <div class="head-text">
          <h2>{text.messages}</h2>
        </div>
        <CloseButton />
      </header>
      <EmptyState icon="info" title={words[0] ?? ''} hint={words[1]}>
        <button type="button" class="button primary" onClick={again}>
          {phase === 'outdated' ? text.reload : text.retry}
        </button>
      </EmptyState>
    </div>
  )
}

/** The inbox with its heading and the ways to other screens. */
export function InboxScreen({ current }: { current?: string | undefined }) {
  const { text, session, go } = useUi()
  return (
    <section class="screen" aria-label={text.conversations}>
      <header class="head" part="header">
        <div class="head-text">
          <h2>{text.messages}</h2>
          <p>{session.me.value?.company}</p>
        </div>
        <Tool label={text.find} icon="search" onClick={() => go({ name: 'find' })} />
        {mayWriteToMany(session) && (
          <Tool label={text.broadcasts} icon="megaphone" onClick={() => go({ name: 'broadcasts' })} />
        )}
        <Tool label={text.preferences} icon="gear" onClick={() => go({ name: 'preferences' })} />
        <Tool label={text.newMessage} icon="compose" onClick={() => go({ name: 'new' })} />
        <CloseButton />
      </header>
      <ContextCard />
      <Inbox current={current} />
    </section>
  )
}

function mayWriteToMany({ me }: Session): boolean {
  return me.value?.permissions.some((name) => MANY.includes(name)) ?? false
}

const MANY = ['CONVERSATION_BROADCAST', 'CONVERSATION_GLOBAL']

const onDemand = () => import('./other-screens.ts')
/** Screens that are rarely seen are loaded when they are opened. */
const SCREENS: Partial<Record<View['name'], ComponentType<never>>> = {
  new: lazy(() => onDemand().then(({ NewConversation }) => NewConversation)),
  details: lazy(() => onDemand().then(({ Details }) => Details)),
  find: lazy(() => onDemand().then(({ Find }) => Find)),
  preferences: lazy(() => onDemand().then(({ Preferences }) => Preferences)),
  context: lazy(() => onDemand().then(({ ContextStart }) => ContextStart)),
  broadcasts: lazy(() => onDemand().then(({ Broadcasts }) => Broadcasts)),
  broadcast: lazy(() => onDemand().then(({ BroadcastView }) => BroadcastView)),
  'new-broadcast': lazy(() => onDemand().then(({ NewBroadcast }) => NewBroadcast)),
  announce: lazy(() => onDemand().then(({ Announce }) => Announce)),
}

/** The screen that is open beside or instead of the inbox. */
export function Screen({ hasBack }: { hasBack: boolean }) {
  const { value } = useUi().view
  if (value.name === 'thread')
    return <ConversationView id={value.id} aroundSeq={value.aroundSeq} hasBack={hasBack} />
  const Component = SCREENS[value.name] as ComponentType<Record<string, unknown>> | undefined
  const { name: _, ...parameters } = value
  return Component ? <Component {...parameters} /> : null
}
