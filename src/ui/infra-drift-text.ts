/**
 * What differs from the templates, resource by resource; what is meant to differ is counted,
 * what couldn't be looked at is said. Pure.
 */
import type {Drift, DriftRow} from '../runbooks/provision/read-drift.ts'
import {counted} from './format.ts'
import {placed} from './infra-place.ts'
import {propertyWords, withoutSecrets} from './property-words.ts'
import type {StyledLine, Tone} from './styled-line.ts'
import {paint, piece, wrapped} from './styled-line.ts'

export function infraDriftText(
  drift: Drift,
  {color = false, columns = 80}: {readonly color?: boolean; readonly columns?: number} = {},
): string {
  const width = Math.max(20, columns)
  const stacks = Map.groupBy(drift.differs, ({stack}) => stack)
  const lines: readonly StyledLine[] = [
    ...[...stacks].flatMap(([stack, rows]) => [
      [piece(placed(stack), 'strong')],
      ...rows.flatMap((row) => rowLines(row, width)),
      [],
    ]),
    ...drift.unchecked.flatMap(({stack, path, because}) =>
      told('? ', 'warn', `NOT CHECKED ${[placed(stack), ...(path === '' ? [] : [path])].join(' ')}: ${because}`, width),
    ),
    ...ignoredLines(drift.ignored, width),
    ...told(drift.differs.length === 0 && drift.unchecked.length === 0 ? '✔ ' : '', 'good', summary(drift), width),
  ]
  return `${lines.map((line) => paint(line, color)).join('\n')}\n`
}

function told(mark: string, tone: Tone, text: string, width: number): readonly StyledLine[] {
  return wrapped(text, width - mark.length, '  ').map((line, index): StyledLine => [
    piece(index === 0 ? mark : ' '.repeat(mark.length), tone),
    piece(line),
  ])
}

function rowLines({path, type, kind, properties}: DriftRow, width: number): readonly StyledLine[] {
  const longest = Math.max(12, Math.floor((width - 20) / 2))
  const words = properties.flatMap((one) =>
    propertyWords({path: one.path, before: one.expected, after: one.actual, replaces: 'no', follows: false}, longest),
  )
  return [
    ...told(
      kind === 'deleted' ? '  ✖ ' : '  ~ ',
      kind === 'deleted' ? 'bad' : 'warn',
      `${path} (${type}) ${kind === 'deleted' ? 'is GONE' : 'DIFFERS'}`,
      width,
    ),
    ...words.flatMap(({path: of, before, after}) =>
      before === '' && after === ''
        ? told('      ', 'dim', of, width)
        : told('      ', 'dim', `${of.replace(/^\//, '')}: expected ${before}, found ${after}`, width),
    ),
  ]
}

/** One line a reason: these differences are how it is meant to be. */
function ignoredLines(ignored: Drift['ignored'], width: number): readonly StyledLine[] {
  const reasons = Map.groupBy(ignored, ({because}) => because)
  return [...reasons].flatMap(([because, all]) =>
    told('= ', 'dim', `${counted(all.length, 'difference')} left out: ${because}`, width),
  )
}

function summary({differs, unchecked, checked, ignored}: Drift): string {
  const looked = counted(checked, 'stack')
  if (differs.length > 0)
    return `${counted(differs.length, 'resource')} drifted, ${looked} checked${unchecked.length > 0 ? `, ${unchecked.length} not` : ''}`
  if (unchecked.length > 0) return `nothing drifted in ${looked}; ${counted(unchecked.length, 'stack')} couldn't be checked`
  return `nothing drifted in ${looked}${ignored.length > 0 ? `; ${counted(ignored.length, 'difference')} that others own` : ''}`
}

/** Members of the JSON envelope, without what is secret. */
export function infraDriftJson({differs, ...rest}: Drift): object {
  return {
    ...rest,
    differs: differs.map((row) => ({
      ...row,
      properties: row.properties.map(({path, expected, actual}) => ({
        path,
        expected: withoutSecrets(path, expected),
        actual: withoutSecrets(path, actual),
      })),
    })),
  }
}
