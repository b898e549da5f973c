/** The recovery Region follows: its stable slot gets the promoted revision. A failure there is told and never undoes anything. */
import {SluiceError} from '../../../errors.ts'
import {minutes} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld} from '../ports.ts'
import {textFact} from '../text-fact.ts'

export function carry(input: ReleaseInput): Step<ReleaseWorld> {
  const {recovery} = input.config
  const region = recovery?.region ?? ''
  const finding = recovery !== null && 'stack' in recovery ? ['cloudformation:DescribeStacks', 'elasticloadbalancing:DescribeRules', 'elasticloadbalancing:DescribeTags'] : []
  return {
    id: 'carry',
    title: `recovery Region${region === '' ? '' : ` ${region}`} follows`,
    needs: ['release-scale-in'],
    calls: [
      ...finding, 'ecs:DescribeServices', 'ecs:DescribeTaskDefinition', 'ecs:ListTaskDefinitions', 'ecs:RegisterTaskDefinition', 'ecs:UpdateService', 'iam:PassRole',
    ].map((action) => ({action, region})),
    deadlineMs: minutes(5),
    atDeadline: 'pause',
    observe: async (world) => (world.recovery === null ? {kind: 'done', note: 'no recovery Region configured'} : {kind: 'not-done'}),
    start: async (world, context) => {
      try {
        const taskDefinition = textFact(context.facts('register'), 'taskDefinition')
        const carried = await world.recovery?.carry({taskDefinition, image: input.image}, context.signal)
        return {facts: {note: carried?.note ?? ''}}
      } catch (error) {
        if (error instanceof SluiceError) return {facts: {note: `it did NOT follow: ${error.message}`}}
        throw error
      }
    },
    poll: async (_world, {own}) => ({kind: 'done', note: textFact(own, 'note')}),
  }
}
