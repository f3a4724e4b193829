import { useSignal } from '@preact/signals'
import { prefer } from '../store/calls.ts'
import type { Preferences as Values } from '../store/types.ts'
import { useUi } from '../ui/context.ts'
import { Head } from '../ui/head.tsx'
import { Switch } from '../ui/switch.tsx'
import { startPush, stopPush } from './push.ts'

/** Sound, browser notifications and e-mail. The browser is asked for its permission by the click on the switch. */
export function Preferences() {
  const ui = useUi()
  const { session, text, attempt, beep } = ui
  const isBlocked = useSignal(false)
  const values = session.preferences.value
  const set = (changes: Partial<Values>) => void attempt(() => prefer(session, changes))
  async function notify(on: boolean) {
    isBlocked.value = on && (await askPermission()) !== 'granted'
    if (isBlocked.value) return
    set({ browserNotifications: on })
    // Without a push service, notifications come while a page is open.
    await (on ? startPush(ui) : stopPush(session)).catch(() => {})
  }
  return (
    <section class="screen" aria-label={text.preferences}>
      <Head title={text.preferences} />
      <div class="screen-body">
        <Switch
          label={text.sound}
          hint={text.soundHint}
          isOn={values.sound}
          onChange={(sound) => {
            if (sound) beep()
            set({ sound })
          }}
        />
        <Switch
          label={text.browserNotifications}
          hint={isBlocked.value ? text.browserNotificationsBlocked : text.browserNotificationsHint}
          isOn={values.browserNotifications}
          onChange={(on) => void notify(on)}
        />
        <Switch
          label={text.emailWhenOffline}
          hint={text.emailWhenOfflineHint}
          isOn={values.emailWhenOffline}
          onChange={(emailWhenOffline) => set({ emailWhenOffline })}
        />
      </div>
    </section>
  )
}

function askPermission(): Promise<NotificationPermission> {
  if (typeof Notification !== 'function') return Promise.resolve('denied')
  return Notification.requestPermission()
}
