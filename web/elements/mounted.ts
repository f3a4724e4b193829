/** An element in the page, as the loader drives it. */
export interface Mounted {
  /** The attributes have changed. */
  update(): void
  unmount(): void
  signOut(): void
  setOpen?(open: boolean): void
}
