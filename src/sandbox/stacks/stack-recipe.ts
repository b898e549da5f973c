/**
 * Makes a recipe of a template and the values it was given: everything CloudFormation refuses before it makes anything is refused
 * here. Parameters of SSM types are read now, and again with each operation.
 */
import {AwsFault} from '../world/contract.ts'
import {zonesOf} from '../services/records/zones.ts'
import {pseudoOf} from './stack-scope.ts'
import type {StackEngine} from './stack-engine.ts'
import {checkAttributes} from './schemas/check-attributes.ts'
import type {Recipe, Stack} from './stack-state.ts'
import {stackType} from './stack-state.ts'
import type {TemplateDocument} from './contract.ts'
import {hasUnknown} from './property-diff.ts'
import {parameterType} from './template/parameter-types.ts'

export interface RecipeInput {
  readonly text: string
  readonly given: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly capabilities: readonly string[]
  readonly notificationArns: readonly string[]
}

export type StackName = Pick<Stack, 'id' | 'name' | 'region'>

const parsed = new Map<string, TemplateDocument>()
const MOST_PARSED = 200

export function documentOf(engine: StackEngine, text: string): TemplateDocument {
  const known = parsed.get(text)
  if (known !== undefined) return known
  const document = engine.language.readTemplate(text)
  if (parsed.size >= MOST_PARSED) parsed.clear()
  parsed.set(text, document)
  return document
}

/** Values may hold what isn't known yet (`unknownValue`): such a parameter is believed to be right. */
export async function recipeOf(engine: StackEngine, stack: StackName, input: RecipeInput): Promise<Recipe> {
  const {text, given, tags, capabilities, notificationArns} = input
  const document = documentOf(engine, text)
  refuseUnknownTypes(engine, document)
  checkAttributes(document, engine.schemas)
  requireCapabilities(document, capabilities)
  const believed = withBelieved(document, given)
  const held = await heldParameters(engine, stack.region, believed, given)
  const parameters = engine.language.resolveParameters(believed, given, (name) => held.get(name) ?? null)
  const half = {document: believed, parameters, pseudo: pseudoOf(engine, stack, notificationArns), zones: zonesOf(stack.region)}
  const conditions = engine.language.evaluateConditions(half)
  // Throws what can't be right: references to what a condition leaves out.
  engine.language.dependencies(document, conditions)
  return {text, document: believed, parameters, conditions, tags, capabilities, notificationArns}
}

function refuseUnknownTypes(engine: StackEngine, document: TemplateDocument): void {
  const unknown = [...new Set([...document.resources.values()].map((one) => one.type))].filter(
    (type) => type !== stackType && engine.schemas.find(type) === undefined,
  )
  if (unknown.length > 0) {
    throw new AwsFault('ValidationError', `Template format error: Unrecognized resource types: [${unknown.join(', ')}]`)
  }
}

const named: Readonly<Record<string, string>> = {
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
}
const unnamed = ['AWS::IAM::Policy', 'AWS::IAM::AccessKey', 'AWS::IAM::UserToGroupAddition', 'AWS::IAM::RolePolicy']

export function capabilitiesNeeded(document: TemplateDocument): readonly string[] {
  const all = [...document.resources.values()]
  if (all.some(({type, properties}) => properties[named[type] ?? ''] !== undefined)) return ['CAPABILITY_NAMED_IAM']
  return all.some(({type}) => type in named || unnamed.includes(type)) ? ['CAPABILITY_IAM'] : []
}

function requireCapabilities(document: TemplateDocument, given: readonly string[]): void {
  const missing = capabilitiesNeeded(document).filter(
    (one) => !given.includes(one) && !(one === 'CAPABILITY_IAM' && given.includes('CAPABILITY_NAMED_IAM')),
  )
  if (missing.length > 0) {
    throw new AwsFault('InsufficientCapabilitiesException', `Requires capabilities : [${missing.join(', ')}]`)
  }
}

/** Constraints can't be asked of what isn't known yet. */
function withBelieved(document: TemplateDocument, given: Readonly<Record<string, string>>): TemplateDocument {
  const unknown = Object.keys(given).filter((name) => hasUnknown(given[name]) && document.parameters.has(name))
  if (unknown.length === 0) return document
  const parameters = new Map(document.parameters)
  for (const name of unknown) {
    const declaration = document.parameters.get(name)
    if (declaration === undefined) continue
    parameters.set(name, {
      ...declaration,
      type: parameterType(declaration.type)?.list === true ? 'CommaDelimitedList' : 'String',
      allowedPattern: undefined,
      allowedValues: undefined,
      minLength: undefined,
      maxLength: undefined,
      minValue: undefined,
      maxValue: undefined,
    })
  }
  return {...document, parameters}
}

/** What SSM holds under the names that parameters of its types have. */
async function heldParameters(
  engine: StackEngine,
  region: string,
  document: TemplateDocument,
  given: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, string>> {
  const names = [
    ...new Set(
      [...document.parameters]
        .filter(([, {type}]) => type.startsWith('AWS::SSM::Parameter::Value'))
        .map(([name, declaration]) => given[name] ?? declaration.default)
        .filter((value) => value !== undefined && value !== ''),
    ),
  ] as string[]
  const batches = Array.from({length: Math.ceil(names.length / 10)}, (_, index) => names.slice(index * 10, index * 10 + 10))
  const answers = await Promise.all(
    batches.map(
      async (Names) =>
        (await engine.world.invoke('ssm', 'GetParameters', {Names}, region)) as {
          readonly Parameters?: readonly {readonly Name?: string; readonly Value?: string}[]
        },
    ),
  )
  return new Map(answers.flatMap(({Parameters = []}) => Parameters.map(({Name, Value}) => [Name ?? '', Value ?? ''] as const)))
}

/** Whether deploying the one after the other would change nothing. */
export function isSameRecipe(before: Recipe, after: Recipe): boolean {
  return (
    before.text === after.text
    && sameParameters(before, after)
    && JSON.stringify(sorted(before.tags)) === JSON.stringify(sorted(after.tags))
  )
}

function sameParameters({parameters: before}: Recipe, {parameters: after}: Recipe): boolean {
  return (
    before.size === after.size
    && [...after].every(([name, {value, resolved}]) => {
      const one = before.get(name)
      return one !== undefined && one.value === value && one.resolved === resolved
    })
  )
}

const sorted = (record: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1))
