/**
 * Users are refused between the fence and the flip of a planned move, and the Region with state, lease and journal is gone: the tool may
 * start nothing without them, so a person gives users back by hand. The commands put back exactly what the fence found, as this process
 * still knows it, in the order of the fence's own way back: database, tasks, users. Pure.
 */
import type {Event} from '../runbooks/engine/event.ts'
import {runState} from '../runbooks/engine/run-state.ts'
import {recoveryInput} from '../runbooks/recovery/find-recovery.ts'
import type {Side} from '../runbooks/recovery/input.ts'
import type {FencedBefore} from '../runbooks/recovery/steps/fence.ts'
import {closed} from '../runbooks/recovery/steps/fence.ts'

/** Lines to print; null: nobody is refused, or has been sent elsewhere, or what stood before isn't known. */
export function openByHand(run: string, events: readonly Event[]): readonly string[] | null {
  const input = recoveryInput(events)
  if (input?.kind !== 'promote' || input.mode !== 'planned' || input.from === null) return null
  const {steps, facts} = runState(events)
  const fence = steps.get('fence')
  const before = facts.get('fence')?.['before'] as unknown as FencedBefore | undefined
  const isBack = fence?.kind === 'done' && fence.how === 'undone'
  if (fence === undefined || isBack || before === undefined || steps.has('flip')) return null
  const {home, recovery} = input.place
  return [
    `Users of ${home} are refused, everything of theirs is there, and nobody has been sent to ${recovery}. While ${recovery} is silent, this`
      + ' gives them back, in this order:',
    ...commands(input.from, before).map((command) => `  ${command}`),
    `When ${recovery} answers again: sluice dr resume ${run} --withdraw. Never without --withdraw: users have written in ${home} since.`,
  ]
}

function commands(
  {region, cluster, databaseGroup, targetGroups}: Side,
  {rule, weights, services, ingress}: FencedBefore,
): readonly string[] {
  const serving = services.filter(({desired}) => desired > 0)
  const forward = [
    {
      Type: 'forward',
      ForwardConfig: {
        TargetGroups: [
          {TargetGroupArn: targetGroups.a, Weight: weights?.a ?? 100},
          {TargetGroupArn: targetGroups.b, Weight: weights?.b ?? 0},
        ],
      },
    },
  ]
  return [
    ...(closed(ingress)
      ? []
      : [
          `aws ec2 authorize-security-group-ingress --region ${region} --group-id ${databaseGroup} --ip-permissions '${ingress}'`,
        ]),
    ...serving.flatMap(({name, desired, bounds}) => [
      ...(bounds === null
        ? []
        : [
            `aws application-autoscaling register-scalable-target --region ${region} --service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id service/${cluster}/${name} --min-capacity ${bounds.min} --max-capacity ${bounds.max}`,
          ]),
      `aws ecs update-service --region ${region} --cluster ${cluster} --service ${name} --desired-count ${desired}`,
    ]),
    ...(serving.length === 0
      ? []
      : [
          `aws ecs wait services-stable --region ${region} --cluster ${cluster} --services ${serving.map(({name}) => name).join(' ')}`,
        ]),
    ...(rule === null || weights === null
      ? []
      : [`aws elbv2 modify-rule --region ${region} --rule-arn ${rule} --actions '${JSON.stringify(forward)}'`]),
  ]
}
