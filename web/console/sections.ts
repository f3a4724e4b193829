import type { ComponentType } from 'preact'
import type { IconName } from '../ui/icon.tsx'
import { lazy } from '../ui/lazy.tsx'
import { type Console, may } from './context.ts'
import type { Permission } from './operations.ts'

/** A section of the console, and the permissions without which it is not offered. */
export interface Section {
  name: 'state' | 'cases'
  icon: IconName
  needs: readonly Permission[]
  Content: ComponentType
}

/** All sections, in the order of the menu. */
const sections: readonly Section[] = [
  {
    name: 'state',
    icon: 'globe',
    needs: ['MESSAGE_MODERATE'],
    Content: lazy(() => import('./state.tsx').then(({ State }) => State)),
  },
  {
    name: 'cases',
    icon: 'eye',
    needs: ['MESSAGE_MODERATE'],
    Content: lazy(() => import('./cases.tsx').then(({ Cases }) => Cases)),
  },
]

/** The sections that the person's role allows. */
export function sectionsFor(console: Console): readonly Section[] {
  return sections.filter(({ needs }) => may(console, ...needs))
}
