/** Are users where everything thinks they are? A failover that isn't settled, or half of one, is the first thing to know. */
import {switchBucket} from '../place.ts'
import type {Place} from '../place.ts'
import type {RecoverySettings} from '../../../config/recovery-config.ts'
import type {Standing} from '../input.ts'
import {fail, ok, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check} from './looking.ts'

export const standing: Check = {
  id: 'standing',
  title: 'where users are',
  look: async ({world, place, settings, standing: written, signal}) => {
    const stop = await world.switches.read(place.recovery, switchBucket(place, place.recovery), 'stop', signal)
    return standingFindings(written, stop !== null, place, settings.flip)
  },
}

export function standingFindings(
  written: Standing | null,
  stopped: boolean,
  place: Pick<Place, 'home' | 'recovery' | 'service' | 'environment' | 'account'>,
  flip: RecoverySettings['flip'] = 'stop',
): readonly Found[] {
  const {home, recovery} = place
  const evidence = {region: written?.region ?? home, settled: written?.settled ?? true, stop: stopped}
  if (written !== null && !written.settled && written.region === home) {
    return [
      fail(
        `Users are home again (${written.run}), and the stacks aren't settled: infra up leaves edges and databases alone. `
          + `Until ${recovery} is a standby again, a failover gives users the database they left there, without what they wrote since.`,
        {evidence, suggestions: ['sluice dr resume', 'sluice dr settle', `sluice dr promote --unplanned (once ${home} is lost)`]},
      ),
    ]
  }
  // Once it is settled, the records themselves lead there, and `stop` is needed no more.
  if (written !== null && !written.settled && !stopped && flip === 'stop') {
    return [
      fail(
        `Users belong in ${written.region} (${written.run}), and the object stop isn't in its bucket: they are sent to ${home}, which doesn't take them.`,
        {
          evidence,
          suggestions: [
            'sluice dr status',
            `aws s3api put-object --region ${recovery} --bucket ${switchBucket(place, recovery)} --key stop`,
          ],
        },
      ),
    ]
  }
  if (written !== null && !written.settled) {
    return [
      fail(
        `Users have been in ${written.region} since ${new Date(written.since).toISOString().slice(0, 16)}Z (${written.run}), and the stacks aren't settled.`,
        {evidence, suggestions: ['sluice dr failback', 'sluice dr settle --stay']},
      ),
    ]
  }
  const away = (written?.region ?? home) !== home
  if (stopped && !away)
    return [
      fail(`The object stop sends users to ${recovery}, and no run says that they are there.`, {
        evidence,
        suggestions: ['sluice dr history', 'sluice dr resume'],
      }),
    ]
  if (away)
    return [
      warn(`Users are in ${recovery}, settled; the way back is a failback.`, {evidence, suggestions: ['sluice dr failback']}),
    ]
  if (written?.withdrawn !== undefined)
    return [
      fail(
        `Users are in ${home}, and the database in ${recovery} was promoted in vain (${new Date(written.withdrawn.at).toISOString().slice(0, 16)}Z): nobody can fail over to it.`,
        {evidence, suggestions: [`sluice dr failback --confirm ${place.environment}`]},
      ),
    ]
  return [ok(`Users are in ${home}.`, evidence)]
}

export const primaryRegion: Check = {
  id: 'primary-region',
  title: 'control planes',
  look: async ({from, settings}) => [regionFinding(from, settings.flip)],
}

/** Route 53, CloudFront and IAM are changed through us-east-1 alone. */
export function regionFinding(from: string, flip: RecoverySettings['flip']): Found {
  const evidence = {from, flip}
  if (flip === 'record' && from === 'us-east-1')
    return fail(
      'Users are in us-east-1 and are moved by changing records: the Region that is lost is the one that would have to change them.',
      {evidence, suggestions: ['put flip: stop under stack.recovery in sluice.yaml']},
    )
  if (flip === 'record')
    return warn('Users are moved by changing records and the distribution: both need us-east-1 to work.', {
      evidence,
      suggestions: ['put flip: stop under stack.recovery in sluice.yaml'],
    })
  if (from === 'us-east-1')
    return warn(
      "Users are in us-east-1: with it go the control planes of Route 53, CloudFront and IAM. Nothing that isn't there by then can be made.",
      {evidence, suggestions: ['sluice dr check --lint']},
    )
  return ok('Users are moved by one object in the recovery Region; no control plane of another Region is needed.', evidence)
}
