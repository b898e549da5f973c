/** What a recovery creates with CloudFormation, as it lies in the recovery Region's state bucket since `infra up`; from the package where it doesn't. */
import type {Opened} from './recovery-command.ts'
import {deployments} from '../../infra/stack/deployments.ts'
import {assetKey, packageTemplates} from '../../infra/stack/package-templates.ts'
import {parseTemplate, readTemplates} from '../../infra/stack/templates.ts'
import {stateBucket} from '../../runbooks/provision/deploy-stack.ts'
import type {StackOrder} from '../../runbooks/recovery/input.ts'

export interface LyingTemplate {
  readonly text: string
  readonly bucket: string
  readonly key: string
}

export async function lyingTemplate({world, account, place}: Opened, file: 'surge.yaml' | 'drill.yaml'): Promise<LyingTemplate> {
  const bucket = stateBucket(account, place.recovery)
  const packaged = packageTemplates(await readTemplates(), (key) => world.ground.objectUrl(place.recovery, bucket, key))
  const text = packaged.roots.get(file)
  if (text === undefined) throw new Error(`${file} isn't a root of the package`)
  return {text, bucket, key: assetKey(file, text)}
}

/** The stack that a pilot light needs; null for the other shapes. Every parameter is said, defaults too. */
export async function surgeOrder(opened: Opened, role: string | null): Promise<StackOrder | null> {
  const {world, config, place} = opened
  const surge = deployments(config, '').find(({kind}) => kind === 'surge')
  if (place.shape !== 'pilot-light' || surge === undefined) return null
  const {text, bucket, key} = await lyingTemplate(opened, 'surge.yaml')
  const defaults = Object.entries(parseTemplate(text).Parameters ?? {}).flatMap(([name, {Default}]) =>
    Default === undefined ? [] : [[name, String(Default)]],
  )
  return {
    template: (await world.ground.hasObject(place.recovery, bucket, key))
      ? {kind: 'url', url: world.ground.objectUrl(place.recovery, bucket, key)}
      : {kind: 'body', body: text},
    parameters: {...(Object.fromEntries(defaults) as Readonly<Record<string, string>>), ...surge.parameters},
    tags: {service: place.service, environment: place.environment, owner: 'sluice'},
    role,
  }
}
