/**
 * `infra status` as a tree: Region → stack → what is nested in it, then what releases work on. Pure;
 * every mark has its word beside it.
 */
import type {RegionStatus, RootTree, StackTree, Traffic} from '../runbooks/provision/read-status.ts'
import {counted, dateAndMinute, isoTime, share} from './format.ts'
import {readable} from './infra-note.ts'
import {placed} from './infra-place.ts'
import {shortened} from './property-words.ts'
import type {StyledLine, Tone} from './styled-line.ts'
import {clip, padded, paint, piece, spread, wrapped} from './styled-line.ts'

export interface StatusOptions {
  readonly color?: boolean
  readonly columns?: number
  readonly outputs: 'shown' | 'hidden'
}

export function infraStatusText(regions: readonly RegionStatus[], {color = false, columns = 80, outputs}: StatusOptions): string {
  const width = Math.max(20, columns)
  const told = regions.filter(({stacks, missing}) => stacks.length + missing.length > 0)
  const lines: readonly StyledLine[] = told.flatMap((one, index) => [
    ...(index === 0 ? [] : [[]]),
    ...regionRows(one, outputs, width),
  ])
  return `${lines.map((line) => paint(line, color)).join('\n')}\n`
}

function regionRows(
  {region, stacks, missing, traffic}: RegionStatus,
  outputs: StatusOptions['outputs'],
  width: number,
): readonly StyledLine[] {
  return [
    [piece(region, 'strong')],
    ...stacks.flatMap((root) => [
      ...stackRows(root, root.id.split('@')[0] ?? root.id, 1, width, root.protected ? 'protected' : ''),
      ...(outputs === 'shown' ? outputRows(root, width) : []),
    ]),
    ...missing.map((id): StyledLine =>
      spread([piece('  · '), piece(placed(id).split(' ')[0] ?? id, 'dim')], [piece('not there', 'dim')], width),
    ),
    ...(traffic === null ? [] : trafficRows(traffic, width)),
  ]
}

function stackRows(stack: StackTree, name: string, depth: number, width: number, extra: string): readonly StyledLine[] {
  const [mark, tone] = markOf(stack.status)
  const indent = '  '.repeat(depth)
  const total = Object.values(stack.counts).reduce((sum, one) => sum + one, 0)
  const ending = (end: string): number =>
    Object.entries(stack.counts).reduce((sum, [status, count]) => sum + (status.endsWith(end) ? count : 0), 0)
  const open = [
    [ending('_FAILED'), 'failed'],
    [ending('_IN_PROGRESS'), 'under way'],
  ]
    .filter(([count]) => count !== 0)
    .map((words) => words.join(' '))
  const facts = [counted(total, 'resource'), ...open, ...(extra === '' ? [] : [extra])].join(', ')
  const changed = depth === 1 && width >= 96 ? `  ${dateAndMinute(stack.changedAt)}` : ''
  return [
    spread(
      [
        piece(`${indent}${mark} `, tone),
        piece(padded(name, Math.max(1, 24 - indent.length)), depth === 1 ? 'strong' : 'plain'),
        piece(` ${facts}`, 'dim'),
      ],
      [piece(readable(stack.status), tone), piece(changed, 'dim')],
      width,
    ),
    ...failedRows(stack, indent, width),
    ...stack.nested.flatMap((nested) => stackRows(nested, nested.id.split('/').at(-1) ?? nested.id, depth + 1, width, '')),
  ]
}

function failedRows({failed, reason, status}: StackTree, indent: string, width: number): readonly StyledLine[] {
  const own = reason !== null && reason !== '' && markOf(status)[1] === 'bad' && failed.length === 0 ? [reason] : []
  const words = [...own, ...failed.map((one) => `${one.path} (${one.type}): ${one.reason ?? readable(one.status)}`)]
  return words.flatMap((text) =>
    wrapped(text, width - indent.length - 4, '  ').map((line): StyledLine => [piece(`${indent}    ${line}`, 'bad')]),
  )
}

function markOf(status: string): readonly [string, Tone] {
  if (/FAILED$|^ROLLBACK_COMPLETE$/.test(status)) return ['✖', 'bad']
  if (/IN_PROGRESS$/.test(status)) return ['▶', 'strong']
  return /^UPDATE_ROLLBACK_COMPLETE$/.test(status) ? ['!', 'warn'] : ['✔', 'good']
}

function outputRows({outputs}: RootTree, width: number): readonly StyledLine[] {
  const names = Object.keys(outputs).toSorted()
  const longest = Math.min(28, Math.max(0, ...names.map((name) => name.length)))
  // Values are there to be copied: only a narrow terminal's are cut in the middle.
  return names.map((name) =>
    clip([piece(`      ${padded(name, longest)}  `, 'dim'), piece(shortened(outputs[name] ?? '', 400))], Math.max(width, 400)),
  )
}

function trafficRows({weights, slots}: Traffic, width: number): readonly StyledLine[] {
  const rule = weights === null ? 'none: the load balancer answers 503' : `slot a ${share(weights.a)}, slot b ${share(weights.b)}`
  return [
    spread(
      [
        piece(`  ${weights === null ? '! ' : '✔ '}`, weights === null ? 'warn' : 'good'),
        piece(padded('live rule', 22), 'strong'),
        piece(` ${rule}`),
      ],
      [],
      width,
    ),
    ...(['a', 'b'] as const).map((name): StyledLine => {
      const slot = slots[name]
      if (slot === null)
        return clip([piece('  · '), piece(padded(`slot ${name}`, 22), 'strong'), piece(' not there', 'dim')], width)
      const scaling = slot.scaling === null ? '' : `, scales ${slot.scaling.min}–${slot.scaling.max}`
      const whole = slot.running === slot.desired
      const words = `${slot.running} of ${counted(slot.desired, 'task')}${scaling}`
      return spread(
        [
          piece(whole ? '  ✔ ' : '  ! ', whole ? 'good' : 'warn'),
          piece(padded(`slot ${name}`, 22), 'strong'),
          piece(` ${words}`),
        ],
        [piece(slot.taskDefinition.split('/').at(-1) ?? '', 'dim')],
        width,
      )
    }),
  ]
}

/** Members of the JSON envelope: always with outputs. */
export function infraStatusJson(regions: readonly RegionStatus[]): object {
  const tree = ({nested, changedAt, ...rest}: StackTree): object => ({
    ...rest,
    changedAt: isoTime(changedAt),
    nested: nested.map(tree),
  })
  return {regions: regions.map(({region, stacks, missing, traffic}) => ({region, stacks: stacks.map(tree), missing, traffic}))}
}

/** The worst there is: what the command's outcome is. */
export function infraStanding(regions: readonly RegionStatus[]): 'none' | 'failed' | 'in-progress' | 'incomplete' | 'complete' {
  const all = regions.flatMap(({stacks}) => stacks)
  if (all.length === 0) return 'none'
  if (all.some(({status}) => markOf(status)[1] === 'bad')) return 'failed'
  if (all.some(({status}) => status.endsWith('_IN_PROGRESS'))) return 'in-progress'
  return regions.some(({missing}) => missing.length > 0) ? 'incomplete' : 'complete'
}
