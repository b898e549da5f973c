/**
 * What the lease of provisioning belongs to: one stack, in all its Regions. Three parts, so it can't be a release's target, which
 * has two at most. Safe in object keys.
 */
export const infraTarget = ({service, environment}: {readonly service: string; readonly environment: string}): string =>
  `infra.${service}.${environment}`

export const isInfraTarget = (target: string): boolean => /^infra\.[^.]+\.[^.]+$/.test(target)
