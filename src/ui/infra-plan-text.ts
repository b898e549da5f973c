/**
 * `sluice infra plan` for a person: what stops it, then what should be seen before anything else (replaced, removed, widened),
 * then a line or a few for each stack, what was hushed as a count, and how long it takes. Pure. A word stands beside every
 * colour; 80 columns first, and a narrow terminal only breaks lines.
 */
import type {InfraPlan, JudgedChange, PlannedStack, StackVerdict} from '../runbooks/provision/infra-plan.ts'
import {account, counted, span} from './format.ts'
import {findingRows} from './infra-finding-rows.ts'
import {changeRows, dangerWords} from './infra-change-rows.ts'
import {wayOf} from './infra-input.ts'
import {placed} from './infra-place.ts'
import {withoutSecrets} from './property-words.ts'
import type {StyledLine, Tone} from './styled-line.ts'
import {padded, paint, piece, wrapped} from './styled-line.ts'

export interface PlanTextOptions {
  readonly color?: boolean
  readonly columns?: number
}

export function infraPlanText(plan: InfraPlan, {color = false, columns = 80}: PlanTextOptions = {}): string {
  const width = Math.max(20, columns)
  const lines: readonly StyledLine[] = [
    ...heading(plan, width),
    ...apart(findingRows(plan.findings, width)),
    ...apart(standsOut(plan.stacks, width)),
    ...apart(plan.stacks.flatMap((stack) => stackRows(stack, width))),
    ...apart(unchanged(plan.stacks, width)),
    ...apart(slotRows(plan, width)),
    ...apart(lastRows(plan, width)),
  ]
  return `${lines.map((line) => paint(line, color)).join('\n')}\n`
}

const apart = (lines: readonly StyledLine[]): readonly StyledLine[] => (lines.length === 0 ? [] : [[], ...lines])

function heading({account: id, arn, config}: InfraPlan, width: number): readonly StyledLine[] {
  const {service, environment, region, recovery} = config
  const second = recovery === null ? '' : `, recovery ${recovery.region} (${recovery.shape})`
  return [
    ...entry('account', `${account(id)} as ${arn}`, width),
    ...entry('where', `${service} · ${environment} · ${region} (${config.shape})${second}`, width),
  ]
}

function entry(name: string, text: string, width: number, tone: Tone = 'plain'): readonly StyledLine[] {
  return wrapped(text, width - 11).map((line, index) => [
    piece(`  ${(index === 0 ? name : '').padEnd(9)}`, 'dim'),
    piece(line, tone),
  ])
}

/** The dangerous changes of all stacks together, each told once more in its place. */
function standsOut(stacks: readonly PlannedStack[], width: number): readonly StyledLine[] {
  const dangerous = stacks.flatMap((stack) =>
    changesOf(stack.verdict)
      .filter(({dangers}) => dangers.length > 0)
      .map((change) => ({stack, change})),
  )
  return dangerous.flatMap(({stack, change}) => {
    const [first = '', ...more] = wrapped(
      `${dangerWords(change)}: ${change.path} (${change.type}) in ${placed(stack.id)}`,
      width - 4,
      '  ',
    )
    return [[piece('  ! ', 'bad'), piece(first, 'bad')], ...more.map((text): StyledLine => [piece(`    ${text}`, 'bad')])]
  })
}

const changesOf = (verdict: StackVerdict): readonly JudgedChange[] => (verdict.kind === 'update' ? verdict.changes : [])

type Shown = Exclude<StackVerdict['kind'], 'unchanged'>

const marks: Readonly<Record<Shown, readonly [string, string, Tone]>> = {
  create: ['+', 'create', 'good'],
  update: ['~', 'change', 'warn'],
  later: ['·', 'later', 'dim'],
  'in-progress': ['▶', 'attach', 'strong'],
  repair: ['!', 'repair', 'warn'],
  blocked: ['✖', 'BLOCKED', 'bad'],
}

function stackRows({id, verdict}: PlannedStack, width: number): readonly StyledLine[] {
  if (verdict.kind === 'unchanged') return []
  const [mark, word, tone] = marks[verdict.kind]
  const label = padded(placed(id), 25)
  const indent = width < 64 ? 6 : 38
  const words = wrapped(verdictWords(verdict), width - indent)
  const head: StyledLine = [piece(`  ${mark} ${word.padEnd(7)} `, tone), piece(label, 'strong')]
  const rows: readonly StyledLine[] =
    width < 64
      ? [head, ...words.map((text): StyledLine => [piece(' '.repeat(indent) + text)])]
      : words.map((text, index): StyledLine => (index === 0 ? [...head, piece(` ${text}`)] : [piece(' '.repeat(indent) + text)]))
  return [...rows, ...suggestionsOf(verdict), ...changesOf(verdict).flatMap((change) => changeRows(change, width))]
}

const suggestionsOf = (verdict: StackVerdict): readonly StyledLine[] =>
  verdict.kind === 'blocked' ? verdict.suggestions.map((text): StyledLine => [piece(`      ${text}`, 'strong')]) : []

function verdictWords(verdict: Exclude<StackVerdict, {kind: 'unchanged'}>): string {
  switch (verdict.kind) {
    case 'create':
      return counted(verdict.resources, 'resource')
    case 'update':
      return `${counted(verdict.changes.length, 'change')}${verdict.quiet > 0 ? `, and ${verdict.quiet} that only follow` : ''}`
    case 'later':
      return later(verdict.waitsFor)
    case 'in-progress':
      return `${verdict.status}: up waits for it and goes on`
    case 'repair':
      return `${verdict.status}: ${repairs[verdict.how]}`
    case 'blocked':
      return `${verdict.status}: ${verdict.because}`
  }
}

function later(waitsFor: readonly string[]): string {
  const places = [...new Set(waitsFor.map(placed))]
  return `told once ${places.join(', ')} ${places.length === 1 ? 'is' : 'are'} there`
}

const repairs = {
  'delete-and-create': 'deleted and made anew; asks for the name',
  'continue-rollback': 'its rollback is continued, then it is updated',
  'update-again': 'updated again, from where it stopped',
  'delete-shell': 'an empty shell without resources; deleted, then created',
} as const

function unchanged(stacks: readonly PlannedStack[], width: number): readonly StyledLine[] {
  const same = stacks.filter(({verdict}) => verdict.kind === 'unchanged').map(({id}) => placed(id))
  if (same.length === 0) return []
  return wrapped(`unchanged: ${same.join(', ')}`, width - 4, '  ').map((text, index) => [
    piece(index === 0 ? '  = ' : '    ', 'dim'),
    piece(text, 'dim'),
  ])
}

function slotRows({slots, served}: InfraPlan, width: number): readonly StyledLine[] {
  const words = {
    create: served === undefined ? 'create' : `create, as slot ${served.slot} serves ${served.image}`,
    exists: 'there, and never touched',
    later: 'once the stack is there',
    'no-image': 'no firstImage: not created',
  } as const
  const groups = Map.groupBy(slots, ({verdict, region}) => `${verdict}@${region}`)
  return [...groups.values()].flatMap((group) => {
    const {verdict, region} = group[0]!
    const mark: StyledLine = [
      piece(
        verdict === 'create' ? '  + ' : verdict === 'no-image' ? '  ! ' : '  = ',
        verdict === 'create' ? 'good' : verdict === 'no-image' ? 'warn' : 'dim',
      ),
    ]
    const text = wrapped(
      `${group.map(({what}) => what.replace('-', ' ')).join(', ')} in ${region}: ${words[verdict]}`,
      width - 4,
      '  ',
    )
    return text.map((line, index): StyledLine => (index === 0 ? [...mark, piece(line)] : [piece(`    ${line}`)]))
  })
}

function lastRows({changes, criticalPath, etaSeconds, stacks}: InfraPlan, width: number): readonly StyledLine[] {
  if (!changes)
    return entry(
      'plan',
      stacks.some(({verdict}) => verdict.kind === 'in-progress')
        ? 'an operation is under way; nothing else to do'
        : 'nothing to change',
      width,
    )
  const created = stacks.reduce((sum, {verdict}) => sum + (verdict.kind === 'create' ? verdict.resources : 0), 0)
  const total = created > 0 ? `, ${counted(created, 'resource')} to create` : ''
  const way = wayOf(criticalPath)
    .map(({label, seconds}) => `${label} ${span(seconds * 1000)}`)
    .join(' → ')
  return [
    ...entry('plan', `about ${span(etaSeconds * 1000)}${total}`, width),
    ...(way === '' ? [] : entry('longest', way, width)),
  ]
}

/** Members of the JSON envelope: the plan, without what is secret in it. */
export function infraPlanJson(plan: InfraPlan): object {
  const shown = (change: JudgedChange): JudgedChange => ({
    ...change,
    properties: change.properties.map((one) => ({
      ...one,
      before: withoutSecrets(one.path, one.before),
      after: withoutSecrets(one.path, one.after),
    })),
  })
  return {
    ...plan,
    stacks: plan.stacks.map((stack) =>
      stack.verdict.kind === 'update'
        ? {...stack, verdict: {...stack.verdict, changes: stack.verdict.changes.map(shown)}}
        : stack,
    ),
  }
}
