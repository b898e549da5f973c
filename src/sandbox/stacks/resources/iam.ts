/**
 * Roles, instance profiles and policies: names are taken once per account, whatever the Region;
 * what is attached holds what it hangs on.
 */
import {recordOf, recordsOf} from '../../services/records/lookup.ts'
import {bag, text, texts} from '../../services/records/properties.ts'
import {AwsFault} from '../../world/contract.ts'
import type {ChangeRequest, Made, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {capitals, generatedName, recordHandler, refuseTaken} from './record-handler.ts'

export const iamHandlers: ResourceHandlers = {
  'AWS::IAM::Role': recordHandler({check: checkRole, make: makeRole, release: releaseRole}),
  'AWS::IAM::InstanceProfile': recordHandler({check: checkProfile, make: makeProfile}),
}

const LONGEST_ROLE_NAME = 64

function checkRole(request: ResourceRequest): void {
  const name = text(request.properties, 'RoleName')
  if (name !== undefined) refuseTaken(request, name, 'EntityAlreadyExists', `Role with name ${name} already exists.`)
  const trust = bag(request.properties, 'AssumeRolePolicyDocument')
  if (!Array.isArray(trust['Statement']) && typeof trust['Statement'] !== 'object') {
    throw new AwsFault('MalformedPolicyDocument', 'Syntax errors in policy.')
  }
  const boundary = text(request.properties, 'PermissionsBoundary')
  for (const policy of [...texts(request.properties, 'ManagedPolicyArns'), ...(boundary === undefined ? [] : [boundary])]) {
    if (!/^arn:aws[a-z-]*:iam::(aws|\d{12}):policy\/.+$/.test(policy)) {
      throw new AwsFault('ValidationError', `ARN ${policy} is not valid.`)
    }
  }
}

function makeRole(request: ResourceRequest): Made {
  const name = text(request.properties, 'RoleName') ?? generatedName(request, LONGEST_ROLE_NAME)
  const path = text(request.properties, 'Path') ?? '/'
  return {
    physicalId: name,
    attributes: {Arn: `arn:aws:iam::${request.world.account}:role${path}${name}`, RoleId: `AROA${capitals(request, 17)}`},
  }
}

function releaseRole(request: ChangeRequest): void {
  const held = recordsOf(request.world, 'AWS::IAM::InstanceProfile', request.region).some(({properties}) =>
    texts(properties, 'Roles').includes(request.physicalId),
  )
  if (held) throw new AwsFault('DeleteConflict', 'Cannot delete entity, must remove roles from instance profile first.', 409)
}

function checkProfile(request: ResourceRequest): void {
  const name = text(request.properties, 'InstanceProfileName')
  if (name !== undefined) refuseTaken(request, name, 'EntityAlreadyExists', `Instance Profile ${name} already exists.`)
  for (const role of texts(request.properties, 'Roles')) {
    if (recordOf(request.world, 'AWS::IAM::Role', request.region, role) === undefined) {
      throw new AwsFault('NoSuchEntity', `The role with name ${role} cannot be found.`, 404)
    }
  }
}

function makeProfile(request: ResourceRequest): Made {
  const name = text(request.properties, 'InstanceProfileName') ?? generatedName(request, 128)
  const path = text(request.properties, 'Path') ?? '/'
  return {
    physicalId: name,
    attributes: {
      Arn: `arn:aws:iam::${request.world.account}:instance-profile${path}${name}`,
      InstanceProfileId: `AIPA${capitals(request, 17)}`,
    },
  }
}
