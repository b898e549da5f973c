/**
 * The names that users come by: how long resolvers keep the old address, and whether the records do what a failover expects of them:
 * only the object `stop` moves anybody, and the check that looks for it can read its bucket.
 */
import {controlPlaneOf} from '../port-calls.ts'
import {switchBucket} from '../place.ts'
import type {Place} from '../place.ts'
import type {NameAnswer, RecordState} from '../ports/names-port.ts'
import {fail, ok, unknown, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check, Looking} from './looking.ts'

const goodTtlSeconds = 60

export const ttl: Check = {
  id: 'dns-ttl',
  title: "TTL of the API's name",
  look: async ({world, place, signal}) => [ttlFinding(await world.names.resolve(place.api, signal), place.api)],
}

export function ttlFinding(answers: readonly NameAnswer[], name: string): Found {
  const authoritative = answers.filter(({kind}) => kind === 'authoritative')
  // A resolver counts down what it was told: only the zone's own servers say how long the name is kept.
  const told = authoritative.flatMap(({ttlSeconds, addresses}) =>
    ttlSeconds === null || (addresses ?? []).length === 0 ? [] : [ttlSeconds],
  )
  const silent = authoritative.filter(({addresses}) => addresses === null).map(({server}) => server)
  const evidence = {ttlSeconds: told, silent}
  if (told.length === 0) {
    if (authoritative.some(({addresses}) => addresses?.length === 0))
      return fail(`The zone's servers know no address of ${name}.`, {evidence, suggestions: ['sluice infra up']})
    return unknown(`No server of the zone answered for ${name}.`, {evidence})
  }
  const longest = Math.max(...told)
  if (longest > goodTtlSeconds) {
    return warn(
      `TTL ${longest}: resolvers keep the old address of ${name} that long after a flip; ${goodTtlSeconds} s is usual.`,
      {
        rtoMinutes: Math.round((longest - goodTtlSeconds) / 60),
        evidence,
        suggestions: [`give ${name} a TTL of 60 seconds, or an alias record`],
      },
    )
  }
  if (silent.length > 0) return warn(`${silent.join(', ')} didn't answer for ${name}.`, {evidence})
  return ok(`${name} is kept for ${longest} s.`, evidence)
}

export const records: Check = {
  id: 'dns-records',
  title: 'failover records',
  look: async (looking) => {
    const {world, place, signal} = looking
    if (place.hostedZone === '')
      return [
        warn(`The zone of ${place.api} is elsewhere: nobody but its owner can move users.`, {
          suggestions: ['name the zone as stack.hostedZone in sluice.yaml, or agree on a procedure with whoever has it'],
        }),
      ]
    const all = await world.names.records(place.hostedZone, place.api, signal)
    const primary = all.find(({failover}) => failover === 'PRIMARY')
    const check = primary?.healthCheck == null ? null : await world.names.healthCheck(primary.healthCheck, signal)
    return recordFindings(all, check, place)
  },
}

export function recordFindings(
  all: readonly RecordState[],
  check: {readonly inverted: boolean; readonly healthy: boolean} | null,
  {api, home}: Pick<Place, 'api' | 'home'>,
): readonly Found[] {
  const [primary, secondary] = (['PRIMARY', 'SECONDARY'] as const).map((role) => all.find(({failover}) => failover === role))
  const evidence = {
    records: all.map(({setIdentifier, failover, healthCheck}) => ({set: setIdentifier, failover, healthCheck})),
    inverted: check?.inverted ?? null,
    healthy: check?.healthy ?? null,
  }
  if (primary === undefined || secondary === undefined) {
    return [
      fail(`${api} has no ${primary === undefined ? 'PRIMARY' : 'SECONDARY'} record: the object stop would move nobody.`, {
        evidence,
        suggestions: ['sluice infra up'],
      }),
    ]
  }
  // A server answers an alias with its own TTL; a CNAME of somebody's, or a record with values, keeps the one that it was given.
  const slow = all.filter(({ttlSeconds}) => ttlSeconds !== null && ttlSeconds > goodTtlSeconds)
  const found = [
    ...slow.map(({type, ttlSeconds}) =>
      warn(
        `The ${type} record of ${api} has a TTL of ${ttlSeconds ?? 0} s: who has asked keeps the old Region that long after a flip.`,
        {
          rtoMinutes: Math.round(((ttlSeconds ?? 0) - goodTtlSeconds) / 60),
          evidence,
          suggestions: [`give ${api} an alias record, or a TTL of ${goodTtlSeconds} seconds`],
        },
      ),
    ),
    ...[primary, secondary]
      .filter(({aliasTo}) => aliasTo?.evaluatesHealth === true)
      .map(({failover}) =>
        fail(`${failover} of ${api} evaluates target health: a broken canary could move users to a read-only database.`, {
          evidence,
          suggestions: ['sluice infra drift', 'set EvaluateTargetHealth of that record to false'],
        }),
      ),
    ...(primary.healthCheck === null
      ? [fail(`PRIMARY of ${api} has no health check: it is always healthy, and the object stop would move nobody.`, {evidence})]
      : []),
    ...(secondary.healthCheck === null
      ? []
      : [
          fail(
            `SECONDARY of ${api} has a health check (${secondary.healthCheck}): when both are unhealthy, Route 53 answers as if all were healthy.`,
            {evidence},
          ),
        ]),
    ...(primary.healthCheck !== null && check === null
      ? [fail(`The health check ${primary.healthCheck} of ${api} doesn't exist.`, {evidence})]
      : []),
    ...(check !== null && !check.inverted
      ? [
          fail(
            `The health check of ${api}'s PRIMARY isn't inverted: it looks at something else than the absence of the object stop.`,
            {evidence},
          ),
        ]
      : []),
    ...(check !== null && check.inverted && !check.healthy
      ? [
          fail(`The stop check is unhealthy: Route 53 sends users away from ${home} now.`, {
            evidence,
            suggestions: ['sluice dr status'],
          }),
        ]
      : []),
  ]
  return found.length > 0 ? found : [ok(`Only the object stop moves users of ${api}.`, evidence)]
}

export const alive: Check = {
  id: 'switch-readable',
  title: 'switch bucket',
  look: async (looking) => {
    const {world, place, signal} = looking
    if (place.hostedZone === '') return []
    const bucket = switchBucket(place, place.recovery)
    const [body, check] = await Promise.all([world.switches.read(place.recovery, bucket, 'alive', signal), aliveCheck(looking)])
    return [aliveFinding(body, check, bucket)]
  },
}

/** Its id is what the certificate's stack watches it by. */
async function aliveCheck({
  world,
  place,
  from,
  signal,
}: Looking): Promise<{readonly inverted: boolean; readonly healthy: boolean} | null | 'not-named'> {
  const stack = await world.stacks.describe(
    {name: `${place.service}-${place.environment}-certificate`, region: controlPlaneOf(from)},
    signal,
  )
  const id = stack?.parameters['AliveCheckId'] ?? ''
  return id === '' ? 'not-named' : world.names.healthCheck(id, signal)
}

export function aliveFinding(
  body: string | null,
  check: {readonly healthy: boolean} | null | 'not-named',
  bucket: string,
): Found {
  const evidence = {bucket, alive: body !== null, healthy: typeof check === 'object' ? (check?.healthy ?? null) : null}
  if (body === null)
    return fail(`The object alive isn't in ${bucket}: nothing proves that Route 53 could read stop there.`, {
      evidence,
      suggestions: ['sluice infra up'],
    })
  if (check === 'not-named' || check === null)
    return unknown(
      "The health check on the object alive isn't to be found: whether Route 53 can read the switch bucket isn't known.",
      {evidence, suggestions: ['sluice infra up']},
    )
  if (!check.healthy)
    return fail(`Route 53 can't read ${bucket}: the object stop would not be seen.`, {
      evidence,
      suggestions: ["look at the bucket's policy: its ranges of health checkers, its encryption (SSE-S3 only)"],
    })
  return ok(`Route 53 reads ${bucket}.`, evidence)
}
