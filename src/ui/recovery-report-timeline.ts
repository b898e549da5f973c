/**
 * The timeline of a recovery against its budget, and the trend over drills, as inline SVG. Pure.
 * Every bar has its words beside it.
 */
import {clockSpan} from './format.ts'
import {html} from './html.ts'
import type {Html} from './html.ts'
import type {RecoveryRow} from './recovery-history.ts'
import {drillTrend} from './recovery-history.ts'
import type {RecoveryStep} from './recovery-steps.ts'
import type {RecoveryView} from './recovery-view.ts'

const width = 960
const names = 190
const right = 70
const rowHeight = 24
const top = 30

interface Scale {
  readonly endMs: number
  readonly x: (ms: number) => number
}

export function timeline(view: RecoveryView): Html {
  const steps = view.steps.filter(({startedAt}) => startedAt !== null)
  const budgetMs = view.asked.kind === 'promote' ? view.asked.rtoMs : null
  const endMs = Math.max(view.elapsedMs, budgetMs ?? 0, 60_000) * 1.02
  const scale: Scale = {endMs, x: (ms) => round(names + (ms / endMs) * (width - names - right))}
  const height = top + steps.length * rowHeight + 16
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Timeline of the steps against the objective">
    ${ticks(scale, height)} ${steps.map((step, index) => bar(step, index, view, scale))}
    ${budgetMs === null ? [] : [mark(scale.x(budgetMs), height, 'budget', `objective ${clockSpan(budgetMs)}`)]}
    ${view.facts.servingAt === null ? [] : [mark(scale.x(view.facts.servingAt - view.startedAt), height, 'served', `served ${clockSpan(view.facts.servingAt - view.startedAt)}`)]}
  </svg>`
}

function bar(step: RecoveryStep, index: number, view: RecoveryView, {x}: Scale): Html {
  const from = (step.startedAt ?? view.startedAt) - view.startedAt
  const until = (step.endedAt ?? view.endedAt ?? view.now) - view.startedAt
  const y = top + index * rowHeight
  const onWay = view.criticalPath.includes(step.id)
  const length = Math.max(2, round(x(until) - x(from)))
  return html`<g class="${step.state}${onWay ? ' way' : ''}${step.pointOfNoReturn ? ' point' : ''}"
    ><title>${step.title}: ${step.note ?? step.because ?? ''}</title>
    <text x="0" y="${y + 15}">${step.pointOfNoReturn ? '◆ ' : ''}${step.id}</text>
    <rect x="${x(from)}" y="${y + 3}" width="${length}" height="15" rx="2" fill="${onWay ? '#1f6fb2' : '#8fa8bd'}" />
    <text x="${round(x(from) + length + 5)}" y="${y + 15}" class="took">${clockSpan(until - from)}</text></g
  > `
}

function ticks({endMs, x}: Scale, height: number): readonly Html[] {
  const stepMs =
    [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440].map((minutes) => minutes * 60_000).find((ms) => endMs / ms <= 8)
    ?? 1440 * 60_000
  return Array.from({length: Math.floor(endMs / stepMs) + 1}, (_, index) => {
    const at = x(index * stepMs)
    return html`<line x1="${at}" x2="${at}" y1="18" y2="${height}" class="tick" stroke="#d5dbe1" /><text
        x="${at + 3}"
        y="12"
        class="tick"
        >${clockSpan(index * stepMs)}</text
      > `
  })
}

const mark = (at: number, height: number, kind: string, words: string): Html =>
  html`<line x1="${at}" x2="${at}" y1="18" y2="${height}" class="${kind}" stroke="#5a6672" /><text
      x="${at - 4}"
      y="${height - 3}"
      class="${kind}"
      text-anchor="end"
      >${words}</text
    > `

/** One column for each drill that was done, oldest first; the newest ones when there are many. */
export function trend(rows: readonly RecoveryRow[]): Html {
  const drills = drillTrend(rows).slice(-16)
  if (drills.length === 0) return html`<p>No drill has been done yet.</p>`
  const most = Math.max(...drills.map(({durationMs}) => durationMs), 1)
  const column = Math.min(56, (width - 40) / drills.length)
  return html`<svg viewBox="0 0 ${width} 170" role="img" aria-label="How long each drill took">
    ${drills.map(({run, durationMs, startedAt}, index) => {
      const height = round((durationMs / most) * 110)
      const at = round(20 + index * column)
      return html`<g class="done"
        ><title>${run}</title
        ><rect x="${at}" y="${130 - height}" width="${round(column - 8)}" height="${height}" rx="2" fill="#8fa8bd" />
        <text x="${at}" y="${124 - height}" class="took">${clockSpan(durationMs)}</text
        ><text x="${at}" y="148" class="tick">${new Date(startedAt).toISOString().slice(5, 10)}</text></g
      > `
    })}
  </svg>`
}

const round = (n: number): number => Math.round(n * 10) / 10
