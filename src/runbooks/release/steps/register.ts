/** Registers the new revision, or finds the identical one that is already there. Nothing runs yet. */
import {seconds} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import {call} from '../calls.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld} from '../ports.ts'
import {textFact} from '../text-fact.ts'

export function register(input: ReleaseInput): Step<ReleaseWorld> {
  return {
    id: 'register',
    title: `revision with ${input.image}`,
    needs: ['arm'],
    calls: call(input, 'ecs:DescribeTaskDefinition', 'ecs:ListTaskDefinitions', 'ecs:RegisterTaskDefinition', 'iam:PassRole'),
    deadlineMs: seconds(300),
    atDeadline: 'fail',
    observe: async () => ({kind: 'not-done'}),
    start: async (world, context) => {
      const {taskDefinition, reused} = await world.revisions.withImage(input.fromTaskDefinition, input.image, context.signal)
      return {facts: {taskDefinition, reused}}
    },
    poll: async (_world, {own}) => ({
      kind: 'done',
      facts: own,
      note: `${textFact(own, 'taskDefinition').split('/').at(-1)}${own['reused'] === true ? ', reused' : ''}`,
    }),
  }
}
