/** Why a resource failed, in the words CloudFormation wraps a service's refusal in. */
import {AwsFault} from '../world/contract.ts'
import type {World} from '../world/contract.ts'
import {uuid} from '../world/uuid.ts'

const codes: readonly (readonly [RegExp, string])[] = [
  [/AlreadyExists|AlreadyOwned|Duplicate|EntityExists|InUseException$/i, 'AlreadyExists'],
  [/NotFound|NoSuch|DoesNotExist/i, 'NotFound'],
  [/AccessDenied|Unauthorized/i, 'AccessDenied'],
  [/Throttl/i, 'Throttling'],
  [/NotStabilized/, 'NotStabilized'],
  [/Limit|Quota/i, 'ServiceLimitExceeded'],
  [/InternalFailure/, 'InternalFailure'],
  [/Validation|Invalid/i, 'InvalidRequest'],
]

export function reasonOf(world: World, error: unknown): string {
  if (!(error instanceof AwsFault)) {
    return `Internal Failure: a bug of the sandbox: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  }
  // Its own checks aren't wrapped.
  if (error.code === 'ValidationError' || error.message.startsWith('Properties validation failed')) return error.message
  const code = codes.find(([pattern]) => pattern.test(error.code))?.[1] ?? 'GeneralServiceException'
  return `Resource handler returned message: "${error.message}" (RequestToken: ${uuid(world)}, HandlerErrorCode: ${code})`
}
