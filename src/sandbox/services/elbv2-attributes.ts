/**
 * Attributes of load balancers, target groups and listeners, with AWS's defaults and bounds. A key AWS doesn't know is refused.
 */
import {invalid} from './elbv2-state.ts'

export const LOAD_BALANCER_DEFAULTS: Readonly<Record<string, string>> = {
  'access_logs.s3.bucket': '',
  'access_logs.s3.enabled': 'false',
  'access_logs.s3.prefix': '',
  'client_keep_alive.seconds': '3600',
  'connection_logs.s3.bucket': '',
  'connection_logs.s3.enabled': 'false',
  'connection_logs.s3.prefix': '',
  'deletion_protection.enabled': 'false',
  'health_check_logs.s3.bucket': '',
  'health_check_logs.s3.enabled': 'false',
  'health_check_logs.s3.prefix': '',
  'idle_timeout.timeout_seconds': '60',
  'load_balancing.cross_zone.enabled': 'true',
  'routing.http.desync_mitigation_mode': 'defensive',
  'routing.http.drop_invalid_header_fields.enabled': 'false',
  'routing.http.preserve_host_header.enabled': 'false',
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': 'false',
  'routing.http.xff_client_port.enabled': 'false',
  'routing.http.xff_header_processing.mode': 'append',
  'routing.http2.enabled': 'true',
  'waf.fail_open.enabled': 'false',
  'zonal_shift.config.enabled': 'false',
}

export const TARGET_GROUP_DEFAULTS: Readonly<Record<string, string>> = {
  'deregistration_delay.timeout_seconds': '300',
  'load_balancing.algorithm.anomaly_mitigation': 'off',
  'load_balancing.algorithm.type': 'round_robin',
  'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
  'slow_start.duration_seconds': '0',
  'stickiness.app_cookie.cookie_name': '',
  'stickiness.app_cookie.duration_seconds': '86400',
  'stickiness.enabled': 'false',
  'stickiness.lb_cookie.duration_seconds': '86400',
  'stickiness.type': 'lb_cookie',
  'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': 'off',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off',
}

export const LISTENER_DEFAULTS: Readonly<Record<string, string>> = {
  'routing.http.response.server.enabled': 'true',
  'routing.http.response.strict_transport_security.header_value': '',
  'routing.http.response.content_security_policy.header_value': '',
  'routing.http.response.x_content_type_options.header_value': '',
  'routing.http.response.x_frame_options.header_value': '',
  'routing.http.response.access_control_allow_origin.header_value': '',
  'routing.http.response.access_control_allow_methods.header_value': '',
  'routing.http.response.access_control_allow_headers.header_value': '',
  'routing.http.response.access_control_allow_credentials.header_value': '',
  'routing.http.response.access_control_expose_headers.header_value': '',
  'routing.http.response.access_control_max_age.header_value': '',
}

/** Whole seconds: lowest, highest, and a value allowed besides. */
const BOUNDS: Readonly<Record<string, readonly [number, number, number?]>> = {
  'client_keep_alive.seconds': [60, 604_800],
  'idle_timeout.timeout_seconds': [1, 4000],
  'deregistration_delay.timeout_seconds': [0, 3600],
  'slow_start.duration_seconds': [30, 900, 0],
  'stickiness.app_cookie.duration_seconds': [1, 604_800],
  'stickiness.lb_cookie.duration_seconds': [1, 604_800],
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': [1, 1000],
}

export interface Attribute {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

/** All or nothing: one bad key or value leaves every attribute as it was. */
export function changeAttributes(into: Map<string, string>, changes: readonly Attribute[] | undefined): void {
  for (const {Key: key = '', Value: value = ''} of changes ?? []) {
    if (!into.has(key)) throw invalid(`The attribute key '${key}' is not recognized`)
    const bounds = BOUNDS[key]
    if (bounds === undefined) continue
    const [low, high, besides] = bounds
    const n = /^\d+$/.test(value) ? Number(value) : Number.NaN
    if (n !== besides && !(n >= low && n <= high)) {
      throw invalid(`'${key}' must be between '${low}' and '${high}' inclusive, but was '${value}'`)
    }
  }
  for (const {Key, Value} of changes ?? []) into.set(Key ?? '', Value ?? '')
}

export function attributeList(from: ReadonlyMap<string, string>): {Key: string; Value: string}[] {
  return [...from].map(([Key, Value]) => ({Key, Value}))
}

export function numberAttribute(from: ReadonlyMap<string, string>, key: string): number {
  return Number(from.get(key))
}
