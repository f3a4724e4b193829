import { escapeHtml } from '../http/escape-html.ts'
import { pageHeaders } from '../http/page-headers.ts'
import type { GraphiqlAssets } from './assets.ts'
import { favicon, type GraphiqlSettings } from './settings.ts'

/**
 * The last rule keeps GraphiQL's tabs in place while pressed; they would move away, so that the first click on each
 * misses.
 */
const STYLE = `
body { margin: 0 }
body { display: flex; flex-direction: column; height: 100vh }
#root { flex: 1; min-height: 0 }
#person { font: 14px sans-serif; padding: .25rem .75rem; background: #eef; color: #223 }
#root > p { font: 16px sans-serif; padding: 2rem }
.graphiql-tab { transform: none !important }
`

/** Returns the page around GraphiQL. The settings determine what it shows. */
export function graphiqlPage({ addressOf }: GraphiqlAssets, settings: GraphiqlSettings): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Colloquy</title>
<link rel="icon" href="${favicon}">
<link rel="stylesheet" href="${addressOf('graphiql.css')}">
<style>${STYLE}</style>
</head>
<body class="no-focus-outline">
${personChoice(settings)}<div id="root"><p>Loading GraphiQL …</p></div>
<noscript>GraphiQL needs JavaScript.</noscript>
<script type="application/json" id="settings">${JSON.stringify(settings).replaceAll('<', '\\u003c')}</script>
<script src="${addressOf('graphql-ws.js')}"></script>
<script src="${addressOf('graphiql.js')}"></script>
<script src="${addressOf('start.js')}"></script>
</body>
</html>
`
}

function personChoice({ people }: GraphiqlSettings): string {
  if (people.length === 0) return ''
  const companies = new Set(people.map(({ companyName }) => companyName))
  const options = Array.from(companies, (company) => {
    const within = people.map(({ name, companyName }, index) =>
      companyName === company ? `<option value="${index}">${escapeHtml(name)}</option>` : '',
    )
    return `<optgroup label="${escapeHtml(company)}">${within.join('')}</optgroup>`
  })
  return `<label id="person">Request as <select><option value="">whom the tab's headers name</option>${options.join('')}</select></label>
`
}

/** Monaco adds its styles to the page, and its fonts are data. */
export function graphiqlHeaders(host: string): Record<string, string> {
  return pageHeaders(host, { 'style-src': "'self' 'unsafe-inline'", 'font-src': 'data:' })
}
