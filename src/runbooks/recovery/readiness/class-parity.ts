/** Would the promoted database be the old primary's equal, and could it be had there? */
import type {CapacitySnapshot} from '../input.ts'
import type {DatabaseState} from '../ports/database-port.ts'
import {fail, ok, unknown, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check, Looking} from './looking.ts'

/** What the primary is, or was when it could last be asked. */
async function primaryShape({
  primary,
  capacity,
}: Looking): Promise<Pick<CapacitySnapshot['database'], 'class' | 'multiAz'> | null> {
  const asked = await primary().catch(() => null)
  return asked ?? (await capacity().catch(() => null))?.database ?? null
}

export const classParity: Check = {
  id: 'class-parity',
  title: 'size of the replica',
  look: async (looking) => {
    const [wanted, replica] = await Promise.all([primaryShape(looking), looking.replica()])
    if (replica === null) return []
    if (wanted === null) return [unknown('Neither the primary nor a capacity snapshot says what size the database has.')]
    return [classFinding(wanted.class, replica)]
  },
}

const sizes = [
  'micro',
  'small',
  'medium',
  'large',
  'xlarge',
  '2xlarge',
  '4xlarge',
  '8xlarge',
  '12xlarge',
  '16xlarge',
  '24xlarge',
  '32xlarge',
  '48xlarge',
]
const sizeOf = (dbClass: string): number => sizes.indexOf(dbClass.split('.')[2] ?? '')

/** A class change takes 5 to 15 minutes of a Single-AZ database (20 of wall time were measured). */
const classChangeMinutes = 12

export function classFinding(
  wanted: string,
  {id, class: present, region}: Pick<DatabaseState, 'id' | 'class' | 'region'>,
): Found {
  const evidence = {primary: wanted, replica: present}
  if (wanted === present) return ok(`The replica has the primary's class, ${present}.`, evidence)
  const steps = sizeOf(wanted) - sizeOf(present)
  const suggestions = [
    `aws rds modify-db-instance --region ${region} --db-instance-identifier ${id} --db-instance-class ${wanted} --apply-immediately`,
  ]
  if (sizeOf(present) !== -1 && sizeOf(wanted) !== -1 && steps < 0)
    return ok(`The replica is larger (${present}) than the primary (${wanted}).`, evidence)
  const how =
    steps > 0 && sizeOf(present) !== -1
      ? `${steps} size${steps === 1 ? '' : 's'} smaller (${present}, the primary ${wanted})`
      : `of another class (${present}, the primary ${wanted})`
  return warn(`The replica is ${how}: it lags more easily, and has to be resized before it carries everyone.`, {
    rtoMinutes: classChangeMinutes,
    evidence,
    suggestions,
  })
}

export const classOffered: Check = {
  id: 'class-offered',
  title: 'class in the zones',
  look: async (looking) => {
    const {world, to, signal} = looking
    const [wanted, replica] = await Promise.all([primaryShape(looking), looking.replica()])
    if (replica === null) return []
    const dbClass = wanted?.class ?? replica.class
    const zones = await world.database.orderable(
      to,
      {engine: replica.engine, version: replica.engineVersion, class: dbClass},
      signal,
    )
    return [offeredFinding(dbClass, replica, zones)]
  },
}

export function offeredFinding(
  dbClass: string,
  {region, engine, engineVersion, zones}: Pick<DatabaseState, 'region' | 'engine' | 'engineVersion' | 'zones'>,
  offered: readonly string[],
): Found {
  const lacking = zones.filter((zone) => !offered.includes(zone))
  const what = `${dbClass} with ${engine} ${engineVersion}`
  const evidence = {class: dbClass, zones, offered}
  if (offered.length === 0 || (zones.length > 0 && lacking.length === zones.length)) {
    return fail(
      `${what} can't be had in any zone of the replica's subnets in ${region}${offered.length === 0 ? '' : ` (only in ${offered.join(', ')})`}: a resize there would fail.`,
      {
        evidence,
        suggestions: [
          `aws rds describe-orderable-db-instance-options --region ${region} --engine ${engine} --db-instance-class ${dbClass}`,
        ],
      },
    )
  }
  if (lacking.length > 0) return warn(`${what} isn't offered in ${lacking.join(', ')}: no standby in the other zone.`, {evidence})
  return ok(`${what} is offered in ${zones.length > 0 ? zones.join(' and ') : offered.join(', ')}.`, evidence)
}

export const multiAz: Check = {
  id: 'multi-az',
  title: 'standby in a second zone',
  look: async (looking) => {
    const [wanted, replica] = await Promise.all([primaryShape(looking), looking.replica()])
    if (replica === null) return []
    if (wanted === null) return [unknown('Neither the primary nor a capacity snapshot says whether it is Multi-AZ.')]
    const evidence = {primary: wanted.multiAz, replica: replica.multiAz}
    if (wanted.multiAz && !replica.multiAz) {
      // The standby is made after users are served: it costs no RTO, but hours in which a zone may take the database along.
      return [
        warn(
          "The primary is Multi-AZ and the replica isn't: after a failover one zone is all there is until the standby is made.",
          {
            evidence,
            suggestions: ['put MultiAz: true under stack.recovery.parameters in sluice.yaml'],
          },
        ),
      ]
    }
    return [
      ok(
        replica.multiAz ? 'The replica has a standby in a second zone.' : 'Neither the primary nor the replica is Multi-AZ.',
        evidence,
      ),
    ]
  },
}
