/** Which stacks an environment has, what tells the shapes apart, and what an export writes. */
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {parseStack} from '../../../src/config/load-stack.ts'
import type {Parameters, StackConfig} from '../../../src/config/stack-config.ts'
import {recoveryShapes} from '../../../src/config/stack-schema.ts'
import type {RecoveryShape} from '../../../src/config/stack-schema.ts'
import {deployments, idOf} from '../../../src/infra/stack/deployments.ts'
import {exportFiles, misfits} from '../../../src/infra/stack/export-files.ts'
import {recipeVersion} from '../../../src/infra/stack/recipe-version.ts'
import {parseTemplate, readSite, readTemplates} from '../../../src/infra/stack/templates.ts'
import {writeExport} from '../../../src/infra/stack/write-export.ts'

const text = (...more: readonly string[]): string =>
  [
    'service: shop',
    'region: eu-west-1',
    'stack:',
    '  api: origin.example.com',
    '  site: www.example.com',
    '  hostedZone: Z0123456789ABC',
    ...more,
    '',
  ].join('\n')
function aConfig(...more: readonly string[]): StackConfig {
  const parsed = parseStack(text(...more))
  return parsed.kind === 'config' ? parsed.config : expect.fail(parsed.problems.join('\n'))
}
const withRecovery = (shape: RecoveryShape, ...more: readonly string[]): StackConfig =>
  aConfig(...more, '  recovery:', '    region: eu-central-1', `    shape: ${shape}`)
const one = (config: StackConfig, id: string): Parameters =>
  deployments(config, '1.0.7').find((each) => idOf(each) === id)?.parameters ?? expect.fail(`no ${id}`)
const templates = await readTemplates()
const site = await readSite()

describe('the stacks of an environment', () => {
  it('come in an order in which each stands after what it needs', () => {
    for (const shape of recoveryShapes) {
      const seen = new Set<string>()
      for (const each of deployments(withRecovery(shape), '1.0.0')) {
        expect(each.needs.filter((need) => !seen.has(need))).toEqual([])
        seen.add(idOf(each))
      }
    }
  })

  it('without a recovery Region are foundation, certificate and main', () => {
    expect(deployments(aConfig(), '1.0.0').map(idOf)).toEqual(['foundation@eu-west-1', 'certificate@us-east-1', 'main@eu-west-1'])
  })

  it.each([
    ['warm-standby', false],
    ['full-scale', false],
    ['pilot-light', true],
  ] as const)('of %s leave a surge to a failover: %s', (shape, expected) => {
    expect(
      deployments(withRecovery(shape), '1.0.0')
        .filter(({when}) => when === 'failover')
        .map(({kind}) => kind),
    ).toEqual(expected ? ['surge'] : [])
  })

  it('build the recovery bucket before the home one copies to it, and copy back by a second update', () => {
    const config = withRecovery('warm-standby')
    const [back] = deployments(config, '1.0.0').filter(({then}) => then !== null)
    expect(back).toMatchObject({
      kind: 'main',
      region: 'eu-central-1',
      parameters: {Replicate: 'false'},
      then: {Replicate: 'true'},
    })
    expect(one(config, 'main@eu-west-1')['Replicate']).toBe('true')
    expect(one(aConfig(), 'main@eu-west-1')['Replicate']).toBe('false')
  })

  it.each(
    [
      aConfig(),
      aConfig('  shape: staging'),
      aConfig('  engine: mysql'),
      ...recoveryShapes.map((shape) => withRecovery(shape)),
    ].map((config) => [`${config.shape} ${config.engine} ${config.recovery?.shape ?? 'alone'}`, config] as const),
  )('%s: every template takes its parameters', (_, config) => {
    const problems = deployments(config, '1.0.7')
      .flatMap((each) => [each, ...(each.then === null ? [] : [{...each, parameters: each.then}])])
      .flatMap((each) => misfits(each, parseTemplate(templates.get(each.template) ?? expect.fail(each.template))))
    expect(problems).toEqual([])
  })
})

describe('shapes', () => {
  it('production: 4 hosts, a pair of NAT gateways, a standby database, protected', () => {
    expect(one(aConfig(), 'main@eu-west-1')).toMatchObject({
      HostsMin: '4',
      NatGateways: '2',
      MultiAz: 'true',
      CacheNodes: '2',
      DeletionProtection: 'true',
      HasDatabase: 'true',
      Role: 'home',
      Serves: 'true',
      LogRetentionDays: '365',
    })
  })

  it('staging: one NAT gateway, small classes, short retention, easily thrown away', () => {
    expect(one(aConfig('  shape: staging'), 'main@eu-west-1')).toMatchObject({
      NatGateways: '1',
      DatabaseClass: 'db.t4g.medium',
      MultiAz: 'false',
      Insights: 'standard',
      LogRetentionDays: '7',
      DeletionProtection: 'false',
    })
  })

  it.each(recoveryShapes)('%s: no database and no pipelines of its own, nobody served, its own network', (shape) => {
    expect(one(withRecovery(shape), 'main@eu-central-1')).toMatchObject({
      Role: 'recovery',
      HasDatabase: 'false',
      Pipelines: 'false',
      Serves: 'false',
      PeerRegion: 'eu-west-1',
      VpcCidr: '10.41.0.0/16',
    })
  })

  it('a warm standby runs small, a pilot light not at all, full scale like home', () => {
    const hosts = recoveryShapes.map((shape) => {
      const {HostsMin, HostsMax, Surge, PrometheusHosts} = one(withRecovery(shape), 'main@eu-central-1')
      return [shape, HostsMin, HostsMax, Surge, PrometheusHosts]
    })
    expect(hosts).toEqual([
      ['warm-standby', '2', '12', 'true', '1'],
      ['pilot-light', '0', '12', 'false', '0'],
      ['full-scale', '4', '12', 'true', '1'],
    ])
  })

  it("the replica has the primary's class and engine, and no standby of its own to begin with", () => {
    const config = withRecovery('warm-standby', '  engine: mysql', '  parameters:', '    DatabaseClass: db.r8g.xlarge')
    expect(one(config, 'replica@eu-central-1')).toMatchObject({
      InstanceClass: 'db.r8g.xlarge',
      Engine: 'mysql',
      SourceRegion: 'eu-west-1',
    })
  })

  it('after a settled failover both Regions know where users are', () => {
    const config = withRecovery('full-scale', '  activeRegion: eu-central-1')
    expect(
      ['eu-west-1', 'eu-central-1']
        .map((region) => one(config, `main@${region}`))
        .map(({ActiveRegion, Serves}) => [ActiveRegion, Serves]),
    ).toEqual([
      ['eu-central-1', 'false'],
      ['eu-central-1', 'true'],
    ])
  })

  it("parameters of one's own come last, those of the recovery Region very last", () => {
    const config = aConfig(
      '  parameters:',
      '    HostsMax: 20',
      '  recovery:',
      '    region: eu-central-1',
      '    parameters:',
      '      HostsMax: 30',
    )
    expect([one(config, 'main@eu-west-1')['HostsMax'], one(config, 'main@eu-central-1')['HostsMax']]).toEqual(['20', '30'])
  })
})

describe('what is wrong with a stack section', () => {
  it.each([
    [
      'a section that is missing',
      'service: shop\nregion: eu-west-1\n',
      'stack: missing: what sluice infra deploys; see docs/stack.md',
    ],
    ['a key nobody knows', text('  nat: 2'), 'stack.nat: unknown key'],
    ['a shape nobody knows', text('  shape: huge'), 'stack.shape: "huge" isn\'t one of production, staging'],
    [
      'a service too long for bucket names',
      text().replace('shop', 'a-service-with-a-long-name'),
      'service: "a-service-with-a-long-name" isn\'t usable here: a stack\'s service is 2 to 20 lower-case letters, digits and hyphens',
    ],
    [
      'a recovery Region at home',
      text('  recovery:', '    region: eu-west-1'),
      'stack.recovery.region: eu-west-1 is the home Region',
    ],
    [
      'one network for two Regions',
      text('  recovery:', '    region: eu-central-1', '    network: 10.40.0.0/16'),
      "stack.recovery.network: 10.40.0.0/16 is the home Region's network too",
    ],
    [
      'users in a third Region',
      text('  activeRegion: us-west-2'),
      'stack.activeRegion: us-west-2 is neither the home nor the recovery Region',
    ],
  ])('%s', (_, yaml, problem) => {
    const parsed = parseStack(yaml)
    expect(parsed.kind === 'problems' ? parsed.problems.map((line) => line.replace(/^\d+:\d+ {2}/, '')) : []).toEqual([problem])
  })
})

describe('an export', () => {
  it("holds every template unchanged, the site's first pages, and parameters as the AWS CLI takes them", () => {
    const {files} = exportFiles(withRecovery('pilot-light'), templates, site)
    expect([...templates].filter(([name, text]) => files.get(`templates/${name}`) !== text)).toEqual([])
    expect([...files.keys()].filter((name) => name.endsWith('.json') && !name.startsWith('templates/'))).toEqual([
      'eu-west-1/foundation.json',
      'eu-central-1/foundation.json',
      'us-east-1/certificate.json',
      'eu-central-1/main.json',
      'eu-central-1/main.then.json',
      'eu-west-1/main.json',
      'eu-central-1/replica.json',
      'eu-central-1/surge.json',
      'eu-central-1/drill.json',
    ])
    expect([...files.keys()].filter((name) => name.startsWith('site/'))).toEqual(['site/404.html', 'site/index.html'])
    expect(JSON.parse(files.get('us-east-1/certificate.json') ?? '')).toContainEqual({
      ParameterKey: 'SiteName',
      ParameterValue: 'www.example.com',
    })
  })

  it('has a README that deploys every stack once in peace, in order, and only from files that are there', () => {
    const {files, deployments: all} = exportFiles(withRecovery('pilot-light'), templates, site)
    const readme = files.get('README.md') ?? ''
    const deployed = [...readme.matchAll(/deploy --region (\S+) --stack-name (\S+).*file:\/\/(\S+)/g)].map(
      ([, region, name, file]) => ({region, name, file}),
    )
    expect(deployed.map(({region, name}) => `${name}@${region}`)).toEqual(
      [
        ...all.filter(({when}) => when === 'peace'),
        ...all.filter(({then}) => then !== null),
        ...all.filter(({when}) => when === 'failover'),
        ...all.filter(({when}) => when === 'drill'),
      ].map(({name, region}) => `${name}@${region}`),
    )
    expect(deployed.filter(({file}) => !files.has(file ?? ''))).toEqual([])
    expect(readme).toContain('RecoveryExecutionRoleArn')
  })

  it('refuses parameters that no template has or takes, all at once', () => {
    const wrong = aConfig('  parameters:', '    HostMax: 3', '    Engine: oracle', '    HostsMin: many')
    expect(() => exportFiles(wrong, templates, site)).toThrow(
      expect.objectContaining({
        code: 'stack-parameters-invalid',
        details: [
          "Engine: oracle isn't one of postgres, mysql",
          'HostsMin: "many" isn\'t a number',
          '00-master.yaml has no parameter HostMax',
        ].toSorted(
          (x, y) =>
            ['Engine', 'HostsMin', '00'].findIndex((word) => x.startsWith(word))
            - ['Engine', 'HostsMin', '00'].findIndex((word) => y.startsWith(word)),
        ),
      }) as Error,
    )
  })

  it('leaves a directory alone that holds something, unless forced', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sluice-export-'))
    try {
      await writeFile(join(directory, 'mine.txt'), 'mine')
      await expect(writeExport(directory, new Map([['a/b.txt', 'new']]), {force: false})).rejects.toMatchObject({
        code: 'export-not-empty',
        exitCode: 2,
      })
      await writeExport(directory, new Map([['a/b.txt', 'new']]), {force: true})
      expect(await readFile(join(directory, 'a/b.txt'), 'utf8')).toBe('new')
      expect(await readFile(join(directory, 'mine.txt'), 'utf8')).toBe('mine')
      await writeExport(join(directory, 'not', 'there'), new Map([['c.txt', 'c']]), {force: false})
      expect(await readFile(join(directory, 'not/there/c.txt'), 'utf8')).toBe('c')
    } finally {
      await rm(directory, {recursive: true})
    }
  })

  it("is the same for the same configuration, and a recipe's version is Image Builder's to take", () => {
    expect(exportFiles(withRecovery('full-scale'), templates, site)).toEqual(
      exportFiles(withRecovery('full-scale'), templates, site),
    )
    fc.assert(
      fc.property(fc.string(), (content) => {
        const [, , patch = ''] = recipeVersion(content).split('.')
        return /^\d+$/.test(patch) && Number(patch) < 2 ** 30 && recipeVersion(content) === recipeVersion(content)
      }),
    )
  })
})
