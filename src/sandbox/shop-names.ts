/** What things in the world `shop` are called, and may be called. */
import {ExitCode, SluiceError} from '../errors.ts'

export interface ShopService {
  readonly service: string
  readonly loadBalancer: string
  readonly listenerArn: string
  readonly ruleArn: string
  readonly targetGroups: {readonly a: string; readonly b: string}
}

export const STABLE_IMAGE = 'shop/api:1.8.2'
/** Both are healthy; others are added with `sandbox image add`. */
export const KNOWN_IMAGES: readonly string[] = [STABLE_IMAGE, 'shop/api:1.9.0']
export const CLUSTER = 'shop'
export const CAPACITY_PROVIDER = 'shop'

export function loadBalancerName(service: string, services: readonly string[]): string {
  return service === services[0] ? 'shop' : `shop-${service}`
}

/** What `--services` names: different names that may be part of AWS's names. */
export function serviceNames(given: string): readonly string[] {
  const names = given.split(',').map((one) => one.trim())
  const wrong = names.find((one, index) => !/^[a-z][a-z0-9-]{0,20}$/.test(one) || names.indexOf(one) !== index)
  if (wrong === undefined) return names
  throw new SluiceError({
    code: 'usage',
    exitCode: ExitCode.usage,
    message: `--services takes different names of lower-case letters, digits and dashes; ${JSON.stringify(wrong)} isn't one.`,
    suggestions: ['sluice sandbox up --services api,web'],
  })
}
