/**
 * What already stands and would make `infra up` do harm, or fail half way: a part that needs what isn't there, a recovery Region
 * that sluice.yaml forgot, a surge in the way of another shape. It only reads.
 */
import type {Finding} from './infra-plan.ts'
import type {Checking} from './preflight.ts'
import {rootName} from './stack-tree.ts'
import {isComplete} from './way-on.ts'

const stops = (id: string, text: string, ...suggestions: readonly string[]): Finding => ({id, level: 'stops', text, suggestions})

/** Of `--only`: what is made is made of what the other part has. */
export async function needFindings({config, wanted, missing, world, read, signal}: Checking): Promise<readonly Finding[]> {
  const chosen = new Set(wanted.map(({id}) => id))
  const outside = [...new Set(missing.flatMap(({needs}) => needs.map((need) => need.replace(/\.then$/, ''))))].filter(
    (id) => !chosen.has(id),
  )
  const lacking = await Promise.all(
    outside.map(async (id) => {
      const [kind, region = ''] = id.split('@')
      const state = await read(() =>
        world.stacks.describe({name: rootName(config, kind as Parameters<typeof rootName>[1]), region}, signal),
      )
      return state !== null && isComplete(state.status) ? [] : [{id, status: state?.status ?? 'not there'}]
    }),
  )
  return lacking.flat().map(({id, status}) => {
    const needing = missing.filter(({needs}) => needs.some((need) => need.replace(/\.then$/, '') === id)).map((one) => one.id)
    return stops(
      'needs',
      `${needing.join(' and ')} can't be made yet: ${id}, which isn't part of this run, is ${status}.`,
      'leave out --only',
    )
  })
}

/**
 * Updating home without its peer takes replication, the secret's copy and backup copies away
 * from a Region that still relies on them.
 */
export async function forgottenFindings({config, there, world, read, signal}: Checking): Promise<readonly Finding[]> {
  const peer = there.get(`main@${config.region}`)?.parameters['PeerRegion'] ?? ''
  if (peer === '' || peer === config.recovery?.region) return []
  const kinds = ['foundation', 'main', 'replica', 'surge'] as const
  const states = await Promise.all(
    kinds.map((kind) => read(() => world.stacks.describe({name: rootName(config, kind), region: peer}, signal))),
  )
  const standing = kinds.filter((_, index) => states[index] !== null)
  if (standing.length === 0) return []
  return [
    stops(
      'forgotten-region',
      `${peer} is this environment's recovery Region (${standing.join(', ')}), and sluice.yaml doesn't name it any more.`,
      'name it as stack.recovery.region again, then take it away with: sluice infra down --only recovery',
    ),
  ]
}

/** Its routes and its cache would be made a second time by the main stack. */
export async function surgeFindings({config, world, read, signal}: Checking): Promise<readonly Finding[]> {
  const {recovery} = config
  if (recovery === null || recovery.shape === 'pilot-light') return []
  const name = rootName(config, 'surge')
  const state = await read(() => world.stacks.describe({name, region: recovery.region}, signal))
  if (state === null) return []
  return [
    stops(
      'surge',
      `A failover's surge (${name}, ${state.status}) stands in ${recovery.region}: `
        + `its routes are in the way of the shape ${recovery.shape}.`,
      'keep stack.recovery.shape pilot-light while users are there',
      `once they aren't: aws cloudformation delete-stack --region ${recovery.region} --stack-name ${name}`,
    ),
  ]
}
