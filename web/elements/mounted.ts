/** What the loader may ask of an element that is there. */
export interface Mounted {
  /** The attributes have changed. */
  update(): void
  unmount(): void
  signOut(): void
  setOpen?(open: boolean): void
}
