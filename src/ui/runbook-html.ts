/** The printable version as one HTML file without anything from elsewhere: it opens where there is no network. Pure. */
import {html} from './html.ts'
import type {Html} from './html.ts'
import {preparation} from './runbook-commands-by-hand.ts'
import type {Sheet, SheetStep} from './runbook-sheet.ts'
import {span} from './format.ts'

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}pre{background:#f4f4f4;padding:.6rem;white-space:pre-wrap;word-break:break-all;font-size:13px}'
  + 'li{margin:1.2rem 0;break-inside:avoid}.sign{color:#555;border-top:1px solid #aaa;margin-top:.6rem}.never{font-weight:700;border-left:4px solid #b00;padding-left:.6rem}@media print{pre{background:none;border:1px solid #999}}'

export function runbookHtml(sheet: Sheet, printedAt: string): string {
  const {place, criticalPath} = sheet
  const prepared = sheet.name.startsWith('dr ')
    ? [
        html`<h2>First, in the shell that is used</h2>
          ${commandBlock(preparation(place))}`,
      ]
    : []
  const page = html` <h1>${sheet.name}</h1>
    <p>${sheet.description}</p>
    <p>
      ${place.service} ${place.environment} · account ${place.account} · home ${place.home} · recovery ${place.recovery}<br />printed
      ${printedAt}; with the tool: <code>${sheet.command}</code>
    </p>
    <p>
      Critical path: ${criticalPath.ids.join(' → ')}: usually ${span(criticalPath.p50Seconds * 1000)}, nearly always under
      ${span(criticalPath.p90Seconds * 1000)}.
    </p>
    ${prepared}
    <h2>Steps</h2>
    <ol>
      ${sheet.steps.map(item)}
    </ol>`
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${html`${sheet.name}`.markup}</title><style>${style}</style></head><body>${page.markup}\n</body></html>\n`
}

function item(step: SheetStep): Html {
  const never = step.pointOfNoReturn ? [html`<p class="never">There is no way back after this step.</p>`] : []
  const needs = step.needs.length === 0 ? [] : [html`<br />after ${step.needs.join(', ')}`]
  const usual =
    step.usual === null
      ? []
      : [html`<br />usually ${span(step.usual.p50Seconds * 1000)}, nearly always under ${span(step.usual.p90Seconds * 1000)}`]
  const said = step.words.flatMap((text) => text.split('\n')).map((line) => html`<p>${line}</p>`)
  const back =
    step.undo.length === 0
      ? []
      : [
          html`<p>Taken back:</p>
            ${commandBlock(step.undo)}`,
        ]
  return html`<li>
    <strong>${step.id}</strong
    >${step.title === step.id ? '' : `: ${step.title}`}${needs}${usual}${never}${said}${step.commands.length === 0 ? [] : [commandBlock(step.commands)]}${back}
    <p class="sign">at ____:____ by ____________________</p>
  </li>`
}

/** A line each: what is escaped is one line, so every line is escaped on its own. The break is a value: no formatter may take it for a space. */
const commandBlock = (lines: readonly string[]): Html =>
  html`<pre>${lines.flatMap((line, index) => (index === 0 ? [html`${line}`] : [lineBreak, html`${line}`]))}</pre>`

const lineBreak: Html = {kind: 'html', markup: '\n'}
