/** Runbooks as text: the list, one plan on a screen, and the whole of it for paper. Pure. */
import type {OwnRunbook} from '../config/runbook.ts'
import {span, counted} from './format.ts'
import type {Sheet, SheetStep} from './runbook-sheet.ts'
import {preparation} from './runbook-commands-by-hand.ts'
import {padded, wrapped} from './styled-line.ts'

export interface ListedRunbook {
  readonly name: string
  readonly kind: 'built-in' | 'own' | 'extension'
  readonly file: string | null
  readonly description: string
  readonly steps: number
}

export const listedOwn = (file: string, {name, description, steps}: OwnRunbook): ListedRunbook => ({
  name,
  kind: 'own',
  file,
  description,
  steps: steps.length,
})

export function runbookListText(listed: readonly ListedRunbook[], columns: number): string {
  const width = Math.max(...listed.map(({name}) => name.length)) + 2
  const rows = listed.flatMap(({name, kind, description, steps}) => {
    const what =
      kind === 'own' ? counted(steps, 'step') : kind === 'extension' ? `adds ${counted(steps, 'step')}` : 'comes with sluice'
    const [first = '', ...more] = wrapped(`${description} (${what})`, Math.max(30, columns - width - 2))
    return [`  ${padded(name, width)}${first}`, ...more.map((line) => `  ${' '.repeat(width)}${line}`)]
  })
  const own = listed.filter(({kind}) => kind === 'own')
  const hint =
    own.length === 0
      ? ['', '  none of your own yet: put one into runbooks/, beside sluice.yaml']
      : ['', `  sluice runbook show ${own[0]?.name ?? ''} · sluice runbook run ${own[0]?.name ?? ''}`]
  return [...rows, ...hint].join('\n')
}

/** One line a step, the critical path, and what it means for the objective. */
export function runbookShowText(sheet: Sheet, columns: number): string {
  const width = Math.max(...sheet.steps.map(({id}) => id.length)) + 2
  const onPath = new Set(sheet.criticalPath.ids)
  const rows = sheet.steps.flatMap((step) => {
    const mark = step.pointOfNoReturn ? '!' : onPath.has(step.id) ? '*' : ' '
    const time = usualWords(step) === '' ? '' : ` · ${usualWords(step)}`
    const needs = step.needs.length === 0 ? '' : ` · after ${step.needs.join(', ')}`
    const [first = '', ...more] = wrapped(
      `${step.title === step.id ? (step.words[0] ?? step.commands[0] ?? '') : step.title}${step.own && sheet.name.startsWith('dr ') ? ' (your own)' : ''}${time}${needs}`,
      Math.max(30, columns - width - 4),
      '  ',
    )
    return [`${mark} ${padded(step.id, width)}${first}`, ...more.map((line) => `  ${' '.repeat(width)}${line}`)]
  })
  return [`${sheet.name}: ${sheet.description}`, '', ...rows, '', ...pathLines(sheet), '', `  ${sheet.command}`].join('\n')
}

const usualWords = ({usual}: SheetStep): string =>
  usual === null || usual.p90Seconds === 0
    ? ''
    : `${span(usual.p50Seconds * 1000)} (nearly always under ${span(usual.p90Seconds * 1000)})`

function pathLines({criticalPath, rtoMs, rpoMs, steps}: Sheet): readonly string[] {
  const unmeasured = criticalPath.ids.filter((id) => steps.find((step) => step.id === id)?.usual === null)
  const path = `  critical path *  ${criticalPath.ids.join(' → ')}`
  const time =
    `  usually ${span(criticalPath.p50Seconds * 1000)}, nearly always under `
    + `${span(criticalPath.p90Seconds * 1000)}${unmeasured.length === 0 ? '' : ` and what ${unmeasured.join(', ')} take: nothing is usual for them yet`}`
  const late = rtoMs !== null && criticalPath.p90Seconds * 1000 > rtoMs ? ': in a bad case it is missed' : ''
  const objective =
    rtoMs === null ? [] : [`  objective  RTO ${span(rtoMs)}${rpoMs === null ? '' : `, RPO ${span(rpoMs)}`}${late}`]
  return [path, time, ...objective]
}

/** For paper: every step in an order in which it can be done, with all commands and how each is taken back. */
export function runbookPrintText(sheet: Sheet, printedAt: string): string {
  const {place} = sheet
  const head = [
    sheet.name.toUpperCase(),
    sheet.description,
    '',
    `${place.service} ${place.environment} · account ${place.account} · home ${place.home} · recovery ${place.recovery}`,
    `printed ${printedAt}; with the tool: ${sheet.command}`,
    '',
    ...pathLines(sheet),
    '',
  ]
  const prepared = sheet.name.startsWith('dr ')
    ? ['First, in the shell that is used:', ...preparation(place).map((line) => `    ${line}`), '']
    : []
  const steps = sheet.steps.flatMap((step, index) => [
    `[ ] ${index + 1}. ${step.id}${step.title === step.id ? '' : `: ${step.title}`}`,
    ...(step.pointOfNoReturn ? ['    !! There is no way back after this step.'] : []),
    ...(step.needs.length === 0 ? [] : [`    after: ${step.needs.join(', ')}`]),
    ...(usualWords(step) === '' ? [] : [`    usually: ${usualWords(step)}`]),
    ...step.words.flatMap((text) =>
      text
        .split('\n')
        .flatMap((line) => wrapped(line, 92))
        .map((line) => `    ${line}`),
    ),
    ...step.commands.map((line) => `      ${line.startsWith('#') ? line : `$ ${line}`}`),
    ...step.undo.map((line) => `      taken back: $ ${line}`),
    '    at ____:____ by ______________________',
    '',
  ])
  return [...head, ...prepared, ...steps].join('\n')
}
