/** What several of CloudFormation's calls take alike, read and refused alike: parameters, tags, templates, tokens, states. */
import type * as C from '@aws-sdk/client-cloudformation'
import {AwsFault} from '../world/contract.ts'
import type {StackEngine} from '../stacks/stack-engine.ts'
import type {RecipeInput} from '../stacks/stack-recipe.ts'
import {documentOf} from '../stacks/stack-recipe.ts'
import type {OperationKind, Stack} from '../stacks/stack-state.ts'
import {templateText} from '../stacks/template-source.ts'
import {page} from './records/page.ts'
import type {Page} from './records/page.ts'

export const refuse = (message: string): AwsFault => new AwsFault('ValidationError', message)

/** What would change the outcome and isn't modelled here must not seem to have been done. */
const unmodelled = [
  'ImportExistingResources',
  'RollbackConfiguration',
  'DeploymentMode',
  'DeploymentConfig',
  'ResourceTypes',
  'StackPolicyDuringUpdateBody',
  'StackPolicyDuringUpdateURL',
  'LogicalResourceIds',
]

export function refuseUnmodelled(operation: string, input: object): void {
  const asked = Object.entries(input).filter(
    ([name, value]) => unmodelled.includes(name) && value !== undefined && value !== false,
  )
  if (asked.length > 0)
    throw new AwsFault(
      'NotImplemented',
      `The sandbox doesn't model ${asked.map(([name]) => name).join(', ')} of cloudformation:${operation}.`,
      501,
    )
}

type Given = Pick<
  C.CreateChangeSetInput,
  'TemplateBody' | 'TemplateURL' | 'UsePreviousTemplate' | 'Parameters' | 'Tags' | 'Capabilities' | 'NotificationARNs'
>

/** `previous`: the stack it is an update of. */
export async function recipeInput(
  engine: StackEngine,
  region: string,
  input: Given,
  previous: Stack | null,
): Promise<RecipeInput> {
  const text =
    input.UsePreviousTemplate === true ? (previous?.recipe?.text ?? null) : await templateText(engine.world, region, input)
  if (text === null) throw refuse('Either Template URL or Template Body must be specified.')
  const document = documentOf(engine, text)
  const given: Record<string, string> = {}
  for (const {ParameterKey: name = '', ParameterValue: value, UsePreviousValue: keep} of input.Parameters ?? []) {
    if (keep !== true) {
      if (value === undefined) throw refuse(`Parameter ${name} should either have input value or previous value`)
      given[name] = value
      continue
    }
    const before = previous?.recipe?.parameters.get(name)
    // A parameter that is new has no previous value; its default stands then.
    if (before !== undefined) given[name] = before.value
    else if (document.parameters.get(name)?.default === undefined) {
      throw refuse(
        `Invalid input for parameter key ${name}. Cannot specify usePreviousValue as true for a parameter key not in the `
          + 'previous template',
      )
    }
  }
  const tags =
    input.Tags === undefined && previous?.recipe != null
      ? previous.recipe.tags
      : Object.fromEntries((input.Tags ?? []).map(({Key = '', Value = ''}) => [Key, Value]))
  return {
    text,
    given,
    tags,
    capabilities: input.Capabilities ?? [],
    notificationArns: input.NotificationARNs ?? previous?.recipe?.notificationArns ?? [],
  }
}

/** The same token again is the same operation: its stack, or undefined when the operation is a new one. */
export function isRepeated(stack: Stack | undefined, token: string | undefined, kind: OperationKind): boolean {
  if (stack === undefined || token === undefined) return false
  const same = stack.operations.find((one) => one.token === token)
  if (same === undefined) return false
  if (same.kind !== kind) {
    throw new AwsFault('TokenAlreadyExistsException', `Token ${token} has already been used for another operation.`)
  }
  return true
}

export function cannot(stack: Stack, what: string): AwsFault {
  return refuse(`Stack:${stack.id} is in ${stack.status} state and can not be ${what}.`)
}

const stackNamePattern = /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/

export const badName = (name: string, member: string): string =>
  `1 validation error detected: Value '${name}' at '${member}' failed to satisfy constraint: `
  + 'Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*'

export function checkStackName(name: string | undefined): string {
  if (name !== undefined && stackNamePattern.test(name)) return name
  throw refuse(badName(name ?? '', 'stackName'))
}

/** Pages of a list; the token is where the next one begins. */
export const pageOf = <T>(all: readonly T[], token: string | undefined, size: number): Page<T> =>
  page(all, token, size, () => refuse('Invalid NextToken'))
