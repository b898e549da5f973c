/**
 * One recovery as one HTML file that needs nothing else: no script, no font, no request. Pure;
 * every value goes in through `html`.
 */
import type {Facts} from '../runbooks/engine/event.ts'
import {account, clockSpan, counted, dateAndMinute, isoTime, span} from './format.ts'
import {html, nothing} from './html.ts'
import type {Html} from './html.ts'
import type {RecoveryFacts} from './recovery-facts.ts'
import type {RecoveryReport} from './recovery-report.ts'
import {begunBy, probesOf} from './recovery-report.ts'
import {reportStyle} from './recovery-report-style.ts'
import {timeline, trend} from './recovery-report-timeline.ts'
import {readinessSection} from './recovery-report-readiness.ts'
import {operation, pointWords, primaryWords, subject, who} from './recovery-words.ts'

export function recoveryReportHtml(report: RecoveryReport): string {
  const {view} = report
  const title = `${operation(view)} · ${subject(view)} · ${view.run}`
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${title}</title>
        <style>
          ${{kind: 'html', markup: reportStyle}}
        </style>
      </head>
      <body>
        ${mistrust(report)}${opening(report)}${objectives(report)}
        <h2>Timeline${view.asked.kind === 'promote' ? ' against the budget' : ''}</h2>
        <div class="wide">${timeline(view)}</div>
        <p class="soft">
          Blue: the critical path, ${clockSpan(view.criticalPathMs)} (${view.criticalPath.join(' → ')}). ◆: after it there is no
          way back but a failback.
        </p>
        ${stepsSection(report)}${decisions(report)}${measured(report)}${left(report)}${readinessSection(view.asked.readiness)}${callsSection(report)}${trendSection(report)}${evidence(report)}
      </body>
    </html> `
  return page.markup
}

const tones = {
  running: 'warn',
  paused: 'warn',
  done: 'good',
  failed: 'bad',
  halted: 'bad',
  met: 'good',
  missed: 'bad',
  unknown: 'warn',
  none: 'soft',
} as const
const badge = (word: keyof typeof tones): Html => html`<strong class="${tones[word]}">${word}</strong>`

/** First of all: whoever reads on has to know what it is worth. */
const mistrust = ({chain}: RecoveryReport): Html =>
  chain.intact
    ? nothing
    : html`<p class="alarm">
        The journal of this run is broken at event ${chain.brokenAt ?? 0}: it was changed, or something is missing, after it was
        written. Nothing below can be relied on. The state bucket keeps every version of every event.
      </p>`

function opening({view, sentence}: RecoveryReport): Html {
  const {asked} = view
  return html`<h1>${operation(view)} · ${asked.service} · ${asked.environment}</h1>
    <p class="soft">
      run ${view.run} · account ${account(asked.account)} ·
      ${asked.from === asked.to ? asked.to : `${asked.from} → ${asked.to}`}${asked.mode === null ? '' : ` · ${asked.mode}`}
    </p>
    <p class="lead">${badge(view.state)} ${sentence}</p>
    <p>
      Began ${isoTime(view.startedAt)} by
      <code>${asked.by}</code>${view.endedAt === null ? ', not ended' : `, ended ${isoTime(view.endedAt)}`}.
    </p>
    ${pointWords(view) === null ? nothing : html`<p>${pointWords(view) ?? ''}</p>`}`
}

function objectives({view}: RecoveryReport): Html {
  const {asked, rtoMs, served, loss, objectives: met} = view
  if (asked.kind !== 'promote') return nothing
  return html`<h2>Objectives</h2>
    ${table(
      ['', 'objective', 'achieved', ''],
      [
        [
          html`Recovery time (RTO)`,
          html`${clockSpan(asked.rtoMs)}`,
          html`${served && rtoMs !== null ? clockSpan(rtoMs) : 'not served'}`,
          badge(met.rto),
        ],
        [
          html`Loss (RPO)`,
          html`${clockSpan(asked.rpoMs)}`,
          html`${loss === null ? 'not measured' : loss.ms === null ? "can't be told" : span(loss.ms)}`,
          badge(met.rpo),
        ],
      ],
    )}`
}

function stepsSection({view}: RecoveryReport): Html {
  return html`<h2>Steps</h2>
    ${table(
      ['step', 'state', 'began', 'took', 'on AWS', 'usually', 'what came of it'],
      view.steps.map((step) => [
        html`<code>${step.id}</code><br /><span class="soft">${step.title}</span>`,
        html`${step.state}${step.already ? ' (already so)' : ''}${step.takenBack && step.state === 'failed' ? ', taken back' : ''}`,
        html`${step.startedAt === null ? '' : `${isoTime(step.startedAt).slice(11, 19)}Z`}`,
        html`${step.startedAt === null ? '' : clockSpan((step.endedAt ?? view.endedAt ?? view.now) - step.startedAt)}`,
        html`${typeof step.facts['tookMs'] === 'number' ? clockSpan(step.facts['tookMs']) : ''}`,
        html`${step.usual === null ? '' : `${clockSpan(step.usual.p50Seconds * 1000)}–${clockSpan(step.usual.p90Seconds * 1000)}`}`,
        html`${step.because ?? step.note ?? ''}`,
      ]),
    )}`
}

function decisions(report: RecoveryReport): Html {
  const {wishes, owners} = report
  const begun = begunBy(report)
  const rows = [
    ...(begun === null
      ? []
      : [
          [
            html`${isoTime(begun.at)}`,
            html`begin`,
            html`${who(begun.by)}`,
            html`${begun.why}`,
            html`${begun.lossMs === null ? '' : accepting({lossMs: begun.lossMs})}`,
          ],
        ]),
    ...wishes.map(({at, data}) => [
      html`${isoTime(at)}`,
      html`${data.wish === 'promote' ? 'consent' : data.wish}`,
      html`${who(data.by)}`,
      html`${data.why}`,
      html`${data.accepts === undefined ? '' : accepting(data.accepts)}`,
    ]),
  ]
  return html`<h2>Approvals and decisions</h2>
    ${
      rows.length === 0
        ? html`<p>While it ran nobody was asked, and nobody asked for anything.</p>`
        : table(['when', 'what', 'by', 'why', 'accepting'], rows)
    }
    <p class="soft">
      Who held the run: ${owners.map(({at, data}) => `${data.owner} on ${data.host} from ${isoTime(at)}`).join('; ')}.
    </p>`
}

function accepting(accepts: Facts): string {
  const ms = accepts['lossMs']
  return typeof ms === 'number'
    ? `a loss of ${span(ms)}`
    : accepts['unknown'] === true
      ? "a loss that can't be told"
      : JSON.stringify(accepts)
}

function measured(report: RecoveryReport): Html {
  const {view} = report
  const {loss, facts, asked} = view
  const lines =
    asked.kind !== 'promote'
      ? []
      : [
          `Primary: ${primaryWords(view)}. Fence: ${facts.fence ?? 'not tried'}${facts.fencedAt === null ? '' : ` at ${isoTime(facts.fencedAt)}`}.`,
          `Loss: ${loss === null ? 'not measured' : loss.ms === null ? "can't be told" : span(loss.ms)}${loss === null || loss.text === '' ? '' : `: ${loss.text}`}.`,
          ...(facts.lastOldAnswerAt === null ? [] : [`Last answer from ${asked.from}: ${isoTime(facts.lastOldAnswerAt)}.`]),
        ]
  return html`<h2>Probes and measurements</h2>
    ${lines.map((line) => html`<p>${line}</p>`)}
    ${table(
      ['step', 'what it found'],
      probesOf(report).map(({step, facts: found}) => [html`<code>${step}</code>`, listed(found)]),
    )}`
}

function left({view: {asked, facts}}: RecoveryReport): Html {
  const residue = asked.kind === 'drill' || facts.residue !== null
  return html`${
    residue
      ? html`<h2>Residue</h2>
          <p>
            ${facts.residue === null ? "What is left wasn't looked for." : facts.residue === 0 ? 'Nothing is left: the inventory by tag and by name is empty.' : `${counted(facts.residue, 'thing')} left.`}
          </p>`
      : nothing
  }
  ${facts.orphans === null ? nothing : orphanRows(facts.orphans)}`
}

function orphanRows({count, rows, because}: NonNullable<RecoveryFacts['orphans']>): Html {
  const more = (count ?? 0) - rows.length
  return html`<h2>Rows the old primary took that were never replicated</h2>
    <p>
      ${count === null ? `Nobody can tell: ${because ?? ''}.` : count === 0 ? 'None.' : `${counted(count, 'row')}; all of them are in the final snapshot.`}
    </p>
    <ul>
      ${rows.map((row) => html`<li><code>${JSON.stringify(row)}</code></li>`)}
    </ul>
    ${more > 0 ? html`<p>and ${more} more</p>` : nothing}`
}

function callsSection({calls}: RecoveryReport): Html {
  if (calls === null)
    return html`<h2>Calls</h2>
      <p>This version of the tool would plan otherwise, so it can't say which calls that plan declared.</p>`
  return html`<h2>Calls the plan declares</h2>
    ${table(
      ['step', 'calls'],
      calls.map(({step, calls: declared}) => [
        html`<code>${step}</code>`,
        html`${declared.map(({action, region}) => `${action} (${region})`).join(', ')}`,
      ]),
    )}`
}

const trendSection = ({history}: RecoveryReport): Html =>
  html`<h2>Trend over drills</h2>
    <div class="wide">${trend(history)}</div>
    ${
      history.length === 0
        ? nothing
        : table(
            ['run', 'began', 'what', 'outcome', 'took', 'RTO', 'loss', 'left'],
            history.map((row) => [
              html`<code>${row.run}</code>`,
              html`${dateAndMinute(row.startedAt)}`,
              html`${row.mode ?? row.kind}`,
              html`${row.outcome}`,
              html`${clockSpan(row.durationMs)}`,
              html`${row.rtoMs === null ? '' : clockSpan(row.rtoMs)}`,
              html`${row.lossMs === null ? '' : span(row.lossMs)}`,
              html`${row.residue ?? ''}`,
            ]),
          )
    }`

function evidence({chain, view, events}: RecoveryReport): Html {
  return html`<h2>Evidence</h2>
    <p>
      ${chain.intact ? html`<strong class="good">intact</strong>` : html`<strong class="bad">broken at event ${chain.brokenAt ?? 0}</strong>`}
      The journal's ${counted(chain.events, 'event')}
      ${chain.intact ? 'each carry the SHA-256 of the one before' : "don't all follow from the one before"}.
    </p>
    <p>Head <code>${chain.head ?? ''}</code><br />Plan <code>${view.planHash}</code> by sluice ${view.toolVersion}</p>
    <details>
      <summary>All events</summary>
      ${table(
        ['#', 'when', 'kind', 'by', 'hash of the one before', 'data'],
        events.map(({seq, at, kind, writer, previousHash, data}) => [
          html`${seq}`,
          html`${isoTime(at)}`,
          html`${kind}`,
          html`${writer}`,
          html`<code>${previousHash.slice(0, 16)}</code>`,
          html`<code>${JSON.stringify(data)}</code>`,
        ]),
      )}
    </details>`
}

const table = (head: readonly string[], rows: readonly (readonly Html[])[]): Html =>
  html`<div class="wide">
    <table>
      <thead>
        <tr>
          ${head.map((name) => html`<th>${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td>${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`

/** One fact a line. */
const listed = (facts: Facts): Html =>
  html`${Object.entries(facts).map(([name, value]) => html`<span class="soft">${name}</span> <code>${typeof value === 'string' ? value : JSON.stringify(value)}</code><br />`)}`
