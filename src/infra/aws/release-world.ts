/** The world of a release on AWS: the adapters, put together from one configuration. It decides nothing. */
import {releaseTarget} from '../../config/release-target.ts'
import type {ReleaseConfig} from '../../config/release-config.ts'
import type {ReleaseWorld} from '../../runbooks/release/ports.ts'
import {deadMansSwitch} from './dead-mans-switch.ts'
import {liveRule} from './live-rule.ts'
import {otherRules} from './other-rules.ts'
import {metrics} from './metrics.ts'
import {recoveryFollower} from './recovery-follower.ts'
import {revisions} from './revisions.ts'
import type {AwsSession} from './session.ts'
import {slotScaling} from './slot-scaling.ts'
import {slotServices} from './slot-services.ts'
import {targets} from './targets.ts'

/** `session` is one of the configuration's Region. Nothing is called before a port is used. */
export function releaseWorld(config: ReleaseConfig, session: AwsSession, {account}: {readonly account: string}): ReleaseWorld {
  const groups = {a: config.slots.a.targetGroup, b: config.slots.b.targetGroup}
  const services = {a: config.slots.a.service, b: config.slots.b.service}
  const scaling = {cluster: config.cluster, services}
  const {deadLetterQueue, group} = config.deadMansSwitch
  const role = config.deadMansSwitch.role ?? `arn:${session.partition}:iam::${account}:role/sluice-switch`
  return {
    rule: liveRule(session, config.rule, groups),
    otherRules: (signal) => otherRules(session, {loadBalancer: config.loadBalancer, rule: config.rule, groups}, signal),
    targets: targets(session, groups),
    slots: slotServices(session, {cluster: config.cluster, services, container: config.container}),
    revisions: revisions(session, config.container),
    scaling: slotScaling(session, scaling),
    metrics: metrics(session, {loadBalancer: config.loadBalancer, groups, gates: config.gates}),
    deadMansSwitch: deadMansSwitch(session, {
      service: releaseTarget(config),
      rule: config.rule,
      groups,
      scaling,
      role,
      deadLetterQueue,
      group,
    }),
    awsTime: () => session.awsTime(),
    recovery:
      config.recovery === null
        ? null
        : recoveryFollower(session.inRegion(config.recovery.region), {
            target: config.recovery,
            container: config.container,
            account,
            service: config.service,
            environment: config.environment,
            home: config.region,
          }),
  }
}
