/** AWS Backup: vaults, plans, selections, restore tests. A vault with recovery points stays, a plan with selections too. */
import {recordOf, recordsOf} from '../../services/records/lookup.ts'
import {bag, bags, number, text} from '../../services/records/properties.ts'
import {AwsFault} from '../../world/contract.ts'
import type {AccountRecord} from '../../world/contract.ts'
import type {ChangeRequest, Made, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {arn, recordHandler, refuseTaken} from './record-handler.ts'
import {uuid} from '../../world/uuid.ts'

const VAULT = 'AWS::Backup::BackupVault'
const PLAN = 'AWS::Backup::BackupPlan'
const TEST = 'AWS::Backup::RestoreTestingPlan'

export const backupHandlers: ResourceHandlers = {
  [VAULT]: recordHandler({check: checkVault, make: makeVault, release: releaseVault}),
  [PLAN]: recordHandler({check: checkPlan, make: makePlan, change: changePlan, release: releasePlan}),
  'AWS::Backup::BackupSelection': recordHandler({check: checkSelection, make: makeSelection}),
  [TEST]: recordHandler({
    check: (request) => {
      const name = text(request.properties, 'RestoreTestingPlanName') ?? ''
      if (!/^[a-zA-Z0-9_]+$/.test(name)) {
        throw new AwsFault('InvalidParameterValueException', `Invalid restore testing plan name: ${name}`)
      }
      refuseTaken(request, name, 'AlreadyExistsException', `Restore testing plan ${name} already exists`)
    },
    make: (request) => {
      const name = text(request.properties, 'RestoreTestingPlanName') ?? ''
      return {
        physicalId: name,
        attributes: {RestoreTestingPlanArn: arn(request, 'backup', `restore-testing-plan:${name}-${uuid(request.world)}`)},
      }
    },
    release: (request) => {
      const selected = recordsOf(request.world, 'AWS::Backup::RestoreTestingSelection', request.region).some(
        ({properties}) => text(properties, 'RestoreTestingPlanName') === request.physicalId,
      )
      if (selected) {
        throw new AwsFault('InvalidRequestException', 'The restore testing plan still has selections. Delete them first.')
      }
    },
  }),
  'AWS::Backup::RestoreTestingSelection': recordHandler({
    check: (request) => {
      const plan = text(request.properties, 'RestoreTestingPlanName') ?? ''
      if (recordOf(request.world, TEST, request.region, plan) === undefined) {
        throw new AwsFault('ResourceNotFoundException', `Restore testing plan ${plan} doesn't exist`)
      }
    },
    make: ({properties}) => ({
      physicalId: `${text(properties, 'RestoreTestingPlanName') ?? ''}|${text(properties, 'RestoreTestingSelectionName') ?? ''}`,
      attributes: {},
    }),
  }),
}

function checkVault(request: ResourceRequest): void {
  const name = text(request.properties, 'BackupVaultName') ?? ''
  refuseTaken(request, name, 'AlreadyExistsException', `Backup vault with the same name already exists: ${name}`)
  const lock = bag(request.properties, 'LockConfiguration')
  const [least, most, changeable] = [
    number(lock, 'MinRetentionDays'),
    number(lock, 'MaxRetentionDays'),
    number(lock, 'ChangeableForDays'),
  ]
  if (least !== undefined && most !== undefined && least > most) {
    throw new AwsFault('InvalidParameterValueException', 'MinRetentionDays cannot be longer than MaxRetentionDays')
  }
  if (changeable !== undefined && changeable < 3) {
    throw new AwsFault('InvalidParameterValueException', 'ChangeableForDays must be at least 3')
  }
}

function makeVault(request: ResourceRequest): Made {
  const name = text(request.properties, 'BackupVaultName') ?? ''
  return {physicalId: name, attributes: {BackupVaultName: name, BackupVaultArn: arn(request, 'backup', `backup-vault:${name}`)}}
}

function releaseVault(request: ChangeRequest): void {
  const points = recordsOf(request.world, 'AWS::Backup::RecoveryPoint', request.region).filter(
    ({properties}) => text(properties, 'BackupVaultName') === request.physicalId,
  )
  if (points.length > 0) {
    throw new AwsFault('InvalidRequestException', 'Backup vault cannot be deleted because it contains recovery points.')
  }
}

function checkPlan(request: ResourceRequest): void {
  for (const rule of bags(bag(request.properties, 'BackupPlan'), 'BackupPlanRule')) {
    const vault = text(rule, 'TargetBackupVault') ?? ''
    if (recordOf(request.world, VAULT, request.region, vault) === undefined) {
      throw new AwsFault('ResourceNotFoundException', `Backup vault ${vault} not found`)
    }
  }
}

function makePlan(request: ResourceRequest): Made {
  const id = uuid(request.world)
  return {
    physicalId: id,
    attributes: {BackupPlanId: id, BackupPlanArn: arn(request, 'backup', `backup-plan:${id}`), VersionId: request.world.hex(48)},
  }
}

function changePlan(request: ChangeRequest, known: AccountRecord | undefined): Made {
  checkPlan(request)
  return {physicalId: request.physicalId, attributes: {...known?.attributes, VersionId: request.world.hex(48)}}
}

function releasePlan(request: ChangeRequest): void {
  const selected = recordsOf(request.world, 'AWS::Backup::BackupSelection', request.region).some(
    ({properties}) => text(properties, 'BackupPlanId') === request.physicalId,
  )
  if (selected) {
    throw new AwsFault('InvalidRequestException', 'Related backup plan selections must be deleted prior to backup plan deletion')
  }
}

function checkSelection(request: ResourceRequest): void {
  const plan = text(request.properties, 'BackupPlanId') ?? ''
  if (recordOf(request.world, PLAN, request.region, plan) === undefined) {
    throw new AwsFault('ResourceNotFoundException', `Backup plan ${plan} not found`)
  }
}

function makeSelection(request: ResourceRequest): Made {
  const [plan, id] = [text(request.properties, 'BackupPlanId') ?? '', uuid(request.world)]
  return {physicalId: `${id}_${plan}`, attributes: {Id: `${id}_${plan}`, SelectionId: id, BackupPlanId: plan}}
}
