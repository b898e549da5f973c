/**
 * `infra down` before anything happens: what speaks against it, what goes, what is emptied, what stays behind and how to remove
 * it. Pure. Nothing that is deleted is left out, and what stays is never counted only.
 */
import type {DownInput, DownStack} from '../runbooks/provision/down-input.ts'
import type {Retained} from '../runbooks/provision/down-retained.ts'
import {account, counted} from './format.ts'
import {findingRows} from './infra-finding-rows.ts'
import {placed} from './infra-place.ts'
import type {StyledLine, Tone} from './styled-line.ts'
import {padded, paint, piece, wrapped} from './styled-line.ts'

export function infraDownText(
  input: DownInput,
  {color = false, columns = 80}: {readonly color?: boolean; readonly columns?: number} = {},
): string {
  const width = Math.max(20, columns)
  const {service, environment, region, recovery} = input.config
  const second = recovery === null ? '' : `, ${recovery.region}`
  const lines: readonly StyledLine[] = [
    ...rows('  account  ', `${account(input.account)} as ${input.arn}`, width),
    ...rows(
      '  where    ',
      `${service} · ${environment} · ${input.options.only === 'recovery' ? `the recovery Region${second.replace(',', '')} only` : `${region}${second}`}`,
      width,
    ),
    ...apart(findingRows(input.findings, width)),
    ...apart(goes(input, width)),
    ...apart(stays(input.retained, width)),
  ]
  return `${lines.map((line) => paint(line, color)).join('\n')}\n`
}

const apart = (lines: readonly StyledLine[]): readonly StyledLine[] => (lines.length === 0 ? [] : [[], ...lines])

function rows(head: string, text: string, width: number, tone: Tone = 'plain'): readonly StyledLine[] {
  return wrapped(text, width - head.length).map((line, index): StyledLine => [
    piece(index === 0 ? head : ' '.repeat(head.length), tone),
    piece(line),
  ])
}

function goes({slots, stacks, replicas, buckets, stores}: DownInput, width: number): readonly StyledLine[] {
  const all: readonly StyledLine[] = [
    ...slots.flatMap(({region, services}) =>
      rows(
        '  - DELETED  ',
        `slots ${region}: live rule, services ${services.a} and ${services.b} with all their tasks`,
        width,
        'bad',
      ),
    ),
    ...replicas.flatMap(({region, id, finalSnapshot}) =>
      rows(
        '  - DELETED  ',
        `replica ${id} in ${region}${finalSnapshot === null ? '' : `, a database of its own: final snapshot ${finalSnapshot}`}`,
        width,
        'bad',
      ),
    ),
    ...stacks.flatMap((stack) => stackRows(stack, width)),
    ...buckets.flatMap(({region, bucket}) =>
      rows('  - EMPTIED  ', `bucket ${bucket} in ${region}, with every version, and removed`, width, 'bad'),
    ),
    ...stores.flatMap(({kind, region, name}) =>
      rows('  - DELETED  ', `${kind} ${name} in ${region}, ${held[kind]}`, width, 'bad'),
    ),
  ]
  return all.length === 0 ? [[piece('  nothing to take away: there are no stacks here')]] : all
}

const held: Readonly<Record<DownInput['stores'][number]['kind'], string>> = {
  vault: 'which is empty',
  repository: 'with all its images',
  secret: 'at once, and its copies in other Regions',
}

function stackRows(
  {id, resources, protects, terminationProtection, stuck, status}: DownStack,
  width: number,
): readonly StyledLine[] {
  const lifted = [
    ...(terminationProtection === 'on' ? ['termination protection'] : []),
    ...protects.map(
      ({kind, id: of}) => `deletion protection of ${kind === 'database' ? 'database' : 'load balancer'} ${shortName(of)}`,
    ),
  ]
  return [
    ...rows(
      '  - DELETED  ',
      `${padded(placed(id), 24)} ${counted(resources, 'resource')}${/COMPLETE$/.test(status) ? '' : `, ${status}`}`,
      width,
      'bad',
    ),
    ...(lifted.length === 0 ? [] : rows('    lifted   ', lifted.join(', '), width, 'warn')),
    ...stuck.flatMap(({path, logicalIds, because}) =>
      rows(
        '    STUCK    ',
        `${[path, logicalIds.join(', ')].filter((part) => part !== '').join('/')}: ${because}`,
        width,
        'warn',
      ),
    ),
  ]
}

/** Of an ARN the part that a person knows. */
const shortName = (id: string): string => (id.startsWith('arn:') ? (id.split('/').at(-2) ?? id) : id)

/** By kind, in the order they come; the command names the thing and its Region, is there to be copied, and never broken. */
function stays(retained: readonly Retained[], width: number): readonly StyledLine[] {
  if (retained.length === 0) return []
  return [
    ...rows('  ', 'stays behind, and is paid for until you remove it:', width),
    ...[...Map.groupBy(retained, ({what}) => what)].flatMap(([what, all]): readonly StyledLine[] => [
      ...rows('  = ', all.length === 1 ? `${what} (${all[0]?.region ?? ''})` : `${all.length} × ${what}`, width),
      ...all.map(({id, howToRemove}): StyledLine => [
        piece(`      ${howToRemove.includes(id) ? '' : `${id}: `}${howToRemove}`, 'dim'),
      ]),
    ]),
  ]
}

/** Members of the JSON envelope. */
export function infraDownJson({
  account: id,
  config,
  options,
  stacks,
  slots,
  replicas,
  buckets,
  stores,
  retained,
  findings,
}: DownInput): object {
  return {
    account: id,
    service: config.service,
    environment: config.environment,
    options,
    findings,
    deleted: {
      stacks: stacks.map(({id: of, name, region, status, resources}) => ({id: of, name, region, status, resources})),
      slots,
      replicas,
      buckets,
      stores,
    },
    retained,
  }
}
