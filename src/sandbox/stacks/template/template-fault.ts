/** How CloudFormation refuses a template or a parameter: `ValidationError`. What isn't modelled says so under its own name. */
import {AwsFault} from '../../world/contract.ts'

export const refuse = (message: string): AwsFault => new AwsFault('ValidationError', message)
export const malformed = (message: string): AwsFault => refuse(`Template format error: ${message}`)
export const notModelled = (what: string): AwsFault =>
  new AwsFault('NotImplemented', `The sandbox doesn't model ${what} in templates.`, 501)
