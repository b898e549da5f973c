/** A scope of a template in a boring account: nothing in it is made unless it is said so. */
import type {Scope} from '../../../../src/sandbox/stacks/contract.ts'
import {resolveParameters} from '../../../../src/sandbox/stacks/template/parameters.ts'
import {readTemplate} from '../../../../src/sandbox/stacks/template/read-template.ts'

interface Made {
  readonly id: string
  readonly attributes?: Readonly<Record<string, unknown>>
}

export function aScope(
  template: string,
  {
    given = {},
    made = {},
  }: {readonly given?: Readonly<Record<string, string>>; readonly made?: Readonly<Record<string, Made>>} = {},
): Scope {
  const document = readTemplate(template)
  return {
    document,
    parameters: resolveParameters(document, given, (name) => (name.startsWith('/there/') ? `what ${name} holds` : null)),
    pseudo: {
      accountId: '123456789012',
      region: 'eu-central-1',
      partition: 'aws',
      stackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/shop/1',
      stackName: 'shop',
      urlSuffix: 'amazonaws.com',
      notificationArns: ['arn:aws:sns:eu-central-1:123456789012:topic'],
    },
    zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
    ref: (id) => made[id]?.id,
    attribute: (id, name) => made[id]?.attributes?.[name],
    dynamic: (reference) => `<${reference.slice('{{resolve:'.length, -2)}>`,
  }
}
