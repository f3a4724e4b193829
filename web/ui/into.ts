import type { Signal } from '@preact/signals'

/** A handler that puts the value of a field into a signal. */
export function into(target: Signal<string>) {
  return ({ currentTarget }: { currentTarget: { value: string } }) => {
    target.value = currentTarget.value
  }
}
