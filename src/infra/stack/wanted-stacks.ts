/**
 * Every stack of an environment as `infra up` wants it, with the one graph of both Regions: what each waits for before it is
 * made, and before it gets what others have only then (certificate, distribution, replication). Pure: package and configuration
 * in, data out. What only an account can tell is written as a reference (`@stack:Output`), never guessed.
 */
import {createHash} from 'node:crypto'
import type {Parameters, StackConfig} from '../../config/stack-config.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Assets, ForecastResource, Wanted, WantedStack} from '../../runbooks/provision/infra-plan.ts'
import {certificateRegion, deployments, idOf} from './deployments.ts'
import type {Deployment} from './deployments.ts'
import {misfits} from './export-files.ts'
import {assetKey, packageTemplates} from './package-templates.ts'
import type {Packaged} from './package-templates.ts'
import {recipeVersion} from './recipe-version.ts'
import {forecastResources} from './resource-graph.ts'
import type {Files} from './templates.ts'
import {parseTemplate} from './templates.ts'

export interface WantedOptions {
  /** First pages of the static site. */
  readonly site: Files
  /** How an object of the Region's state bucket is named in a call. */
  readonly objectUrl: (region: string, key: string) => string
}

/** Image that hosts begin with; Image Builder's own replaces it, so it is read once. */
const publicAmi = '/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id'

export function wantedStacks(config: StackConfig, templates: Files, {site, objectUrl}: WantedOptions): Wanted {
  const all = deployments(config, recipeVersion(templates.get('11-image-builder.yaml') ?? ''))
  const packaged = new Map(all.map(({region}) => [region, packageTemplates(templates, (key) => objectUrl(region, key))]))
  const peace = all.filter(({when}) => when === 'peace')
  const stacks = peace.map((one) => wanted(config, one, templates, rootOf(one, packaged)))
  refuseMisfits(peace, stacks, templates)
  return {
    stacks,
    assets: Object.fromEntries(regions(config).map((region) => [region, assetsOf(region, all, packaged)])),
    policy: templates.get('stack-policy.json') ?? '',
    site: Object.fromEntries(site),
  }
}

const regions = ({region, recovery}: StackConfig): readonly string[] => (recovery === null ? [region] : [region, recovery.region])

function rootOf({region, template}: Deployment, packaged: ReadonlyMap<string, Packaged>): string {
  const body = packaged.get(region)?.roots.get(template)
  if (body === undefined) throw new Error(`${template} isn't a root of the package`)
  return body
}

/** What a failover or a drill deploys lies there in peace: nothing has to be uploaded then. */
function assetsOf(region: string, all: readonly Deployment[], packaged: ReadonlyMap<string, Packaged>): Assets {
  const roots = all
    .filter((one) => one.region === region && one.when !== 'peace')
    .map((one) => [one.template, rootOf(one, packaged)] as const)
  return {...packaged.get(region)?.assets, ...Object.fromEntries(roots.map(([name, text]) => [assetKey(name, text), text]))}
}

function wanted(config: StackConfig, one: Deployment, templates: Files, body: string): WantedStack {
  const {kind, name, region, template} = one
  // Every parameter is said, defaults too: one that is no longer set goes back to its default,
  // and that is a change like any other.
  const passes = passesOf(config, {
    ...one,
    parameters: {...defaultsOf(templates.get(template) ?? 'Resources: {}'), ...one.parameters},
  })
  const created = forecastResources(template, passes.first, templates)
  const known = new Set(created.map(({path}) => path))
  return {
    id: idOf(one),
    kind,
    name,
    region,
    body,
    templateHash: createHash('sha256').update(body).digest('hex'),
    ...passes,
    tags: {service: config.service, environment: config.environment, owner: 'sluice'},
    role: kind === 'foundation' || kind === 'certificate' ? 'caller' : 'execution',
    keep: kind === 'foundation' ? ['SeedAmi', 'CreateStateBucket'] : [],
    resources: created,
    thenResources: added(forecastResources(template, passes.then, templates), known),
    watches:
      kind === 'main'
        ? [
            {path: 'Api', parameter: 'Ami'},
            {path: 'Monitoring', parameter: 'Ami'},
          ]
        : [],
    protected: config.shape === 'production' && one.parameters['DeletionProtection'] !== 'false',
  }
}

function defaultsOf(text: string): Parameters {
  const declared = Object.entries(parseTemplate(text).Parameters ?? {})
  return Object.fromEntries(declared.flatMap(([name, {Default}]) => (Default === undefined ? [] : [[name, String(Default)]])))
}

function added(resources: readonly ForecastResource[], known: ReadonlySet<string>): readonly ForecastResource[] {
  return resources
    .filter(({path}) => !known.has(path))
    .map((one) => ({...one, needs: one.needs.filter((need) => !known.has(need))}))
}

type Passes = Pick<WantedStack, 'first' | 'then' | 'needs' | 'thenNeeds'>

const once = (parameters: Parameters, needs: readonly string[]): Passes => ({
  first: parameters,
  then: parameters,
  needs,
  thenNeeds: [],
})

function passesOf(config: StackConfig, {kind, region, parameters}: Deployment): Passes {
  const foundation = `foundation@${region}`
  switch (kind) {
    case 'foundation':
      // The tool makes the state bucket, because a template that no bucket holds can't be deployed.
      return once({...parameters, SeedAmi: `@parameter:${publicAmi}`, CreateStateBucket: 'false'}, [])
    case 'certificate':
      return certificatePasses(config, parameters)
    case 'main':
      return region === config.region
        ? homePasses(config, parameters, foundation)
        : recoveryPasses(config, parameters, foundation)
    case 'replica':
      return once(parameters, [`main@${config.region}`, `main@${region}`])
    case 'surge':
    case 'drill':
      return once(parameters, [`main@${region}`])
  }
}

/** Health checks are watched from us-east-1 once the home Region has them. Two of them are there for a second Region only. */
function certificatePasses(config: StackConfig, parameters: Parameters): Passes {
  if (config.hostedZone === '') return once(parameters, [])
  const main = `main@${config.region}`
  const checks = config.recovery === null ? ['HealthzCheckId'] : ['StopCheckId', 'AliveCheckId', 'HealthzCheckId']
  const then = {...parameters, ...Object.fromEntries(checks.map((name) => [name, `@${main}/Names:${name}`]))}
  return {first: parameters, then, needs: [], thenNeeds: [main]}
}

/** Neither the certificate nor the other Region's bucket holds up the database and the cache. */
function homePasses(config: StackConfig, parameters: Parameters, foundation: string): Passes {
  const certificate = `certificate@${certificateRegion}`
  const peer = config.recovery === null ? [] : [`main@${config.recovery.region}`]
  return {
    first: {...parameters, Replicate: 'false'},
    then: {
      ...parameters,
      SiteCertificateArn: config.siteCertificate === '' ? `@${certificate}:CertificateArn` : config.siteCertificate,
    },
    // The other foundation has the key of the replicated secret.
    needs: [foundation, ...(config.recovery === null ? [] : [`foundation@${config.recovery.region}`])],
    thenNeeds: [...(config.siteCertificate === '' ? [certificate] : []), ...peer],
  }
}

function recoveryPasses(config: StackConfig, parameters: Parameters, foundation: string): Passes {
  const home = `main@${config.region}`
  return {
    first: {...parameters, Replicate: 'false'},
    then: {
      ...parameters,
      Replicate: 'true',
      DistributionArn: config.distribution === '' ? `@${home}/Edge:DistributionArn` : config.distribution,
    },
    needs: [foundation],
    thenNeeds: [`${home}.then`],
  }
}

/** What CloudFormation would refuse. References are what only the account can tell, so they are left to it. */
function refuseMisfits(all: readonly Deployment[], stacks: readonly WantedStack[], templates: Files): void {
  const problems = all.flatMap((deployment, index) => {
    const parameters = Object.fromEntries(
      Object.entries(stacks[index]?.then ?? {}).map(([name, value]) => [
        name,
        value.startsWith('@') ? (deployment.parameters[name] ?? '') : value,
      ]),
    )
    return misfits({...deployment, parameters}, parseTemplate(templates.get(deployment.template) ?? 'Resources: {}'))
  })
  if (problems.length === 0) return
  throw new SluiceError({
    code: 'stack-parameters-invalid',
    exitCode: ExitCode.usage,
    message: "the templates can't be deployed with these parameters; nothing was touched",
    details: [...new Set(problems)],
    suggestions: ['look at stack.parameters in sluice.yaml'],
  })
}
