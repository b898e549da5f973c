/** The world of recoveries on AWS: the adapters, put together. It decides nothing, and calls nothing before a port is used. */
import type {RecoveryWorld} from '../../../runbooks/recovery/ports/recovery-world.ts'
import {ground} from '../ground.ts'
import {preflight} from '../preflight.ts'
import type {AwsSession} from '../session.ts'
import {slots} from '../slots.ts'
import {stacks} from '../stacks.ts'
import {stateBucketName, stateStore} from '../state-store.ts'
import {apiProbe} from './api-probe.ts'
import {cache} from './cache.ts'
import {compute} from './compute.ts'
import {databases} from './database.ts'
import {edge} from './edge.ts'
import {fence} from './fence.ts'
import {recoveryNames} from './names.ts'
import {readiness} from './readiness.ts'
import {runbookPorts} from './runbook-world.ts'
import {sandboxNames} from './sandbox-names.ts'
import {secrets} from './secrets.ts'
import {site} from './site.ts'
import {switches} from './switches.ts'

export interface RecoveryCaller {
  readonly account: string
  readonly arn: string
  /** Header that carries an answer's Region. */
  readonly regionHeader: string
}

/** `session`: of the recovery Region, which every port leaves for the Region it is given. */
export function recoveryWorld(session: AwsSession, {account, arn, regionHeader}: RecoveryCaller): RecoveryWorld {
  const names = session.sandbox === null ? null : sandboxNames(session.sandbox.endpoint)
  return {
    database: databases(session, account),
    api: apiProbe(session, regionHeader.toLowerCase(), names),
    names: recoveryNames(session, names),
    edge: edge(session),
    switches: switches(session),
    compute: compute(session),
    fence: fence(session),
    secrets: secrets(session),
    cache: cache(session),
    site: site(session),
    readiness: readiness(session),
    stacks: stacks(session),
    ground: ground(session, {account}),
    slots: slots(session),
    preflight: preflight(session, {arn}),
    own: runbookPorts(session, names),
    store: (region) => stateStore(session.inRegion(region), stateBucketName(account, region)),
  }
}
