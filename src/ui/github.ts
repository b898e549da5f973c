/**
 * What GitHub Actions understands: annotations, a step summary, outputs. Pure texts plus one function that writes them where the
 * environment says. Never fails a release: a summary that can't be written is a warning, not an error.
 */
import {appendFileSync} from 'node:fs'
import type {Environment} from './choose-renderer.ts'
import {counted, duration, limit, oneLine, rate, share} from './format.ts'
import {lineNote} from './line-note.ts'
import {outcomeJson} from './outcome-json.ts'
import type {ReleaseView} from './release-view.ts'
import {outcomeSentence} from './release-outcome-text.ts'

/** `::error title=…::…`, `::warning …`, `::notice …`: one line. */
export function githubAnnotation(view: ReleaseView): string {
  const level = {
    promoted: 'notice',
    'rolled-back': 'error',
    halted: 'error',
    failed: 'error',
    paused: 'warning',
    running: 'warning',
  }[view.state]
  return `::${level} title=${property(`${view.input.service} ${view.state}`)}::${message(outcomeSentence(view))}`
}

/** Markdown for $GITHUB_STEP_SUMMARY. */
export function githubSummary(view: ReleaseView): string {
  const {service, environment, region, from, to} = view.input
  const steps = view.lines.map((line) =>
    tableRow([line.label, line.state, lineNote(line, view), line.durationMs === null ? '' : duration(line.durationMs)]),
  )
  const gates = view.gates.map(({gate, verdict, canary, stable, limit: most}) =>
    tableRow([gate, verdict, rate(canary.rate), rate(stable.rate), limit(most), counted(canary.requests, 'request')]),
  )
  return [
    `### ${cell(service)} · ${cell(environment)} · ${region}: ${cell(from)} → ${cell(to)}`,
    '',
    `**${view.state}**: ${cell(outcomeSentence(view))}`,
    '',
    '| step | state | | took |',
    '|---|---|---|---|',
    ...steps,
    ...(gates.length === 0
      ? []
      : ['', '| gate | verdict | canary | stable | limit | judged |', '|---|---|---|---|---|---|', ...gates]),
    '',
    `Run \`${view.run}\`, at ${share(view.weights.actual ?? 0)} of requests, ${duration(view.elapsedMs)}.`,
    '',
  ].join('\n')
}

/** `name=value` lines for $GITHUB_OUTPUT. */
export function githubOutputs(view: ReleaseView): string {
  const json = outcomeJson(view) as {readonly [name: string]: unknown}
  const names = {
    run: 'run',
    outcome: 'outcome',
    because: 'because',
    gate: 'gate',
    from: 'from',
    to: 'to',
    'canary-requests': 'canaryRequests',
    'bad-requests': 'badRequests',
  }
  return Object.entries(names)
    .map(([name, member]) => `${name}=${oneLine(outputValue(json[member]))}\n`)
    .join('')
}

/** Writes all three; nothing outside of GitHub Actions. */
export function tellGithub(view: ReleaseView, env: Environment, write: (text: string) => void): void {
  if (env['GITHUB_ACTIONS'] !== 'true') return
  write(`${githubAnnotation(view)}\n`)
  for (const [file, text] of [
    [env['GITHUB_STEP_SUMMARY'], githubSummary(view)],
    [env['GITHUB_OUTPUT'], githubOutputs(view)],
  ] as const) {
    if (file === undefined || file === '') continue
    try {
      appendFileSync(file, text)
    } catch (error) {
      write(`::warning::${message(`couldn't write ${file}: ${String(error)}`)}\n`)
    }
  }
}

const outputValue = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
const message = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const property = (text: string): string => message(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
const tableRow = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
const cell = (text: string): string =>
  text
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replace(/[\r\n]+/g, ' ')
