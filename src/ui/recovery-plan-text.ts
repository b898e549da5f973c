/**
 * "Before anything happens" of a recovery: from where to where, what is asked, the steps with their usual times, the longest way
 * against the objective. Pure.
 */
import type {PlannedStep} from '../runbooks/engine/event.ts'
import {forecastPath} from '../runbooks/recovery/critical-path.ts'
import type {RecoveryInput, Silence} from '../runbooks/recovery/input.ts'
import {isInVain} from '../runbooks/recovery/standing.ts'
import {account, clockSpan, dateAndMinute, isoTime, span} from './format.ts'
import type {StyledLine} from './styled-line.ts'
import {lengthOf, padded, paint, piece, spread, wrapped} from './styled-line.ts'

/** What everybody waits for: users served; in a drill, that what was restored takes writes. */
const goalOf = ({kind}: RecoveryInput): string => (kind === 'drill' ? 'writes' : 'serving')

export function recoveryPlanText(
  input: RecoveryInput,
  steps: readonly PlannedStep[],
  {color, columns}: {readonly color: boolean; readonly columns: number},
): string {
  const names = Math.min(18, Math.max(...steps.map(({id}) => lengthOf(id))))
  const point = steps.findIndex(({pointOfNoReturn}) => pointOfNoReturn === true)
  const row = (name: string, text: string): readonly StyledLine[] =>
    wrapped(text, columns - 13).map((line, index): StyledLine => [
      piece(`  ${padded(index === 0 ? name : '', 9)}  `, 'dim'),
      piece(line),
    ])
  const lines: readonly StyledLine[] = [
    ...row('account', `${account(input.place.account)} as ${input.by}`),
    ...changeOf(input).flatMap(([name, text]) => row(name, text)),
    [],
    ...steps.flatMap((step, index) => [...(index === point ? [pointRow(columns)] : []), ...stepRows(step, names, columns)]),
    [],
    ...forecastRows(input, steps).flatMap(([name, text]) => row(name, text)),
  ]
  return `${lines.map((line) => paint(line, color)).join('\n')}\n`
}

/** A title in full, below itself where the line is too short for it. */
function stepRows(step: PlannedStep, names: number, columns: number): readonly StyledLine[] {
  const usual = usually(step)
  const [first = '', ...more] = wrapped(step.title, Math.max(16, columns - names - 6 - lengthOf(usual)))
  return [
    spread([piece(`  ${padded(step.id, names)}  `, 'strong'), piece(first)], [piece(usual, 'dim')], columns),
    ...more.map((line): StyledLine => [piece(`${' '.repeat(names + 4)}${line}`)]),
  ]
}

/** Its words in full where there is room for them. */
function pointRow(columns: number): StyledLine {
  const words = `  ── point of no return${columns < 66 ? '' : ': until here all of it can be taken back'} `
  return [piece(`${words}${'─'.repeat(Math.max(0, columns - lengthOf(words)))}`, 'warn')]
}

const usually = ({usual}: PlannedStep): string =>
  usual === undefined ? '' : `${clockSpan(usual.p50Seconds * 1000)}–${clockSpan(usual.p90Seconds * 1000)}`

function changeOf(input: RecoveryInput): readonly (readonly [string, string])[] {
  const {service, environment, home, recovery} = input.place
  switch (input.kind) {
    case 'promote': {
      const {capacity, mode, acceptLossMs, acceptUnknownLoss, silence: silent = null} = input
      const accepted =
        mode === 'planned'
          ? 'nothing is lost: home is drained before the database is promoted'
          : acceptUnknownLoss === true
            ? "any loss, even one that can't be told"
            : acceptLossMs === null
              ? 'asked once it is measured, before the database is promoted'
              : `at most ${span(acceptLossMs)}`
      return [
        [
          'move',
          `${service} ${environment}, ${home} → ${input.to.region}, `
            + `${mode}${input.from === null ? `; ${home} doesn't answer` : ''}`,
        ],
        [
          'size',
          `${capacity.hosts.desired} hosts, ${capacity.service.desired} tasks, as written down ${dateAndMinute(capacity.at)}`,
        ],
        ...(silent === null ? [] : [['silent', silenceOf(home, silent)] as const]),
        ['loss', accepted],
      ]
    }
    case 'failback':
      if (isInVain(input.standing, input.place))
        return [
          [
            'mends',
            `a replica in ${recovery} again, where one was promoted in vain; users of ${service} ${environment} stay in ${home}`,
          ],
          ['deletes', 'what was promoted in vain, with a final snapshot'],
        ]
      return [
        [
          'back',
          `${service} ${environment}, ${input.from.region} → ${input.to.region}; nothing is lost, `
            + 'users are refused for some minutes in the middle of it',
        ],
        ['deletes', `what is set aside on the way (the old primary, then what serves now), each with a final snapshot`],
      ]
    case 'drill':
      return input.clean
        ? [['clean', `what earlier drills of ${service} ${environment} have left in ${recovery}`]]
        : [
            [
              'rehearse',
              `${service} ${environment} in ${input.side.region}, from the recovery point of `
                + `${dateAndMinute(input.recoveryPoint.createdAt)}; production isn't touched`,
            ],
            ['expires', dateAndMinute(input.expiresAt)],
          ]
    case 'settle':
      return [['settle', `the stacks of ${service} ${environment} are brought to where users are: ${input.active}`]]
  }
}

const silenceOf = (home: string, {answeredAt, since, by}: Silence): string =>
  `${home} ${answeredAt === null ? 'never answered' : `last answered ${isoTime(answeredAt)}`}, by the watch of ${by}, `
  + `and was silent at ${isoTime(since)}`

function forecastRows(input: RecoveryInput, steps: readonly PlannedStep[]): readonly (readonly [string, string])[] {
  const goal = goalOf(input)
  const {ids, p50Seconds, p90Seconds} = forecastPath(steps, goal)
  // Only where there is a moment to reach; of the other plans not every step says how long it takes.
  if (p50Seconds === 0 || !steps.some(({id}) => id === goal)) return []
  const usual = `about ${clockSpan(p50Seconds * 1000)}, at worst ${clockSpan(p90Seconds * 1000)}`
  return [
    ['longest', ids.join(' → ')],
    ['takes', input.kind === 'promote' ? `${usual}; the objective is ${clockSpan(input.settings.rtoMs)}` : usual],
  ]
}

/** Of `--plan-only --json`. */
export function recoveryPlanJson(input: RecoveryInput, steps: readonly PlannedStep[]): object {
  const forecast = forecastPath(steps, goalOf(input))
  const {service, environment, account: id, home, recovery} = input.place
  return {
    kind: input.kind,
    ...(input.kind === 'promote' && {mode: input.mode}),
    service,
    environment,
    account: id,
    home,
    recovery,
    rtoObjectiveSeconds: Math.round(input.settings.rtoMs / 1000),
    rpoObjectiveSeconds: Math.round(input.settings.rpoMs / 1000),
    criticalPath: forecast.ids,
    forecastSeconds: forecast.p50Seconds,
    forecastWorstSeconds: forecast.p90Seconds,
    steps,
  }
}
