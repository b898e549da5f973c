/**
 * Whether the zones that the stack takes have the types that it asks for. A group of hosts takes its second type where the first
 * isn't to be had; a database has one class.
 */
import type {Finding, WantedStack} from './infra-plan.ts'
import type {Checking} from './preflight.ts'

type Parameters = WantedStack['then']

/** One need: any of these types, in all (or one) of these zones. */
interface Need {
  readonly what: string
  readonly types: readonly string[]
  readonly zones: readonly string[]
  readonly where: 'in-each' | 'in-one'
  readonly parameter: string
}

export async function offerFindings({wanted, world, read, signal}: Checking): Promise<readonly Finding[]> {
  const mains = wanted.filter(({kind}) => kind === 'main')
  const found = await Promise.all(
    mains.map(async (main) => {
      const {region} = main
      const zones = await read(() => world.preflight.zones(region, signal))
      const chosen = [zones[Number(main.then['ZoneIndexA'] ?? 0)], zones[Number(main.then['ZoneIndexB'] ?? 1)]].filter(
        (zone) => zone !== undefined,
      )
      if (chosen.length < 2) {
        return [
          {
            id: 'zones',
            level: 'stops' as const,
            text: `${region} has ${zones.length} zones for this account; the stack takes the ones at ZoneIndexA and ZoneIndexB.`,
            suggestions: [`set ZoneIndexA and ZoneIndexB below ${zones.length} under stack.parameters`],
          },
        ]
      }
      const needs = needsOf(main.then, wanted.find(({kind, region: at}) => kind === 'replica' && at === region)?.then, chosen)
      const offered = await read(() =>
        world.preflight.offeredTypes(region, [...new Set(needs.flatMap(({types}) => types))], signal),
      )
      return needs.flatMap((need) => judge(region, need, offered, zones))
    }),
  )
  return found.flat()
}

function needsOf(main: Parameters, replica: Parameters | undefined, zones: readonly string[]): readonly Need[] {
  const types = (...names: readonly string[]): readonly string[] => [
    ...new Set(names.map((name) => main[name] ?? '').filter((type) => type !== '')),
  ]
  const database = main['HasDatabase'] === 'true' ? main['DatabaseClass'] : replica?.['InstanceClass']
  const needs: readonly Need[] = [
    {what: 'API hosts', types: types('InstanceType', 'FallbackInstanceType'), zones, where: 'in-each', parameter: 'InstanceType'},
    {
      what: 'the Prometheus host',
      types: types('PrometheusInstanceType', 'PrometheusFallbackInstanceType'),
      zones: zones.slice(0, 1),
      where: 'in-each',
      parameter: 'PrometheusInstanceType',
    },
    {
      what: 'the database',
      types: database === undefined ? [] : [database],
      zones,
      parameter: 'DatabaseClass',
      where: main['HasDatabase'] === 'true' && main['MultiAz'] === 'true' ? 'in-each' : 'in-one',
    },
  ]
  return needs.filter((need) => need.types.length > 0)
}

function judge(
  region: string,
  {what, types, zones, where, parameter}: Need,
  offered: Readonly<Record<string, readonly string[]>>,
  all: readonly string[],
): readonly Finding[] {
  const has = (type: string, zone: string): boolean => offered[type]?.includes(zone) === true
  const without = zones.filter((zone) => !types.some((type) => has(type, zone)))
  if (where === 'in-each' ? without.length > 0 : without.length === zones.length) {
    const places = types.map((type) => `${type}: ${(offered[type] ?? []).join(', ') || 'none'}`).join('; ')
    return [
      {
        id: 'instance-types',
        level: 'stops',
        text: `${without.join(', ')} of ${region} has no ${types.join(' or ')} for ${what}.`,
        suggestions: [
          `choose zones that have it with stack.parameters ZoneIndexA and ZoneIndexB (${all.join(', ')} are 0 to `
            + `${all.length - 1}; ${places})`,
          `or set stack.parameters ${parameter}`,
        ],
      },
    ]
  }
  const [first] = types
  const second = zones.filter((zone) => first !== undefined && !has(first, zone))
  if (where === 'in-one' || second.length === 0)
    return [{id: 'instance-types', level: 'ok', text: `${types.join(', ')} for ${what} in ${region}.`, suggestions: []}]
  return [
    {
      id: 'instance-types',
      level: 'warns',
      text: `${second.join(', ')} of ${region} has no ${first}: ${what} there are ${types.slice(1).join(' or ')}.`,
      suggestions: [`set stack.parameters ${parameter} to a type that every zone has`],
    },
  ]
}
