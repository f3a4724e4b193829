import { useSignal } from '@preact/signals'
import type { ComponentChildren, ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { ContextCard } from '../inbox/context-card.tsx'
import { Inbox } from '../inbox/inbox.tsx'
import { ConversationView } from '../timeline/conversation.tsx'
import { CloseButton } from '../ui/close-button.tsx'
import { useUi, type View } from '../ui/context.ts'
import { Icon } from '../ui/icon.tsx'
import { EmptyState } from '../ui/state.tsx'

/** Shows why messaging does not work, or the children if it does. Drafts and unsent messages are kept all the while. */
export function Gate({ children }: { children: ComponentChildren }) {
  const { session, text, messaging } = useUi()
  const again = () => {
    session.options.token.drop()
    session.phase.value = 'starting'
    void messaging.start()
  }
  const phase = session.phase.value
  if (phase === 'starting' || phase === 'ready') return <>{children}</>
  const words = {
    'signed-out': [text.signedOut, text.signedOutHint],
    off: [text.switchedOff, text.switchedOffHint],
    refused: [text.refused, session.problem.value],
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
          {text.retry}
        </button>
      </EmptyState>
    </div>
  )
}

/** The inbox with its heading and the ways to other screens. */
export function InboxScreen({ current }: { current?: string | undefined }) {
  const { text, go, session } = useUi()
  return (
    <section class="screen" aria-label={text.conversations}>
      <header class="head" part="header">
        <div class="head-text">
          <h2>{text.messages}</h2>
          <p>{session.me.value?.company}</p>
        </div>
        <button
          type="button"
          class="tool"
          aria-label={text.find}
          title={text.find}
          onClick={() => go({ name: 'find' })}
        >
          <Icon name="search" />
        </button>
        <button
          type="button"
          class="tool"
          aria-label={text.preferences}
          title={text.preferences}
          onClick={() => go({ name: 'preferences' })}
        >
          <Icon name="gear" />
        </button>
        <button
          type="button"
          class="tool"
          aria-label={text.newMessage}
          title={text.newMessage}
          onClick={() => go({ name: 'new' })}
        >
          <Icon name="compose" />
        </button>
        <CloseButton />
      </header>
      <ContextCard />
      <Inbox current={current} />
    </section>
  )
}

const lazy: Partial<Record<View['name'], () => Promise<ComponentType<never>>>> = {
  new: () => import('../people/new-conversation.tsx').then((module) => module.NewConversation),
  details: () => import('../people/details.tsx').then((module) => module.Details as ComponentType<never>),
  find: () => import('../search/find.tsx').then((module) => module.Find as ComponentType<never>),
  preferences: () => import('../notify/preferences.tsx').then((module) => module.Preferences),
  context: () => import('../inbox/context-start.tsx').then((module) => module.ContextStart),
}

/** The screen that is open beside or instead of the inbox. Those that are rarely seen are loaded when they are opened. */
export function Screen({ hasBack }: { hasBack: boolean }) {
  const { view } = useUi()
  const loaded = useSignal<{ name: View['name']; Component: ComponentType<never> } | null>(null)
  const { value } = view
  useEffect(() => {
    let isLate = false
    void lazy[value.name]?.().then((Component) => {
      if (!isLate) loaded.value = { name: value.name, Component }
    })
    return () => {
      isLate = true
    }
  }, [value.name])
  if (value.name === 'thread')
    return <ConversationView id={value.id} aroundSeq={value.aroundSeq} hasBack={hasBack} />
  if (loaded.value?.name !== value.name) return <section class="screen" />
  const Component = loaded.value.Component as ComponentType<Record<string, unknown>>
  const { name: _, ...parameters } = value
  return <Component {...parameters} />
}
