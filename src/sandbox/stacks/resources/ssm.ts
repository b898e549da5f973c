/** SSM parameters: one name, one value; a second stack that wants the name is refused. */
import {number, text} from '../../services/records/properties.ts'
import {AwsFault} from '../../world/contract.ts'
import type {AccountRecord} from '../../world/contract.ts'
import type {ChangeRequest, Made, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {generatedName, recordHandler, refuseTaken} from './record-handler.ts'

export const ssmHandlers: ResourceHandlers = {
  'AWS::SSM::Parameter': recordHandler({
    check: (request) => {
      const name = text(request.properties, 'Name')
      if (name !== undefined) refuseTaken(request, name, 'AlreadyExists', `${name} already exists.`)
      checkValue(request)
    },
    make: (request) => made(request, text(request.properties, 'Name') ?? `CFN-${generatedName(request, 100)}`, 1),
    change: changeParameter,
  }),
}

function checkValue(request: ResourceRequest): void {
  const value = text(request.properties, 'Value') ?? ''
  if (value === '') throw new AwsFault('ValidationException', "Parameter value can't be empty.")
  if (text(request.properties, 'DataType') === 'aws:ec2:image' && !/^ami-[0-9a-f]{8,17}$/.test(value)) {
    throw new AwsFault('ValidationException', `Parameter value, ${value}, is not a valid aws:ec2:image.`)
  }
}

function changeParameter(request: ChangeRequest, known: AccountRecord | undefined): Made {
  checkValue(request)
  return made(request, request.physicalId, (number(known?.attributes ?? {}, 'Version') ?? 0) + 1)
}

function made({properties}: ResourceRequest, physicalId: string, version: number): Made {
  return {
    physicalId,
    attributes: {Type: text(properties, 'Type') ?? 'String', Value: text(properties, 'Value') ?? '', Version: version},
  }
}
