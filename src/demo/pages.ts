import { escapeHtml } from '../http/escape-html.ts'
import { type Invoice, invoices } from './invoices.ts'

/** A person whom the demonstration can be seen as. */
export interface DemoPerson {
  /** Index in the list of demo users. */
  index: number
  name: string
  company: string
}

/** The person who looks at a page, and the others. */
export interface DemoVisit {
  path: string
  current: DemoPerson
  people: readonly DemoPerson[]
}

const MENU = [
  ['/demo', 'Overview'],
  ['/demo/invoices', 'Invoices'],
  ['/demo/messages', 'Messages'],
  ['/demo/console', 'Console'],
] as const

/** Pages that an element fills. */
const FULL: Readonly<Record<string, readonly [title: string, element: string]>> = {
  '/demo/messages': ['Messages', 'colloquy-messenger'],
  '/demo/console': ['Console', 'colloquy-console'],
}

/** Returns the page at the path. Undefined if there is none. */
export function demoPage(visit: DemoVisit): string | undefined {
  if (visit.path === '/demo') return page(visit, 'Overview', overview(visit))
  if (visit.path === '/demo/invoices') return page(visit, 'Invoices', invoiceList())
  const [title, element] = FULL[visit.path] ?? []
  if (title) return page(visit, title, `<${element} token-url="/demo/token"></${element}>`, 'none')
  const invoice = invoices.find(({ number }) => visit.path === `/demo/invoices/${number}`)
  return invoice && page(visit, invoice.number, invoicePage(invoice), `TRANSACTION:${invoice.number}`)
}

function page(visit: DemoVisit, title: string, body: string, context?: string): string {
  const isFull = context === 'none'
  const widget = `<colloquy-widget token-url="/demo/token"${context ? ` context="${context}"` : ''}></colloquy-widget>`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · Northwind back office</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/ui/demo.css">
<script type="module" src="/ui/colloquy.js"></script>
</head>
<body${isFull ? ' class="full"' : ''}>
<header class="bar">
<a class="brand" href="/demo">Northwind</a>
<nav aria-label="Main">${MENU.map((entry) => menuEntry(visit.path, entry)).join('')}</nav>
${personSwitch(visit)}
</header>
<main>
<h1${isFull ? ' class="hidden"' : ''}>${escapeHtml(title)}</h1>
${body}
</main>
${isFull ? '' : widget}
</body>
</html>
`
}

function menuEntry(path: string, [href, label]: (typeof MENU)[number]): string {
  const isCurrent = href === '/demo' ? path === href : path.startsWith(href)
  const count = label === 'Messages' ? ` ${badge()}` : ''
  return `<a href="${href}"${isCurrent ? ' aria-current="page"' : ''}>${label}${count}</a>`
}

function badge(context?: string): string {
  return `<colloquy-badge token-url="/demo/token"${context ? ` context="${context}"` : ''}></colloquy-badge>`
}

function personSwitch({ people, current, path }: DemoVisit): string {
  const companies = new Set(people.map(({ company }) => company))
  const groups = Array.from(companies, (company) => {
    const options = people
      .filter((person) => person.company === company)
      .map(({ index, name }) => {
        const selected = index === current.index ? ' selected' : ''
        return `<option value="${index}"${selected}>${escapeHtml(name)}</option>`
      })
    return `<optgroup label="${escapeHtml(company)}">${options.join('')}</optgroup>`
  })
  return `<form class="person" method="post" action="/demo/person">
<input type="hidden" name="path" value="${escapeHtml(path)}">
<label>Signed in as <select name="person">${groups.join('')}</select></label>
<button>Switch</button>
</form>`
}

function overview({ current }: DemoVisit): string {
  const open = invoices.filter(({ status }) => status !== 'Paid')
  return `<p class="lead">Good to see you, ${escapeHtml(current.name)}. This page stands for any business software; the round button below and the menu's number are Colloquy.</p>
<div class="cards">
<a class="card" href="/demo/invoices"><b>${open.length}</b> open invoices</a>
<a class="card" href="/demo/messages"><b>Messages</b> the whole inbox on a page of its own</a>
</div>
<h2>To do</h2>
${invoiceTable(open)}`
}

function invoiceList(): string {
  return `<p class="lead">Every invoice has a conversation of its own: open one, then the messages.</p>
${invoiceTable(invoices)}`
}

function invoiceTable(rows: readonly Invoice[]): string {
  const body = rows.map(
    ({ number, customer, amount, due, status }) => `<tr>
<th scope="row"><a href="/demo/invoices/${number}">${number}</a> ${badge(`TRANSACTION:${number}`)}</th>
<td>${escapeHtml(customer)}</td><td class="number">${amount}</td><td>${due}</td><td><span class="tag ${status.toLowerCase()}">${status}</span></td>
</tr>`,
  )
  return `<div class="table"><table>
<thead><tr><th scope="col">Invoice</th><th scope="col">Customer</th><th scope="col" class="number">Amount</th><th scope="col">Due</th><th scope="col">Status</th></tr></thead>
<tbody>${body.join('')}</tbody>
</table></div>`
}

function invoicePage({ customer, amount, due, status, lines }: Invoice): string {
  const rows = lines.map(
    ([text, sum]) => `<tr><td>${escapeHtml(text)}</td><td class="number">${sum}</td></tr>`,
  )
  return `<p class="lead">${escapeHtml(customer)} · due ${due} · <span class="tag ${status.toLowerCase()}">${status}</span></p>
<div class="table"><table>
<thead><tr><th scope="col">Item</th><th scope="col" class="number">Amount</th></tr></thead>
<tbody>${rows.join('')}</tbody>
<tfoot><tr><th scope="row">Total</th><td class="number">${amount}</td></tr></tfoot>
</table></div>
<p><a href="/demo/invoices">All invoices</a></p>`
}
