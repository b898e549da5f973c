import {describe, expect, it} from 'vitest'
import {durationMs, longestWaitMs} from '../../../../src/sandbox/stacks/durations.ts'

describe('how long a resource takes', () => {
  it.each([
    ['AWS::ElastiCache::ReplicationGroup', 'create', 712],
    ['AWS::RDS::DBInstance', 'create', 595],
    ['AWS::CloudFront::Distribution', 'create', 266],
    ['AWS::CloudFront::Distribution', 'update', 164],
    ['AWS::CertificateManager::Certificate', 'create', 239],
    ['AWS::ECS::Service', 'create', 119],
    ['AWS::ECS::Service', 'update', 71],
    ['AWS::ElasticLoadBalancingV2::LoadBalancer', 'create', 116],
    ['AWS::EC2::NatGateway', 'create', 106],
    ['AWS::Route53::HostedZone', 'create', 71],
    ['AWS::ElasticLoadBalancingV2::TargetGroup', 'create', 18],
    ['AWS::ECS::ClusterCapacityProviderAssociations', 'create', 13],
  ] as const)('%s, to %s: about %i s', (type, doing, seconds) => {
    expect(durationMs(type, doing, 0.5)).toBe(seconds * 1000)
    expect(durationMs(type, doing, 0)).toBe(Math.round(seconds * 970))
    expect(durationMs(type, doing, 1)).toBe(Math.round(seconds * 1030))
  })

  it('is a few seconds for what nobody measured', () => {
    expect(durationMs('AWS::Some::Thing', 'create', 0.5)).toBeLessThanOrEqual(5000)
  })

  it('ends some day: an ECS service after three hours', () => {
    expect(longestWaitMs('AWS::ECS::Service')).toBe(3 * 3_600_000)
  })
})
