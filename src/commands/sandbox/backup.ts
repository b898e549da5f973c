import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {SluiceCommand} from '../../cli/command.ts'
import {checkSandboxName, readHandle, removeHandle} from '../../config/sandbox-handle.ts'
import {ExitCode} from '../../errors.ts'
import {backupText} from '../../sandbox/backup-text.ts'
import {askOrExplain, reachSandbox} from '../../sandbox/reach.ts'
import type {StartedJob} from '../../sandbox/services/backup-jobs.ts'

export default class SandboxBackup extends SluiceCommand {
  static override description = `Runs the backup plans now, as AWS Backup does at night: a snapshot, and its copy in the other Region.

A sandbox has no nights of its own, and a drill needs the recovery point that one leaves.`

  static override examples = ['<%= config.bin %> sandbox backup --name try']

  static override flags = {name: Flags.string({description: 'which sandbox', default: 'default'})}

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(SandboxBackup)
    const name = checkSandboxName(flags.name)
    const handle = await reachSandbox(name, await readHandle(name, process.env), async () => {
      await removeHandle(name, process.env)
    })
    const {jobs} = await askOrExplain<{readonly jobs: readonly StartedJob[]}>(handle, 'POST', 'backup', {})
    return {outcome: 'started', exitCode: ExitCode.done, data: {name, jobs}, text: backupText(jobs, name)}
  }
}
