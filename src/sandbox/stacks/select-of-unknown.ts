/**
 * What change sets of nested stacks can't do on AWS: choose from a list that another nested stack hands out and that isn't known
 * yet. It stands there as one text, so every choice but the first fails the change set.
 * https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/759
 */
import {functionCall, isObject} from './template/functions.ts'
import {references} from './template/references.ts'
import {refuse} from './template/template-fault.ts'

/**
 * `isUnknown`: whether an attribute (`Outputs.Name`) isn't known before the change set is carried out.
 * Throws what CloudFormation says.
 */
export function refuseSelectOfUnknown(written: unknown, isUnknown: (logicalId: string, attribute: string) => boolean): void {
  if (Array.isArray(written)) {
    for (const one of written) refuseSelectOfUnknown(one, isUnknown)
    return
  }
  if (!isObject(written)) return
  const call = functionCall(written)
  if (call?.name === 'Fn::Select' && Array.isArray(call.argument)) {
    const [index, list] = call.argument as readonly unknown[]
    const open = [...references(list, 'both')].some(
      ({id, attribute}) => attribute?.startsWith('Outputs.') === true && isUnknown(id, attribute),
    )
    if (open && Number(index) > 0)
      throw refuse(`Template error: Fn::Select cannot select nonexistent value at index ${String(index)}`)
  }
  for (const one of Object.values(written)) refuseSelectOfUnknown(one, isUnknown)
}
