import type { ComponentType } from 'preact'
import type { Words } from '../locales/console/en.ts'
import type { IconName } from '../ui/icon.tsx'
import { lazy } from '../ui/lazy.tsx'
import { type Console, may } from './context.ts'
import type { Permission } from './operations.ts'

/** A section of the console, and the permissions without which it is not offered. */
export interface Section {
  name: keyof Words['sections']
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
  {
    name: 'broadcasts',
    icon: 'megaphone',
    needs: ['CONVERSATION_BROADCAST', 'MESSAGE_READ'],
    Content: lazy(() => import('./broadcasts.tsx').then(({ Broadcasts }) => Broadcasts)),
  },
  {
    name: 'members',
    icon: 'group',
    needs: ['MEMBER_MANAGE'],
    Content: lazy(() => import('./members.tsx').then(({ Members }) => Members)),
  },
  {
    name: 'roles',
    icon: 'checks',
    needs: ['MEMBER_MANAGE'],
    Content: lazy(() => import('./roles.tsx').then(({ Roles }) => Roles)),
  },
  {
    name: 'guests',
    icon: 'smile',
    needs: ['GUEST_MESSAGE'],
    Content: lazy(() => import('./guests.tsx').then(({ Guests }) => Guests)),
  },
  {
    name: 'audit',
    icon: 'clock',
    needs: ['AUDIT_READ'],
    Content: lazy(() => import('./audit.tsx').then(({ AuditTrail }) => AuditTrail)),
  },
  {
    name: 'reads',
    icon: 'search',
    needs: ['CONVERSATION_AUDIT'],
    Content: lazy(() => import('./reads.tsx').then(({ AuditedReads }) => AuditedReads)),
  },
  {
    name: 'holds',
    icon: 'warning',
    needs: ['CONVERSATION_AUDIT', 'MESSAGE_READ'],
    Content: lazy(() => import('./holds.tsx').then(({ Holds }) => Holds)),
  },
  {
    name: 'exports',
    icon: 'link',
    needs: ['AUDIT_READ', 'CONVERSATION_AUDIT'],
    Content: lazy(() => import('./exports.tsx').then(({ Exports }) => Exports)),
  },
  {
    name: 'settings',
    icon: 'gear',
    needs: ['COMPANY_MANAGE'],
    Content: lazy(() => import('./settings.tsx').then(({ Settings }) => Settings)),
  },
  {
    name: 'sms',
    icon: 'chat',
    needs: ['COMPANY_MANAGE'],
    Content: lazy(() => import('./settings.tsx').then(({ SmsSettings }) => SmsSettings)),
  },
]

/** The sections that the person's role allows. */
export function sectionsFor(console: Console): readonly Section[] {
  return sections.filter(({ needs }) => may(console, ...needs))
}
