import { escapeHtml } from '../http/escape-html.ts'
import type { Words } from './words.ts'

/** The pages, and the element that fills each. */
export const PAGES = { '/messenger': 'messenger', '/console': 'console' } as const

/** The path of a page. */
export type PagePath = keyof typeof PAGES

/** How a page signs its person in: by the identity provider, or by the endpoint of the demonstration. */
export type SignInWay =
  | { provider: object; clientId: string; scope: string; audience: string }
  | { tokenUrl: string }

const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 24 24%22%3E%3Cpath fill=%22%234f4ecf%22 d=%22M5 4h14a3 3 0 0 1 3 3v8a3 3 0 0 1-3 3h-7l-5 4v-4H5a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3z%22/%3E%3C/svg%3E'

/** Returns the page at the path. */
export function webPage(path: PagePath, lang: string, words: Words, way: SignInWay): string {
  const hasProvider = 'provider' in way
  const name = PAGES[path] === 'console' ? 'console' : 'messages'
  const tag = `colloquy-${PAGES[path]}`
  const tokenUrl = hasProvider ? '' : ` token-url="${way.tokenUrl}"`
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${words[name]} · Colloquy</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="/ui/page.css">
<script type="module" src="/ui/colloquy.js"></script>${hasProvider ? '\n<script type="module" src="/ui/page.js"></script>' : ''}
</head>
<body>
<header>
<nav aria-label="${words.main}">${Object.keys(PAGES)
    .map((other) => link(other as PagePath, path, words))
    .join('')}</nav>
${hasProvider ? `<button id="sign-out" type="button" hidden>${words.signOut}</button>` : ''}
</header>
<main>
<h1>${words[name]}</h1>
<noscript><p>${words.scriptless}</p></noscript>
<${tag}${tokenUrl} favicon-badge></${tag}>
${hasProvider ? notice(words, way) : ''}
</main>
</body>
</html>
`
}

function link(path: PagePath, current: PagePath, words: Words): string {
  const name = PAGES[path] === 'console' ? words.console : words.messages
  return `<a href="${path}"${path === current ? ' aria-current="page"' : ''}>${name}</a>`
}

/** Stands in place of the element while nobody is signed in; the script of the page reads its settings from it. */
function notice(words: Words, way: SignInWay): string {
  const texts = (['left', 'ended', 'failed', 'away', 'insecure'] as const).map(
    (name) => `<p data-name="${name}" hidden>${words[name]}</p>`,
  )
  return `<section id="notice" role="alert" data-settings="${escapeHtml(JSON.stringify(way))}" hidden>
${texts.join('\n')}
<p id="reason" dir="auto"></p>
<button type="button">${words.signIn}</button>
</section>`
}
