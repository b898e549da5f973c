/**
 * AWS's own time, from the `Date` header of its answers. An operator's clock may be minutes off; the dead-man's switch must
 * not be. It never asks the machine for the time: between answers it is carried forward by the run's clock.
 */
import type {Clock} from '../../runbooks/engine/clock.ts'

export interface AwsTimeKeeper {
  /** A `Date` header as it came (1 s resolution); anything unreadable is ignored. */
  heard(date: string): void
  /** Epoch ms; the run's clock until AWS has said anything. */
  now(): number
}

export function awsTimeKeeper(clock: Clock): AwsTimeKeeper {
  let newest: {readonly aws: number; readonly run: number} | null = null
  return {
    heard(date) {
      const aws = Date.parse(date)
      if (Number.isNaN(aws)) return
      // The header is cut to a whole second, and answers may arrive out of order: only a newer second says anything new.
      if (newest === null || aws > newest.aws) newest = {aws, run: clock.now()}
    },
    now: () => (newest === null ? clock.now() : newest.aws + (clock.now() - newest.run)),
  }
}
