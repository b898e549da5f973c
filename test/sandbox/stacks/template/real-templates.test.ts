/**
 * The templates that Sluice deploys, read as the sandbox's CloudFormation reads them, in every shape: each parses, each condition is
 * decided, nothing waits in a circle, and what its resources are made with fits the published schemas.
 */
import {describe, expect, it} from 'vitest'
import {resolveStack} from '../../../../src/config/stack-config.ts'
import {stackFileSchema} from '../../../../src/config/stack-schema.ts'
import {certificateRegion, deployments} from '../../../../src/infra/stack/deployments.ts'
import type {Deployment} from '../../../../src/infra/stack/deployments.ts'
import {readTemplates} from '../../../../src/infra/stack/templates.ts'
import type {Scope, TemplateDocument} from '../../../../src/sandbox/stacks/contract.ts'
import {checkAttributes} from '../../../../src/sandbox/stacks/schemas/check-attributes.ts'
import {resourceSchemas} from '../../../../src/sandbox/stacks/schemas/resource-schemas.ts'
import {evaluateConditions} from '../../../../src/sandbox/stacks/template/conditions.ts'
import {dependencies} from '../../../../src/sandbox/stacks/template/dependencies.ts'
import {outputs} from '../../../../src/sandbox/stacks/template/outputs.ts'
import {resolveParameters} from '../../../../src/sandbox/stacks/template/parameters.ts'
import {readTemplate} from '../../../../src/sandbox/stacks/template/read-template.ts'
import {resolveValue} from '../../../../src/sandbox/stacks/template/resolve-value.ts'
import {made, theAccount} from './made-up-account.ts'

const files = await readTemplates()
const documents = new Map([...files].filter(([name]) => name.endsWith('.yaml')).map(([name, text]) => [name, readTemplate(text)]))
const document = (file: string): TemplateDocument => documents.get(file) ?? expect.fail(`no ${file}`)

describe.each([...documents])('%s', (_, template) => {
  it('asks only for attributes that its resources have', () => {
    expect(() => {
      checkAttributes(template, resourceSchemas)
    }).not.toThrow()
  })

  it('uses only types whose schema is here (npm run generate)', () => {
    expect(
      [...template.resources.values()].map(({type}) => type).filter((type) => resourceSchemas.find(type) === undefined),
    ).toEqual([])
  })
})

const base = {
  service: 'shop',
  environment: 'prod',
  region: 'eu-central-1',
  allowedAccounts: ['123456789012'],
  stack: {api: 'api.example.com', site: 'www.example.com', hostedZone: 'Z0EXAMPLE0000', alarms: 'ops@example.com'},
}
const shapes = {
  'production with a warm standby': {...base, stack: {...base.stack, recovery: {region: 'eu-west-1', shape: 'warm-standby'}}},
  'production with a pilot light': {...base, stack: {...base.stack, recovery: {region: 'eu-west-1', shape: 'pilot-light'}}},
  'production at full scale twice': {...base, stack: {...base.stack, recovery: {region: 'eu-west-1', shape: 'full-scale'}}},
  'production alone': base,
  'staging with MySQL and a zone that is elsewhere': {
    ...base,
    environment: 'staging',
    stack: {...base.stack, shape: 'staging', engine: 'mysql', hostedZone: undefined, alarms: undefined},
  },
  'production with a site': {
    ...base,
    stack: {
      ...base.stack,
      siteCertificate: `arn:aws:acm:${certificateRegion}:123456789012:certificate/1`,
      distribution: 'arn:aws:cloudfront::123456789012:distribution/E1',
    },
  },
}

interface Instance {
  readonly path: string
  readonly scope: Scope
  readonly conditions: Readonly<Record<string, boolean>>
}

/** A deployment and the stacks nested in it, each after those it needs, as if everything in them were made at once. */
function* instances(
  file: string,
  given: Readonly<Record<string, string>>,
  {region, name}: Pick<Deployment, 'region' | 'name'>,
  path: string,
): Generator<Instance, Readonly<Record<string, string>>> {
  const template = document(file)
  const nested = new Map<string, Readonly<Record<string, string>>>()
  const scope = theAccount(
    template,
    resolveParameters(template, given, (parameter) => made.parameter(parameter)),
    {region, stackName: name},
    nested,
  )
  const conditions = evaluateConditions(scope)
  const waits = dependencies(template, conditions)
  for (const id of inOrder(waits)) {
    const {type, properties} = template.resources.get(id) ?? expect.fail(id)
    if (type !== 'AWS::CloudFormation::Stack') continue
    const {TemplateURL, Parameters} = resolveValue(properties, scope, conditions, 'unknown') as {
      readonly TemplateURL: string
      readonly Parameters: Readonly<Record<string, string>>
    }
    nested.set(id, yield* instances(TemplateURL, texts(Parameters), {region, name: `${name}-${id}`}, `${path}/${id}`))
  }
  yield {path, scope, conditions}
  return Object.fromEntries(outputs(scope, conditions, 'unknown').map(({key, value}) => [key, value]))
}

/** CloudFormation hands lists to a nested stack as texts. */
const texts = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value as string | readonly string[])]))

function inOrder(waits: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const done: string[] = []
  const visit = (id: string): void => {
    if (done.includes(id)) return
    for (const other of waits.get(id) ?? []) visit(other)
    done.push(id)
  }
  for (const id of waits.keys()) visit(id)
  return done
}

describe.each(Object.entries(shapes))('%s', (_, file) => {
  const all = deployments(resolveStack(stackFileSchema.parse(file)), '1.0.0')
  const roots = all.flatMap((one) => [{...one, then: null}, ...(one.then === null ? [] : [{...one, parameters: one.then}])])

  it.each(roots.map((one, index) => [`${one.kind} in ${one.region} (${index})`, one] as const))(
    '%s has resources that fit their schemas, in nested stacks too',
    (_name, one) => {
      const problems: string[] = []
      let resources = 0
      for (const {path, scope, conditions} of instances(one.template, one.parameters, one, one.kind)) {
        for (const id of dependencies(scope.document, conditions).keys()) {
          const {type, properties} = scope.document.resources.get(id) ?? expect.fail(id)
          const resolved = resolveValue(properties, scope, conditions, 'unknown') as Readonly<Record<string, unknown>>
          resources += 1
          problems.push(...resourceSchemas.check(type, resolved).map((problem) => `${path}/${id} (${type}): ${problem}`))
          problems.push(...(JSON.stringify(resolved).includes('unknown') ? [`${path}/${id} refers to what isn't there`] : []))
        }
      }
      expect(problems).toEqual([])
      expect(resources).toBeGreaterThan(1)
    },
  )
})
