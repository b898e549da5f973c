/**
 * Small things before and beside the stacks: roles that AWS services need once an account, buckets that hold the templates, the
 * object by which health checks prove that they can read, the first pages of the site. What is there is left as it is.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import {assetsOf, stateBucket, upload} from '../deploy-stack.ts'
import type {ProvisionWorld} from '../ports.ts'
import {callsIn, createId, updateId} from '../up-input.ts'
import type {UpInput} from '../up-input.ts'

/** Key policies name the first before anything of it exists; the others are made by AWS at a first use that may be a failover. */
export const serviceRoles = [
  'autoscaling.amazonaws.com',
  'ecs.amazonaws.com',
  'elasticloadbalancing.amazonaws.com',
  'rds.amazonaws.com',
  'elasticache.amazonaws.com',
  'backup.amazonaws.com',
  'ecs.application-autoscaling.amazonaws.com',
  'imagebuilder.amazonaws.com',
] as const

export function makeServiceRoles({plan}: UpInput): Step<ProvisionWorld> {
  let missing: readonly string[] = serviceRoles
  return {
    id: 'service-roles',
    title: 'roles of AWS services',
    needs: [],
    calls: callsIn(plan.config.region, 'iam:ListRoles', 'iam:CreateServiceLinkedRole'),
    deadlineMs: minutes(15),
    atDeadline: 'fail',
    async observe(world, {signal}) {
      missing = await world.ground.missingServiceRoles(serviceRoles, signal)
      return missing.length === 0 ? {kind: 'done'} : {kind: 'not-done'}
    },
    async start(world, {signal}) {
      await Promise.all(missing.map((service) => world.ground.createServiceRole(service, signal)))
    },
    // IAM tells the Regions of a new role after a while, and a key's policy that names one unknown there is refused.
    poll: async (_, {now, startedAt}) =>
      now - startedAt < knownAfterMs
        ? {kind: 'pending', waitsFor: 'every Region to know the new roles', lookAgainAt: startedAt + knownAfterMs}
        : {kind: 'done'},
  }
}

const knownAfterMs = seconds(10)

/** The tool's bucket of the Region, and the templates in it. Nothing is ever overwritten there. */
export function uploadTemplates(input: UpInput, region: string): Step<ProvisionWorld> {
  const assets = assetsOf(input.wanted, region)
  const {account} = input.plan
  const lies = new Set<string>()
  return {
    id: `templates@${region}`,
    title: `templates in the state bucket of ${region}`,
    // Not before them: foundations begin once the roles are there, and needn't wait for what only later stacks name.
    needs: ['service-roles'],
    calls: callsIn(
      region,
      's3:GetBucketVersioning',
      's3:CreateBucket',
      's3:PutBucketVersioning',
      's3:PutEncryptionConfiguration',
      's3:PutBucketPublicAccessBlock',
      's3:ListBucket',
      's3:GetObject',
      's3:PutObject',
    ),
    deadlineMs: minutes(30),
    atDeadline: 'fail',
    observe: async () => ({kind: 'not-done'}),
    async start(world, {signal}) {
      const {bucket} = await world.ground.ensureStateBucket(region, signal)
      const {uploaded} = await upload(world, region, bucket, assets, lies, signal)
      return {
        facts: {
          uploaded,
          of: Object.keys(assets).length,
          bucket: bucket === stateBucket(account, region) ? bucket : `${bucket} (unexpected)`,
        },
      }
    },
    poll: async (_, {own}) => ({
      kind: 'done',
      note: `${JSON.stringify(own['uploaded'])} of ${JSON.stringify(own['of'])} uploaded`,
    }),
  }
}

/** `alive` in each switch bucket: without it nobody would know that `stop` can't be read. */
export function putAlive({chosen}: UpInput, region: string): Step<ProvisionWorld> {
  const foundation = `foundation@${region}`
  const ref = {name: chosen.find(({id}) => id === foundation)?.name ?? '', region}
  return putOnce({
    id: `alive@${region}`,
    title: `object alive in the switch bucket of ${region}`,
    needs: [createId(foundation)],
    region,
    ref,
    output: 'SwitchBucketName',
    objects: {alive: 'alive\n'},
    contentType: 'text/plain',
  })
}

/** After replication is on, because what was there before isn't copied. */
export function putSite({wanted, chosen, plan}: UpInput): Step<ProvisionWorld> {
  const {region} = plan.config
  const main = `main@${region}`
  const ref = {name: chosen.find(({id}) => id === main)?.name ?? '', region}
  return putOnce({
    id: `site@${region}`,
    title: 'first pages of the site',
    needs: [updateId(main)],
    region,
    ref,
    output: 'SiteBucketName',
    objects: wanted.site,
    contentType: 'text/html; charset=utf-8',
  })
}

interface Once {
  readonly id: string
  readonly title: string
  readonly needs: readonly string[]
  readonly region: string
  readonly ref: {readonly name: string; readonly region: string}
  /** Output of the stack that names the bucket. */
  readonly output: string
  readonly objects: Readonly<Record<string, string>>
  readonly contentType: string
}

function putOnce({id, title, needs, region, ref, output, objects, contentType}: Once): Step<ProvisionWorld> {
  const missing = async (
    world: ProvisionWorld,
    signal: AbortSignal,
  ): Promise<{readonly bucket: string; readonly keys: readonly string[]}> => {
    const bucket = (await world.stacks.describe(ref, signal))?.outputs[output]
    if (bucket === undefined) throw new Error(`the stack ${ref.name} has no output ${output}`)
    const found = await Promise.all(
      Object.keys(objects).map(async (key) => ({key, there: await world.ground.hasObject(region, bucket, key, signal)})),
    )
    return {bucket, keys: found.filter(({there}) => !there).map(({key}) => key)}
  }
  return {
    id,
    title,
    needs,
    calls: callsIn(region, 'cloudformation:DescribeStacks', 's3:ListBucket', 's3:GetObject', 's3:PutObject'),
    deadlineMs: minutes(15),
    atDeadline: 'fail',
    observe: async (world, {signal}) => ((await missing(world, signal)).keys.length === 0 ? {kind: 'done'} : {kind: 'not-done'}),
    async start(world, {signal}) {
      const {bucket, keys} = await missing(world, signal)
      await Promise.all(keys.map((key) => world.ground.putObject(region, bucket, key, objects[key] ?? '', contentType, signal)))
    },
    poll: async () => ({kind: 'done'}),
  }
}
