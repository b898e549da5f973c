import {Args, Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {releaseTarget} from '../../config/release-target.ts'
import {ExitCode} from '../../errors.ts'
import {refuseIfTaken} from '../../runbooks/release/run-release.ts'
import {ReleaseCommand, whereFlags} from '../../use-cases/release/release-command.ts'
import {checkedImage} from '../../use-cases/release/release-image.ts'
import {planRelease} from '../../use-cases/release/release-plan.ts'

export default class ReleasePlan extends ReleaseCommand {
  static override description = 'Say what a release would do, how long it would take and what it would find; change nothing.'
  static override examples = ['<%= config.bin %> release plan shop/api:1.9.0']
  static override args = {image: Args.string({description: 'image with :tag or @digest', name: 'IMAGE'})}
  static override flags = {
    ...whereFlags,
    'detailed-exitcode': Flags.boolean({description: 'exit 10 when the release would change something'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {args, flags} = await this.parse(ReleasePlan)
    const image = checkedImage(args.image)
    const {desk, config, account, arn, worldOf} = await this.openConfigured(flags, 'read-state')
    // A rule between two slots is no fault while somebody moves it.
    await refuseIfTaken(desk, releaseTarget(config))
    const {input, text, json} = await planRelease({desk, world: await worldOf(config), config, account, by: arn, image})
    const outcome = input.fromImage === image ? 'unchanged' : 'changes'
    const exitCode = flags['detailed-exitcode'] && outcome === 'changes' ? ExitCode.changes : ExitCode.done
    return {outcome, exitCode, data: json, text}
  }
}
