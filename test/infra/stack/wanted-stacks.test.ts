/** The graph of both Regions, as the package and a configuration say it. */
import {describe, expect, it} from 'vitest'
import {readSite, readTemplates} from '../../../src/infra/stack/templates.ts'
import {wantedStacks} from '../../../src/infra/stack/wanted-stacks.ts'
import type {WantedStack} from '../../../src/runbooks/provision/infra-plan.ts'
import type {StackConfig} from '../../../src/config/stack-config.ts'
import {aStackConfig} from '../../support/provision-bench.ts'

const templates = await readTemplates()
const site = await readSite()
const of = (config: StackConfig) =>
  wantedStacks(config, templates, {site, objectUrl: (region, key) => `https://bucket.${region}/${key}`})
const one = (config: StackConfig, id: string): WantedStack =>
  of(config).stacks.find((stack) => stack.id === id) ?? expect.fail(`no ${id}`)
const both = aStackConfig()
const alone = aStackConfig({recovery: null})
const pilot = {...both, recovery: both.recovery === null ? null : {...both.recovery, shape: 'pilot-light' as const}}

describe('the graph', () => {
  it.each([
    ['foundation@eu-west-1', [], []],
    ['foundation@eu-central-1', [], []],
    ['certificate@us-east-1', [], ['main@eu-west-1']],
    ['main@eu-west-1', ['foundation@eu-west-1', 'foundation@eu-central-1'], ['certificate@us-east-1', 'main@eu-central-1']],
    ['main@eu-central-1', ['foundation@eu-central-1'], ['main@eu-west-1.then']],
    ['replica@eu-central-1', ['main@eu-west-1', 'main@eu-central-1'], []],
  ] as const)('%s waits for %j, and its second pass for %j', (id, needs, thenNeeds) => {
    expect(one(both, id)).toMatchObject({needs, thenNeeds})
  })

  it('without a second Region home waits for its foundation, and then for the certificate', () => {
    expect(one(alone, 'main@eu-west-1')).toMatchObject({
      needs: ['foundation@eu-west-1'],
      thenNeeds: ['certificate@us-east-1'],
      then: {Replicate: 'false'},
    })
  })

  it("with a certificate of one's own nothing waits for the tool's", () => {
    const config = {...both, siteCertificate: 'arn:aws:acm:us-east-1:1:certificate/x'}
    expect(one(config, 'main@eu-west-1')).toMatchObject({
      thenNeeds: ['main@eu-central-1'],
      then: {SiteCertificateArn: config.siteCertificate},
    })
  })

  it('with the zone elsewhere there are no health checks to hand over', () => {
    expect(one({...both, hostedZone: ''}, 'certificate@us-east-1')).toMatchObject({thenNeeds: []})
  })

  it("a drill's stack is no part of peace, and lies in the recovery Region's bucket alone", () => {
    const lies = (region: string): number =>
      Object.keys(of(both).assets[region] ?? {}).filter((key) => key.endsWith('/drill.yaml')).length
    expect(of(both).stacks.map(({kind}) => kind)).not.toContain('drill')
    expect([lies('eu-central-1'), lies('eu-west-1')]).toEqual([1, 0])
  })

  it("a surge is a failover's, and lies in the bucket in peace", () => {
    expect(of(pilot).stacks.map(({kind}) => kind)).not.toContain('surge')
    expect(Object.keys(of(pilot).assets['eu-central-1'] ?? {}).filter((key) => key.endsWith('/surge.yaml'))).toHaveLength(1)
    expect(Object.keys(of(both).assets['eu-central-1'] ?? {}).filter((key) => key.endsWith('/surge.yaml'))).toEqual([])
  })
})

describe('a stack', () => {
  it('is told every parameter, defaults too', () => {
    expect(one(both, 'main@eu-west-1').first).toMatchObject({ApiPort: '8080', HealthPath: '/healthz', HostsMin: '4'})
  })

  it('begins without what exists only later', () => {
    expect(
      [one(both, 'main@eu-west-1'), one(both, 'main@eu-central-1')].map(({first}) => [
        first['Replicate'],
        first['SiteCertificateArn'],
        first['DistributionArn'],
      ]),
    ).toEqual([
      ['false', '', ''],
      ['false', '', ''],
    ])
  })

  it('knows what its second pass adds: home the distribution, the certificate its alarms', () => {
    const added = (id: string) => (one(both, id).thenResources ?? []).map(({path}) => path)
    expect(added('main@eu-west-1')).toContain('Edge/Distribution')
    expect(added('certificate@us-east-1')).toEqual(['Flipped', 'SwitchUnreadable', 'ApiUnreachable'])
    expect(added('replica@eu-central-1')).toEqual([])
  })

  it('names its children by the address they have in its own Region', () => {
    expect(one(both, 'main@eu-central-1').body).toContain('https://bucket.eu-central-1/templates/')
    expect(one(both, 'main@eu-central-1').body).not.toContain('https://bucket.eu-west-1/')
  })

  it('keeps the AMI that hosts began with, and a state bucket that it holds', () => {
    expect(one(both, 'foundation@eu-west-1')).toMatchObject({
      keep: ['SeedAmi', 'CreateStateBucket'],
      first: {CreateStateBucket: 'false', SeedAmi: expect.stringMatching(/^@parameter:\/aws\/service\/ecs/) as unknown},
    })
  })

  it('is protected in production, and not in staging', () => {
    expect([both, aStackConfig({shape: 'staging'})].map((config) => of(config).stacks.map((stack) => stack.protected))).toEqual([
      Array(6).fill(true),
      Array(6).fill(false),
    ])
  })
})

describe('a parameter', () => {
  it('that no template has is refused by name, before anything', () => {
    expect(() => of(aStackConfig({parameters: {NoSuchThing: '1'}}))).toThrow(
      expect.objectContaining({
        code: 'stack-parameters-invalid',
        details: expect.arrayContaining(['00-master.yaml has no parameter NoSuchThing']) as unknown,
      }),
    )
  })
})
