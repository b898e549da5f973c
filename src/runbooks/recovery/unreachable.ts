/**
 * A Region that doesn't answer at all: refused, no way there, or silent for the call's whole bound. Unlike a throttled or failing
 * AWS it is what a recovery expects of a lost Region, so fencing tells `unreachable` from "asked again later" by this class.
 */
import {Unavailable} from '../engine/unavailable.ts'

export class Unreachable extends Unavailable {
  readonly region: string
  constructor(action: string, region: string, message: string, options?: ErrorOptions) {
    super(action, message, options)
    this.name = 'Unreachable'
    this.region = region
  }
}
