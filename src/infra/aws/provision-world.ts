/** The world of provisioning on AWS: the adapters, put together. It decides nothing, and calls nothing before a port is used. */
import type {ProvisionWorld} from '../../runbooks/provision/ports.ts'
import {claims} from './claims.ts'
import {ground} from './ground.ts'
import {preflight} from './preflight.ts'
import type {AwsSession} from './session.ts'
import {slots} from './slots.ts'
import {stacks} from './stacks.ts'

/** `session` may be of any Region: every port names its own, and global services are asked from there. */
export function provisionWorld(session: AwsSession, caller: {readonly account: string; readonly arn: string}): ProvisionWorld {
  return {
    stacks: stacks(session),
    ground: ground(session, caller),
    slots: slots(session),
    claims: claims(session),
    preflight: preflight(session, caller),
  }
}
