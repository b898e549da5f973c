import type {ReleaseConfig} from './release-config.ts'

/**
 * What a lease and a dead-man's switch belong to: one service in one environment. Two environments may share an account and a
 * Region, and must not share those. Safe in object keys and schedule names.
 */
export const releaseTarget = ({service, environment}: Pick<ReleaseConfig, 'service' | 'environment'>): string =>
  environment === 'production' ? service : `${service}.${environment}`
