/** What is done instead when a Region doesn't answer at all; any other failure stays one. */
import {Unreachable} from '../unreachable.ts'

export async function unlessSilent(ask: () => Promise<void>, otherwise: () => Promise<void>): Promise<void> {
  try {
    await ask()
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    await otherwise()
  }
}
