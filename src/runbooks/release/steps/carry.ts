/**
 * The recovery Region follows: its stable slot gets the promoted revision, by digest, and its state what production has now. A
 * failure there is told, seen by readiness, and never undoes anything.
 */
import {SluiceError} from '../../../errors.ts'
import {minutes} from '../../engine/clock.ts'
import {StoreUnavailable} from '../../engine/store.ts'
import type {Call, Step, StepContext} from '../../engine/step.ts'
import {Unavailable} from '../../engine/unavailable.ts'
import {callsOf} from '../../recovery/port-calls.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld} from '../ports.ts'
import {textFact} from '../text-fact.ts'

/** A Region that is lost answers no sooner for being waited for, and the promotion is done. */
const patienceMs = minutes(2)

export function carry(input: ReleaseInput): Step<ReleaseWorld> {
  const region = input.config.recovery?.region ?? ''
  return {
    id: 'carry',
    title: `recovery Region${region === '' ? '' : ` ${region}`} follows`,
    needs: ['release-scale-in'],
    calls: callsThere(input),
    deadlineMs: minutes(5),
    atDeadline: 'pause',
    observe: async (world) =>
      world.recovery === null ? {kind: 'done', note: 'no recovery Region configured'} : {kind: 'not-done'},
    start: async (world, context) => {
      const taskDefinition = textFact(context.facts('register'), 'taskDefinition')
      const {digest} = context.facts('canary-tasks')
      const from = {taskDefinition, image: input.image, digest: typeof digest === 'string' ? digest : null}
      const carried = await told(
        'it did NOT follow',
        context,
        async () => (await world.recovery?.carry(from, context.signal))?.note ?? '',
      )
      const noted = await told(
        'capacity not noted',
        context,
        async () => (await world.recovery?.noteCapacity(input.by, context.signal))?.note ?? '',
      )
      return {facts: {note: [carried, noted].filter((note) => note !== '').join('; ')}}
    },
    poll: async (_world, {own}) => ({kind: 'done', note: textFact(own, 'note')}),
  }
}

/** What can't be done there is a sentence. What isn't known is asked again for a while. */
async function told(how: string, {now, startedAt}: StepContext, action: () => Promise<string>): Promise<string> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof SluiceError) return `${how}: ${error.message}`
    const isUnavailable = error instanceof Unavailable || error instanceof StoreUnavailable
    if (isUnavailable && now - startedAt > patienceMs) return `${how}: ${error.message}`
    throw error
  }
}

function callsThere({config: {recovery, region: home}}: ReleaseInput): readonly Call[] {
  const region = recovery?.region ?? ''
  const rolling = [
    'ecs:DescribeServices',
    'ecs:DescribeTaskDefinition',
    'ecs:ListTaskDefinitions',
    'ecs:RegisterTaskDefinition',
    'ecs:UpdateService',
    'iam:PassRole',
    'ecr:DescribeImages',
  ]
  const carrying = rolling.map((action) => ({action, region}))
  if (recovery === null || !('stack' in recovery)) return carrying
  const finding = [region, home].flatMap((where) =>
    ['cloudformation:DescribeStacks', 'elasticloadbalancing:DescribeRules', 'elasticloadbalancing:DescribeTags'].map(
      (action) => ({action, region: where}),
    ),
  )
  const asking = callsOf(
    home,
    'compute.hosts',
    'compute.service',
    'compute.image',
    'readiness.runningDigest',
    'database.describe',
  )
  return [...carrying, ...finding, ...asking, ...callsOf(region, 'store.write')]
}
