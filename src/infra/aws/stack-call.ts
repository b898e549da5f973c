/** What CreateStack and CreateChangeSet have in common. Pure. */
import type {Capability, Parameter, Tag} from '@aws-sdk/client-cloudformation'
import type {StackInput} from '../../runbooks/provision/ports.ts'

export interface StackCall {
  readonly StackName: string
  readonly TemplateBody?: string
  readonly TemplateURL?: string
  readonly Parameters: Parameter[]
  readonly Tags: Tag[]
  readonly RoleARN?: string
  readonly Capabilities: Capability[]
}

/** Roles have fixed names where the other Region names them. AUTO_EXPAND isn't given: no macro may rewrite a template. */
export function stackCall({stack, template, parameters, tags, role}: StackInput): StackCall {
  return {
    StackName: stack.name,
    ...(template.kind === 'body' ? {TemplateBody: template.body} : {TemplateURL: template.url}),
    Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) =>
      ParameterValue === null ? {ParameterKey, UsePreviousValue: true} : {ParameterKey, ParameterValue},
    ),
    Tags: Object.entries(tags).map(([Key, Value]) => ({Key, Value})),
    ...(role !== null && {RoleARN: role}),
    Capabilities: ['CAPABILITY_NAMED_IAM'],
  }
}
