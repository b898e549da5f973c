/** What is in a template, and whether it is one. */
import type * as C from '@aws-sdk/client-cloudformation'
import type {CallContext} from '../world/contract.ts'
import type {TemplateDocument} from '../stacks/contract.ts'
import {changeSetBy} from '../stacks/change-set-shelf.ts'
import type {StackEngine} from '../stacks/stack-engine.ts'
import {capabilitiesNeeded, documentOf} from '../stacks/stack-recipe.ts'
import {templateText} from '../stacks/template-source.ts'
import {refuse} from './cloudformation-input.ts'

export function templateOperations(engine: StackEngine) {
  return {
    GetTemplate: (input: C.GetTemplateInput, {region}: CallContext): C.GetTemplateOutput => {
      const text =
        input.ChangeSetName === undefined
          ? engine.shelf.get(region, input.StackName ?? '').recipe?.text
          : changeSetBy(engine, region, input.ChangeSetName, input.StackName).input.text
      return {TemplateBody: text ?? '', StagesAvailable: ['Original', 'Processed']}
    },
    GetTemplateSummary: async (input: C.GetTemplateSummaryInput, {region}: CallContext): Promise<C.GetTemplateSummaryOutput> => {
      const text =
        input.StackName === undefined
          ? await templateText(engine.world, region, input)
          : (engine.shelf.get(region, input.StackName).recipe?.text ?? null)
      if (text === null) throw refuse('Either Template URL or Template Body must be specified.')
      const document = documentOf(engine, text)
      return {
        ...described(document),
        Parameters: parameters(document),
        Version: '2010-09-09',
        ResourceTypes: [...new Set([...document.resources.values()].map((one) => one.type))],
        Metadata: JSON.stringify(document.metadata),
      }
    },
    ValidateTemplate: async (input: C.ValidateTemplateInput, {region}: CallContext): Promise<C.ValidateTemplateOutput> => {
      const text = await templateText(engine.world, region, input)
      if (text === null) throw refuse('Either Template URL or Template Body must be specified.')
      const document = documentOf(engine, text)
      const short = parameters(document).map(({ParameterKey, DefaultValue, NoEcho, Description}) => ({
        ParameterKey,
        DefaultValue,
        NoEcho,
        Description,
      }))
      return {...described(document), Parameters: short}
    },
  }
}

function described(document: TemplateDocument): {
  readonly Description?: string
  readonly Capabilities: C.Capability[]
  readonly CapabilitiesReason?: string
} {
  const needed = capabilitiesNeeded(document)
  const types = [
    ...new Set([...document.resources.values()].map((one) => one.type).filter((type) => type.startsWith('AWS::IAM::'))),
  ]
  return {
    ...(document.description !== undefined && {Description: document.description}),
    Capabilities: [...needed] as C.Capability[],
    ...(needed.length > 0 && {CapabilitiesReason: `The following resource(s) require capabilities: [${types.join(', ')}]`}),
  }
}

const parameters = (document: TemplateDocument): C.ParameterDeclaration[] =>
  [...document.parameters].map(([name, one]) => ({
    ParameterKey: name,
    ParameterType: one.type,
    NoEcho: one.noEcho,
    ...(one.default !== undefined && {DefaultValue: one.default}),
    ...(one.description !== undefined && {Description: one.description}),
    ...(one.allowedValues !== undefined && {ParameterConstraints: {AllowedValues: [...one.allowedValues]}}),
  }))
