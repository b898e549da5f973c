/** Is there a replica that RDS would promote? What would make it refuse, or make the promotion end badly, each in its own words. */
import {databaseArn} from '../place.ts'
import type {Place} from '../place.ts'
import type {DatabaseState} from '../ports/database-port.ts'
import {nameOfLeft} from '../reopening.ts'
import {fail, ok, unknown, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check} from './looking.ts'

export const replicaState: Check = {
  id: 'replica-state',
  title: 'replica',
  look: async ({place, from, to, replica, standing}) => {
    const state = await replica()
    const run = nameOfLeft(standing, place)
    return run !== null && (state === null || state.source === null)
      ? [notAgainYet(run, place)]
      : replicaFindings(state, place, from, to)
  },
}

/** What users left stands there, under its own name or set aside: nothing may be made in its place by anything but that run. */
const notAgainYet = (run: string, {home, recovery, database}: Place): Found =>
  fail(`${database} in ${recovery} is no replica of ${home} again yet: ${run} is making it one, after users went home.`, {
    suggestions: [`sluice dr resume ${run}`, `sluice dr promote --unplanned (once ${home} is lost)`],
  })

/** States in which RDS has given up on an instance. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html */
const lost =
  /^(failed|inaccessible-encryption-credentials.*|incompatible-(create|credentials|network|parameters|restore)|upgrade-failed|modify-failed)$/

export function replicaFindings(
  state: DatabaseState | null,
  place: Pick<Place, 'account' | 'database'> & Place,
  from: string,
  to: string,
): readonly Found[] {
  if (state === null)
    return [fail(`There is no database ${place.database} in ${to}.`, {suggestions: ['sluice infra up --only recovery']})]
  const evidence = {status: state.status, source: state.source, replication: state.replication?.status ?? null}
  if (state.source === null) {
    return [
      fail(`${place.database} in ${to} is nobody's replica (any more): it has been promoted, or was never one.`, {
        evidence,
        suggestions: ['sluice dr status', 'sluice dr settle'],
      }),
    ]
  }
  if (!sameDatabase(state.source, place, from)) {
    return [
      fail(`${place.database} in ${to} replicates ${state.source}, and not ${databaseArn(place, from)}.`, {
        evidence,
        suggestions: ['sluice infra drift'],
      }),
    ]
  }
  return [...instanceFindings(state, evidence), replicationFinding(state, evidence, from)]
}

/** RDS names a source in another Region by its ARN, whatever the partition. */
const sameDatabase = (source: string, place: Place, region: string): boolean =>
  source.split(':').slice(2).join(':') === databaseArn(place, region).split(':').slice(2).join(':')

function instanceFindings({status, id, region}: DatabaseState, evidence: Found['evidence'] = {}): readonly Found[] {
  if (status === 'available') return []
  if (status === 'backing-up') {
    return [
      fail(`${id} is backing-up: RDS refuses to promote a replica while a backup of it is being taken.`, {
        evidence,
        suggestions: [
          'wait until it is available again',
          'take backups of the replica at another hour, or none before it is promoted',
        ],
      }),
    ]
  }
  if (status === 'storage-full') {
    return [
      fail(`${id} has no storage left: replication stands still, and a promoted database would take no writes.`, {
        evidence,
        rtoMinutes: 10,
        suggestions: [
          `aws rds modify-db-instance --region ${region} --db-instance-identifier ${id} --allocated-storage GIB --apply-immediately`,
        ],
      }),
    ]
  }
  if (lost.test(status))
    return [
      fail(`${id} is ${status}: RDS can't promote it, and it doesn't mend itself.`, {
        evidence,
        suggestions: [`aws rds describe-events --region ${region} --source-type db-instance --source-identifier ${id}`],
      }),
    ]
  return [warn(`${id} is ${status}: RDS promotes an available replica only.`, {evidence, rtoMinutes: 5})]
}

function replicationFinding({replication, id, region}: DatabaseState, evidence: Found['evidence'] = {}, from = ''): Found {
  if (replication === null) return unknown(`RDS says nothing about the replication of ${id}.`, {evidence})
  const why = replication.message === '' ? '' : ` (${replication.message})`
  switch (replication.status) {
    case 'replicating':
      return ok(`${id} replicates ${from}.`, evidence)
    case 'terminated':
      return fail(
        `Replication of ${id} is terminated${why}: RDS doesn't take it up again. Only a new replica helps, and making one can take hours.`,
        {
          evidence,
          suggestions: ['make a new one, as "A replica that is beyond help" in docs/recovery.md says'],
        },
      )
    case 'stopped':
      return fail(`Replication of ${id} is stopped${why}; RDS terminates it after 30 days.`, {
        evidence,
        suggestions: ['start it again in the database, as docs/recovery.md says'],
      })
    case 'error':
      return fail(`Replication of ${id} has an error${why}: what is written now would be lost.`, {
        evidence,
        suggestions: [`aws rds describe-events --region ${region} --source-type db-instance --source-identifier ${id}`],
      })
    default:
      return warn(`Replication of ${id} is ${replication.status}${why}.`, {evidence})
  }
}
