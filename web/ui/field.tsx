import type { ComponentChildren } from 'preact'

/** A control of a form under its label. */
export function Field({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the child is the control.
    <label class="labelled">
      <span>{label}</span>
      {children}
    </label>
  )
}
