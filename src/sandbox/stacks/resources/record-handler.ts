/**
 * A resource that is nothing but its record: a physical id of AWS's form, attributes, and what AWS would refuse. It keeps no
 * state of its own; the engine writes the record.
 */
import {AwsFault} from '../../world/contract.ts'
import type {AccountRecord} from '../../world/contract.ts'
import {recordOf} from '../../services/records/lookup.ts'
import type {ChangeRequest, Made, ResourceHandler, ResourceRequest} from '../contract.ts'

export interface RecordRules {
  /** What AWS refuses before it makes the thing; throws. */
  readonly check?: (request: ResourceRequest) => void
  readonly make: (request: ResourceRequest) => Made
  /** Attributes after an update in place; as they were if left out. */
  readonly change?: (request: ChangeRequest, known: AccountRecord | undefined) => Made
  /** What AWS refuses at deletion; throws. */
  readonly release?: (request: ChangeRequest) => void
}

export function recordHandler(rules: RecordRules): ResourceHandler {
  return {
    create: (request) => {
      rules.check?.(request)
      return rules.make(request)
    },
    update: (request) => {
      const known = recordOf(request.world, request.type, request.region, request.physicalId)
      const made = rules.change?.(request, known) ?? {physicalId: request.physicalId, attributes: known?.attributes ?? {}}
      // The template's word stands again: what an update leaves out is gone.
      if (known !== undefined) {
        request.world.records.change(known.region, known.type, known.id, {
          properties: request.properties,
          attributes: {...known.attributes, ...made.attributes},
          tags: request.tags,
        })
      }
      return made
    },
    remove: (request) => {
      rules.release?.(request)
    },
  }
}

/** An id of EC2's form: `vpc-0f3c…`, seventeen hex characters. */
export function ec2Id(request: ResourceRequest, prefix: string): string {
  return `${prefix}-0${request.world.hex(16)}`
}

/** Capital letters and digits, as CloudFormation and IAM end their names. */
export function capitals(request: ResourceRequest, length: number): string {
  return request.world.hex(length).toUpperCase()
}

/** The name CloudFormation gives what has none, cut to the length the service allows. */
export function generatedName(request: ResourceRequest, longest: number): string {
  const suffix = capitals(request, 12)
  const room = longest - suffix.length - 1
  const stem = `${request.stackName}-${request.logicalId}`
  const cut =
    stem.length <= room
      ? stem
      : `${request.stackName.slice(0, Math.max(1, room - request.logicalId.length - 1))}-${request.logicalId}`.slice(0, room)
  return `${cut}-${suffix}`
}

export function arn(request: ResourceRequest, service: string, resource: string): string {
  return `arn:aws:${service}:${request.region}:${request.world.account}:${resource}`
}

/** Refuses a name that is taken in the Region (or globally, for a global type). */
export function refuseTaken(request: ResourceRequest, id: string, code: string, message: string): void {
  if (recordOf(request.world, request.type, request.region, id) !== undefined) throw new AwsFault(code, message)
}
