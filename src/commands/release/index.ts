import {Args, Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {releaseTarget} from '../../config/release-target.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {ReleaseCommand, watchFlags, whereFlags} from '../../use-cases/release/release-command.ts'
import {checkedImage} from '../../use-cases/release/release-image.ts'
import {planRelease} from '../../use-cases/release/release-plan.ts'
import {prepareRelease} from '../../runbooks/release/prepare.ts'
import {askRun, claimRelease, refuseIfTaken, startRelease} from '../../runbooks/release/run-release.ts'
import {confirm} from '../../ui/confirm.ts'
import {watcher} from '../../watching.ts'

export default class Release extends ReleaseCommand {
  static override description = `Release an image: shift weight to canary tasks step by step, promote or roll back on evidence.

Says first what it will do and asks. Ctrl-C detaches: the run can be resumed from any machine, and if nobody does,
the dead-man's switch sends all traffic back to the stable version.`

  static override aliases = ['release:start']
  static override examples = [
    '<%= config.bin %> release shop/api:1.9.0',
    '<%= config.bin %> release shop/api@sha256:… --yes --json',
  ]
  static override args = {image: Args.string({description: 'image with :tag or @digest', name: 'IMAGE'})}
  static override flags = {
    ...whereFlags,
    ...watchFlags,
    yes: Flags.boolean({char: 'y', description: 'answer the y/N question with yes'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {args, flags} = await this.parse(Release)
    const image = checkedImage(args.image)
    const {desk, config, account, arn, worldOf, clock} = await this.openConfigured(flags, 'make-state')
    await refuseIfTaken(desk, releaseTarget(config))
    const world = await worldOf(config)
    const planned = await planRelease({desk, world, config, account, by: arn, image})
    if (!flags.json) process.stderr.write(planned.text)
    if (!flags.yes) await this.ask()
    const claimed = await claimRelease(desk, releaseTarget(config))
    const watching = watcher({
      clock,
      events: flags.events,
      until: flags['through-warm-window'] ? 'tidied' : 'ended',
      env: process.env,
      ask: (run, wish, why) => askRun(desk, run, wish, why),
      goOn: (run) => this.printed(`sluice release resume ${run}`),
    })
    watching.begin(claimed.run, [])
    try {
      // Read again under the lease: somebody may have released while the question stood there.
      const prepare = () => prepareRelease(world, {config, account, by: arn, image, previous: claimed.previous}, watching.leave)
      const ran = await startRelease(desk, claimed, prepare, world, watching)
      return this.ended(ran, watching.live, clock.now())
    } finally {
      watching.close()
    }
  }

  private async ask(): Promise<void> {
    const answer = await confirm({kind: 'yes-no', text: '  go on?'})
    if (answer === 'yes') return
    throw new SluiceError({
      code: answer === 'no' ? 'declined' : 'confirmation-needed',
      exitCode: ExitCode.confirmation,
      message: answer === 'no' ? 'Declined; nothing was changed.' : 'A release needs a yes, and there is no terminal to ask on.',
      suggestions: [['sluice release', ...this.argv.map(quoted), '--yes'].join(' ')],
    })
  }
}

/** As a shell would read it back. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
