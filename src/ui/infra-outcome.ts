/**
 * The last words of a provisioning run, on stdout and as members of the JSON envelope: what happened, why,
 * and the next command. Pure.
 */
import {duration, isoTime} from './format.ts'
import {infraNote} from './infra-note.ts'
import type {InfraView} from './infra-view.ts'
import type {StyledLine, Tone} from './styled-line.ts'
import {paint, piece, wrapped} from './styled-line.ts'

export interface OutcomeOptions {
  readonly color?: boolean
  readonly columns?: number
  /** The command that goes on from here, exactly. */
  readonly goOn: string
}

export function infraOutcomeText(view: InfraView, {color = false, columns = 80, goOn}: OutcomeOptions): string {
  const [mark, tone, sentence] = said(view)
  const lines: readonly StyledLine[] = [
    ...wrapped(sentence, columns - 2).map((text, index): StyledLine =>
      index === 0 ? [piece(mark, tone), piece(` ${text}`)] : [piece(`  ${text}`)],
    ),
    ...failureRows(view, columns),
    ...next(view, goOn).map((text): StyledLine => [piece(`  ${text}`)]),
  ]
  return `${lines.map((line) => paint(line, color)).join('\n')}\n`
}

function said({state, input: {operation, service, environment}, elapsedMs, because}: InfraView): readonly [string, Tone, string] {
  const what = `infra ${operation} of ${service} ${environment}`
  switch (state) {
    case 'running':
      return [
        '▶',
        'warn',
        `${what} is on its way; nobody follows it here any more. AWS goes on with what it began, and nothing new is started.`,
      ]
    case 'done':
      return ['✔', 'good', `${what} done after ${duration(elapsedMs)}`]
    case 'failed':
      return [
        '✖',
        'bad',
        `${what} failed after ${duration(elapsedMs)}. What was made is left as it is; what AWS is still doing goes on.`,
      ]
    case 'halted':
      return ['✖', 'bad', `${what} halted: ${because}; a person is needed now`]
  }
}

function failureRows({failure, because, state}: InfraView, columns: number): readonly StyledLine[] {
  if (state !== 'failed') return []
  const words = failure === null ? because : `${failure.label}: ${failure.because}`
  const cause = failure?.cause ?? null
  const evidence = (cause?.evidence ?? []).flatMap((line) =>
    wrapped(line, columns - 6).map((text): StyledLine => [piece('    │ ', 'dim'), piece(text)]),
  )
  return [
    [],
    ...(words === '' ? [] : wrapped(words, columns - 2, '  ').map((text): StyledLine => [piece(`  ${text}`, 'bad')])),
    ...(cause === null
      ? []
      : [[piece(`    ${cause.physicalId === '' ? cause.status : `${cause.status}  ${cause.physicalId}`}`, 'dim')]]),
    ...evidence,
    [],
  ]
}

function next({state, records}: InfraView, goOn: string): readonly string[] {
  switch (state) {
    case 'running':
      return [
        ...records.map(({name, type, value}) => `record to make: ${name} ${type} ${value}`),
        'go on, or look:',
        `  ${goOn}`,
        '  sluice infra status',
      ]
    case 'done':
      return []
    case 'failed':
    case 'halted':
      return ['go on when it is mended, or look:', `  ${goOn}`, '  sluice infra status']
  }
}

/** Members of the JSON envelope; times in ISO 8601. */
export function infraOutcomeJson(view: InfraView): object {
  const {input, failure, resources} = view
  return {
    run: view.run,
    service: input.service,
    environment: input.environment,
    account: input.account,
    startedAt: isoTime(view.startedAt),
    endedAt: view.endedAt === null ? null : isoTime(view.endedAt),
    durationSeconds: Math.round(view.elapsedMs / 1000),
    resources,
    criticalPath: input.criticalPath,
    criticalPathSeconds: input.criticalPath.reduce((sum, {seconds}) => sum + seconds, 0),
    ...(view.because !== '' && {because: view.because}),
    ...(failure !== null && {failure: {line: failure.label, because: failure.because}}),
    ...(failure !== null && failure.cause !== null && {rootCause: {...failure.cause, at: isoTime(failure.cause.at)}}),
    ...(view.records.length > 0 && {records: view.records}),
    lines: view.lines.map((line) => ({
      name: line.label,
      stack: line.stack,
      state: line.state,
      note: infraNote(line),
      seconds: line.durationMs === null ? null : Math.round(line.durationMs / 1000),
    })),
  }
}
