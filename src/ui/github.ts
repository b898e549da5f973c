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
  return `::${level} title=${githubProperty(`${view.input.service} ${view.state}`)}::${githubMessage(outcomeSentence(view))}`
}

/** Markdown for $GITHUB_STEP_SUMMARY. */
export function githubSummary(view: ReleaseView): string {
  const {service, environment, region, from, to} = view.input
  const steps = view.lines.map((line) =>
    githubRow([line.label, line.state, lineNote(line, view), line.durationMs === null ? '' : duration(line.durationMs)]),
  )
  const gates = view.gates.map(({gate, verdict, canary, stable, limit: most}) =>
    githubRow([gate, verdict, rate(canary.rate), rate(stable.rate), limit(most), counted(canary.requests, 'request')]),
  )
  return [
    `### ${githubCell(service)} · ${githubCell(environment)} · ${region}: ${githubCell(from)} → ${githubCell(to)}`,
    '',
    `**${view.state}**: ${githubCell(outcomeSentence(view))}`,
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

export interface GithubTexts {
  readonly annotation: string
  readonly summary: string
  readonly outputs: string
}

export function tellGithub(view: ReleaseView, env: Environment, write: (text: string) => void): void {
  writeGithub(
    () => ({annotation: githubAnnotation(view), summary: githubSummary(view), outputs: githubOutputs(view)}),
    env,
    write,
  )
}

/** Writes all three; nothing outside of GitHub Actions. */
export function writeGithub(texts: () => GithubTexts, env: Environment, write: (text: string) => void): void {
  if (env['GITHUB_ACTIONS'] !== 'true') return
  const {annotation, summary, outputs} = texts()
  write(`${annotation}\n`)
  for (const [file, text] of [
    [env['GITHUB_STEP_SUMMARY'], summary],
    [env['GITHUB_OUTPUT'], outputs],
  ] as const) {
    if (file === undefined || file === '') continue
    try {
      appendFileSync(file, text)
    } catch (error) {
      write(`::warning::${githubMessage(`couldn't write ${file}: ${String(error)}`)}\n`)
    }
  }
}

const outputValue = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
export const githubMessage = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
export const githubProperty = (text: string): string => githubMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
export const githubRow = (cells: readonly string[]): string => `| ${cells.map(githubCell).join(' | ')} |`
export const githubCell = (text: string): string =>
  text
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replace(/[\r\n]+/g, ' ')
