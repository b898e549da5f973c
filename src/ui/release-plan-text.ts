/** "Before anything happens": who does what to which service, where, how long it takes and what it may cost. Pure. */
import {account, counted, minuteOfDay, perMinute, share, span} from './format.ts'
import type {StyledLine, Tone} from './styled-line.ts'
import {paint, piece, wrapped} from './styled-line.ts'

export interface ReleasePlanData {
  readonly account: string
  /** Who we are: the caller's ARN. */
  readonly arn: string
  readonly region: string
  readonly service: string
  readonly environment: string
  readonly from: string
  readonly to: string
  readonly digest: string | null
  readonly steps: readonly {readonly weight: number; readonly holdMs: number; readonly atMostMs: number}[]
  readonly forecast?: {
    /** Epoch ms; when a healthy version would be promoted. */
    readonly doneAt?: number
    readonly totalMs?: number
    readonly requestsPerMinute?: number
    /** A regression of so many times is found within so long. */
    readonly finds?: readonly {readonly times: number; readonly withinMs: number}[]
    /** At most so many requests meet a version that fails. */
    readonly exposes?: number
  }
  readonly hazards: readonly string[]
}

export function releasePlanText(
  plan: ReleasePlanData,
  options: {readonly color?: boolean; readonly columns?: number} = {},
): string {
  const columns = options.columns ?? 80
  const lines: StyledLine[] = [
    ...entry('account', `${account(plan.account)} as ${plan.arn}`, columns),
    ...entry('where', `${plan.service} · ${plan.environment} · ${plan.region}`, columns),
    ...entry('change', `${plan.from} → ${plan.to}${digest(plan)}`, columns),
    ...entry('plan', steps(plan), columns),
    ...forecast(plan).flatMap((line) => entry('', line, columns)),
    ...plan.hazards.flatMap((hazard, index) => entry(index === 0 ? 'hazards' : '', `! ${hazard}`, columns, 'warn')),
  ]
  return `${lines.map((line) => paint(line, options.color ?? false)).join('\n')}\n`
}

function entry(name: string, text: string, columns: number, tone: Tone = 'plain'): readonly StyledLine[] {
  const hang = tone === 'warn' ? '  ' : ''
  return wrapped(text, columns - 11, hang).map((line, index) => [
    piece(`  ${(index === 0 ? name : '').padEnd(9)}`, 'dim'),
    piece(line, tone),
  ])
}

const digest = ({digest: whole}: ReleasePlanData): string =>
  whole === null ? '' : ` (digest ${whole.slice(0, 'sha256:'.length + 12)}…)`

function steps({steps: weights}: ReleasePlanData): string {
  return [...weights.map(({weight, holdMs, atMostMs}) => `${share(weight)} ${range(holdMs, atMostMs)}`), '100 %'].join(' → ')
}

function range(holdMs: number, atMostMs: number): string {
  if (holdMs === atMostMs) return span(holdMs)
  const [least, most] = [span(holdMs), span(atMostMs)]
  return least.endsWith(' min') && most.endsWith(' min') ? `${least.slice(0, -4)}–${most}` : `${least} to ${most}`
}

function forecast({forecast: known, steps: weights, to}: ReleasePlanData): readonly string[] {
  const least = weights.reduce((sum, {holdMs}) => sum + holdMs, 0)
  if (known === undefined) return [`at least ${span(least)} of judging; pauses when a step can't tell in time`]
  const done = known.doneAt === undefined ? '' : `, done ${minuteOfDay(known.doneAt)}`
  const length = known.totalMs === undefined ? [] : [`about ${span(known.totalMs)}${done}`]
  const at = known.requestsPerMinute === undefined ? '' : `, at ${perMinute(known.requestsPerMinute)}`
  const found = (known.finds ?? []).map(({times, withinMs}) => `${times}× in ${span(withinMs)}`)
  const finds = found.length === 0 ? [] : [`finds a regression of ${found.join(', ')}${at}`]
  const exposes =
    known.exposes === undefined ? [] : [`exposes at most ${counted(known.exposes, 'request')} to ${to}, should it fail`]
  return [...length, ...finds, ...exposes]
}
