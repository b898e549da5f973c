/**
 * Do the two stacks still mean the same? Sizes and addresses differ by design; types, classes, engine and texts of the templates
 * don't, unless somebody changed one Region and forgot the other.
 */
import type {StackState} from '../../provision/ports.ts'
import {fail, ok, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check} from './looking.ts'

export const stackDrift: Check = {
  id: 'stack-drift',
  title: 'difference of the two stacks',
  look: async ({world, place, from, to, signal}) => {
    const refs = [from, to].map((region) => ({name: place.stacks.main, region}))
    const [here, there] = await Promise.all(refs.map((ref) => world.stacks.describe(ref, signal)))
    const [text, other] = await Promise.all(refs.map((ref) => world.stacks.template(ref, signal)))
    return stackFindings(here ?? null, there ?? null, {text: text ?? null, other: other ?? null, from, to})
  },
}

/** What must be equal for a failover to bring the same service. */
const alike = [
  'InstanceType',
  'FallbackInstanceType',
  'HostsMax',
  'CacheNodeType',
  'CacheNodes',
  'Engine',
  'DatabasePort',
  'ApiOriginName',
  'SiteName',
  'HostedZoneId',
  'ActiveRegion',
  'DatabaseClass',
  'MaxStorageGiB',
] as const

interface Texts {
  readonly text: string | null
  readonly other: string | null
  readonly from: string
  readonly to: string
}

export function stackFindings(
  here: StackState | null,
  there: StackState | null,
  {text, other, from, to}: Texts,
): readonly Found[] {
  if (there === null) return [fail(`There is no stack in ${to}.`, {suggestions: ['sluice infra up --only recovery']})]
  if (!/_COMPLETE$/.test(there.status) || (/ROLLBACK|DELETE/.test(there.status) && there.status !== 'UPDATE_ROLLBACK_COMPLETE')) {
    return [
      fail(`${there.name} in ${to} is ${there.status}.`, {
        evidence: {status: there.status},
        suggestions: ['sluice infra status'],
      }),
    ]
  }
  if (here === null) return [fail(`There is no stack in ${from}.`, {suggestions: ['sluice infra up']})]
  const different = alike.filter((name) => (here.parameters[name] ?? '') !== (there.parameters[name] ?? ''))
  const evidence = {
    parameters: Object.fromEntries(different.map((name) => [name, [here.parameters[name] ?? '', there.parameters[name] ?? '']])),
  }
  const found = [
    ...(different.length === 0
      ? []
      : [
          warn(
            `The stacks differ in ${different.map((name) => `${name} (${shown(here.parameters[name])} in ${from}, ${shown(there.parameters[name])} in ${to})`).join(', ')}.`,
            {
              evidence,
              suggestions: ['sluice infra up'],
            },
          ),
        ]),
    ...(text !== null && other !== null && neutral(text, from) !== neutral(other, to)
      ? [warn('The stacks were deployed from different templates.', {evidence, suggestions: ['sluice infra up']})]
      : []),
  ]
  return found.length > 0 ? found : [ok('Both stacks are of the same templates and parameters.', evidence)]
}

/** A root names its children by their objects in its own Region's bucket; their names hold a hash of their text. */
const neutral = (text: string, region: string): string => text.replaceAll(region, 'REGION').replaceAll('us-east-1', 'REGION')
const shown = (value: string | undefined): string => (value === undefined || value === '' ? 'nothing' : value)
