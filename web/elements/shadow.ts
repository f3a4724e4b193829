const sheets = new Map<string, CSSStyleSheet>()

/** Gives a shadow root its styles. Adopted sheets need no permission of a content security policy. */
export function adopt(root: ShadowRoot, ...texts: string[]): void {
  for (const text of texts) {
    const sheet = sheets.get(text) ?? new CSSStyleSheet()
    if (!sheets.has(text)) sheet.replaceSync(text)
    sheets.set(text, sheet)
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet)
  }
}

/** Keys that are pressed in an element are not the host's shortcuts. */
export function keepKeys(root: ShadowRoot): void {
  for (const name of ['keydown', 'keyup', 'keypress'])
    root.addEventListener(name, (event) => event.stopPropagation())
}
