/** What things in the world `shop` are called. */
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
