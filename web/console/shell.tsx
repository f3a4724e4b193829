import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../ui/icon.tsx'
import { EmptyState, Skeleton } from '../ui/state.tsx'
import { Toast } from '../ui/toast.tsx'
import { useConsole } from './context.ts'
import { TroubleBox } from './parts.tsx'
import { type Section, sectionsFor } from './sections.ts'
import type { Trouble } from './trouble.ts'
import { useLoad } from './use-call.ts'

/** The console: the menu of sections, and the one that is open. */
export function Shell() {
  const console = useConsole()
  const { session, words, viewer, section, refresh, announcement } = console
  const { phase } = session
  const isBack = phase.value === 'ready' && session.connected.value
  // Rights may have changed while the person was away.
  const { trouble, reload } = useLoad(refresh, [isBack])
  const box = useRef<HTMLDivElement>(null)
  if (!viewer.value) return <StandIn trouble={trouble} again={() => restart(reload)} />
  const offered = sectionsFor(console)
  const current = offered.find(({ name }) => name === section.value) ?? offered[0]
  if (!current) return <EmptyState icon="info" title={words.nothing} hint={words.nothingHint} />
  const { Content } = current
  return (
    <>
      <SectionMenu offered={offered} current={current} />
      <div class="desk" ref={box}>
        <Standing restart={() => restart(reload)} />
        <section
          class="content"
          aria-label={words.sections[current.name]}
          // The next person is not shown what this one has read.
          key={`${viewer.value.user.id} ${current.name}`}
        >
          <Content />
        </section>
      </div>
      <Toast />
      <p class="hidden" role="status">
        {announcement}
      </p>
    </>
  )

  function restart(then: () => void) {
    session.options.token.drop()
    session.phase.value = 'starting'
    void console.messaging.start().then(then)
  }
}

/** Stands in for the console until the rights of the person are known. */
function StandIn({ trouble, again }: { trouble: Trouble | null; again: () => void }) {
  const { text } = useConsole()
  return (
    <div class="screen">
      {trouble ? (
        <div class="stand-in">
          <TroubleBox trouble={trouble} again={again} />
        </div>
      ) : (
        <Skeleton rows={6} label={text.loading} />
      )}
    </div>
  )
}

function SectionMenu({ offered, current }: { offered: readonly Section[]; current: Section }) {
  const { words, viewer, section, session } = useConsole()
  const menu = useRef<HTMLUListElement>(null)
  useEffect(() => {
    const at = menu.current?.querySelector<HTMLElement>('[aria-current]')
    const list = menu.current
    // scrollIntoView would scroll the host's page as well.
    if (at && list) list.scrollLeft = at.offsetLeft - (list.clientWidth - at.offsetWidth) / 2
  }, [current.name])
  return (
    <nav class="menu-pane" aria-label={words.console}>
      <div class="menu-head">
        <b>{words.console}</b>
        <bdi>{viewer.value?.company.name}</bdi>
      </div>
      <ul ref={menu}>
        {offered.map(({ name, icon }) => (
          <li key={name}>
            <button
              type="button"
              aria-current={name === current.name ? 'page' : undefined}
              onClick={() => {
                section.value = name
                session.tabMemory.write('console', name)
              }}
            >
              <Icon name={icon} size={18} />
              {words.sections[name]}
            </button>
          </li>
        ))}
      </ul>
      <div class="menu-foot">
        <bdi>{viewer.value?.user.name}</bdi>
        <span>{viewer.value?.role.name}</span>
      </div>
    </nav>
  )
}

/** Says that the session does not work at the moment. The section stays, with all that was typed. */
function Standing({ restart }: { restart: () => void }) {
  const { session, text, words } = useConsole()
  const phase = session.phase.value
  const isAway = !session.connected.value
  const lines = {
    'signed-out': [text.signedOut, words.signInAgain],
    off: [text.switchedOff, words.switchedOff],
  } as const
  if (phase === 'signed-out' || phase === 'off') {
    const [title, detail] = lines[phase]
    return <TroubleBox trouble={{ title, detail, againAt: 0, issues: [] }} again={restart} />
  }
  if (!isAway) return null
  return (
    <p class="notice warning" role="status">
      {words.away}
    </p>
  )
}
