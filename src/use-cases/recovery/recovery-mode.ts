/** Whether a promotion is planned or not: nobody is taken to mean either, and what is said of a loss goes with an unplanned one only. */
import {ExitCode, SluiceError} from '../../errors.ts'
import type {PromoteMode} from '../../runbooks/recovery/input.ts'

interface ModeFlags {
  readonly planned: boolean
  readonly unplanned: boolean
}

/** `argv`: the words as typed: a flag with a default can't tell whether it was given. */
export function promoteMode({planned, unplanned}: ModeFlags, argv: readonly string[]): PromoteMode {
  if (!planned && !unplanned) throw modeMissing()
  if (!planned) return 'unplanned'
  const beside = ['accept-loss', 'accept-unknown-loss', 'last-answer'].find((name) =>
    argv.some((word) => word === `--${name}` || word.startsWith(`--${name}=`)),
  )
  if (beside !== undefined) throw nothingLost(beside)
  return 'planned'
}

const nothingLost = (flag: string): SluiceError =>
  new SluiceError({
    code: 'nothing-lost',
    exitCode: ExitCode.usage,
    message: `--${flag} goes with --unplanned: a planned switchover loses nothing.`,
    suggestions: ['sluice dr promote --planned'],
  })

const modeMissing = (): SluiceError =>
  new SluiceError({
    code: 'mode-missing',
    exitCode: ExitCode.usage,
    message: 'Planned or unplanned? One loses nothing and needs both Regions; the other names what is lost.',
    suggestions: ['sluice dr promote --unplanned', 'sluice dr promote --planned'],
  })
