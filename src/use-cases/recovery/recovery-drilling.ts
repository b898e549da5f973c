/** What a drill is made from, asked of the recovery Region alone; or the sentence why there can be none now. */
import {ExitCode, SluiceError} from '../../errors.ts'
import {patiently} from '../../runbooks/engine/patience.ts'
import type {DrillInput} from '../../runbooks/recovery/input.ts'
import {prepareDrill} from '../../runbooks/recovery/prepare-drill.ts'
import type {Opened} from './recovery-command.ts'
import {extensionOf} from './recovery-promoting.ts'
import type {Around} from './recovery-reading.ts'
import {keptReadiness, readinessNow} from './recovery-reading.ts'
import {lyingTemplate} from './recovery-templates.ts'

export interface DrillChoice {
  readonly withoutPrimary: boolean
  readonly clean: boolean
}

export async function drillInputOf(opened: Opened, around: Around, {withoutPrimary, clean}: DrillChoice): Promise<DrillInput> {
  const {config, place, settings, arn, clock, world} = opened
  const [template, readiness, extension] = await Promise.all([
    lyingTemplate(opened, 'drill.yaml'),
    // Half of readiness is the home Region's: without it, what was kept has to do.
    withoutPrimary || clean ? keptReadiness(opened) : readinessNow(opened, around),
    clean ? null : extensionOf(opened, 'dr drill'),
  ])
  const asked = await patiently(clock, () =>
    prepareDrill(world, {
      config,
      place,
      settings,
      by: arn,
      now: clock.now(),
      side: around.sides.recovery,
      template,
      withoutPrimary,
      clean,
      readiness,
    }),
  )
  if (asked.kind === 'input') return {...asked.input, extension}
  throw new SluiceError({
    code: 'drill-refused',
    exitCode: ExitCode.usage,
    message: `No drill now: ${asked.because}`,
    suggestions: [asked.next],
  })
}
