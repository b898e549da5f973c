/**
 * One Region's part in a recovery, as its stacks tell it: outputs of its main stack, and what it published as parameters. Only
 * that Region is asked. What isn't built is null; a stack without what a recovery needs is said by name.
 */
import {ExitCode, SluiceError} from '../../../errors.ts'
import type {Side} from '../../../runbooks/recovery/input.ts'
import type {Place} from '../../../runbooks/recovery/place.ts'
import type {RecoveryWorld} from '../../../runbooks/recovery/ports/recovery-world.ts'

type Asked = Pick<RecoveryWorld, 'stacks' | 'ground' | 'fence' | 'secrets'>
type Signal = AbortSignal | undefined

const parameterOf = ({service, environment}: Place, name: string): string => `/${service}/${environment}/sluice/${name}`
/** The database's credentials have the same name in both Regions. */
const secretName = ({service, environment}: Place): string => `${service}/${environment}/database`

/** null: no main stack there. */
export async function readSide(world: Asked, place: Place, region: string, signal?: Signal): Promise<Side | null> {
  const main = await world.stacks.describe({name: place.stacks.main, region}, signal)
  if (main === null) return null
  const need = (name: string): string => {
    const value = main.outputs[name]
    if (value === undefined) throw unfinished(place.stacks.main, region, `is ${main.status} and has no output ${name}`)
    return value
  }
  const targetGroups = {a: need('TargetGroupA'), b: need('TargetGroupB')}
  const listener = need('ListenerArn')
  const groupName = parameterOf(place, 'database-group')
  const [rule, parameters, secret, surge] = await Promise.all([
    world.fence.liveRule(region, listener, targetGroups, signal),
    world.ground.parameters(region, [groupName], signal),
    world.secrets.describe(region, secretName(place), signal),
    place.shape === 'pilot-light' && region === place.recovery
      ? world.stacks.describe({name: place.stacks.surge, region}, signal)
      : null,
  ])
  const databaseGroup = parameters[groupName]
  if (databaseGroup === undefined) throw unfinished(place.stacks.main, region, `hasn't published ${groupName}`)
  return {
    region,
    cluster: need('ClusterName'),
    hosts: need('HostsName'),
    listener,
    loadBalancer: need('LoadBalancerArn'),
    targetGroups,
    serving: servingSlot(rule?.forwards ?? null),
    databaseGroup,
    taskGroup: need('TaskSecurityGroup'),
    secret: secret?.arn ?? null,
    cache: main.outputs['CacheId'] ?? surge?.outputs['ReplicationGroupId'] ?? null,
    topic: main.outputs['TopicArn'] ?? null,
  }
}

const servingSlot = (weights: {readonly a: number; readonly b: number} | null): Side['serving'] =>
  weights !== null && weights.b > weights.a ? 'b' : 'a'

function unfinished(stack: string, region: string, what: string): SluiceError {
  return new SluiceError({
    code: 'stack-unfinished',
    exitCode: ExitCode.usage,
    message: `The stack ${stack} in ${region} ${what}: nobody can recover to it yet.`,
    suggestions: ['sluice infra up', 'sluice infra status'],
  })
}
