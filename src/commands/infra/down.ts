import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {openTeardown} from '../../compose.ts'
import {ExitCode} from '../../errors.ts'
import {InfraCommand, stackFlags} from '../../use-cases/infra/infra-command.ts'
import {downOptions} from '../../use-cases/infra/infra-down-options.ts'
import {planDown} from '../../runbooks/provision/down-observe.ts'
import {runDown} from '../../runbooks/provision/run-down.ts'
import {infraDownJson, infraDownText} from '../../ui/infra-down-text.ts'

export default class InfraDown extends InfraCommand {
  static override description = `Take an environment away: slots, live rule, stacks. Shows what goes and what stays, and asks for its name.

Data stays (final snapshots, the backup vault, buckets, keys, log groups, the history of runs) and is listed with the way to remove it.
With --delete-data NAME buckets are emptied, and they, repositories, the database's secret and a vault without recovery points deleted:
then nothing is in the way of a new environment of that name. Killed anywhere, the same command goes on. Exits 0 when it is gone, 1 when
something couldn't be deleted, 3 without the name, 7 when somebody else is at work on it.`

  static override examples = ['<%= config.bin %> infra down', '<%= config.bin %> infra down --only recovery --confirm production']
  static override flags = {
    ...stackFlags,
    only: Flags.string({description: 'take away the recovery Region alone', options: ['recovery']}),
    confirm: Flags.string({description: "the environment's name, instead of typing it", helpValue: 'NAME'}),
    'delete-data': Flags.string({
      description: "delete buckets, repositories, the database's secret and an empty vault too; NAME is the environment's",
      helpValue: 'NAME',
    }),
    'leave-stuck': Flags.boolean({description: "leave behind what couldn't be deleted the last time"}),
    events: Flags.string({description: 'append the journal as NDJSON to FILE, or to stdout with -', helpValue: 'FILE'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(InfraDown)
    const config = await this.stack(flags)
    const options = downOptions(flags, config.environment)
    const {desk, world, clock, account, arn} = await openTeardown({
      region: config.region,
      sandbox: flags.sandbox,
      env: process.env,
    })
    const planned = await planDown(desk, {config, account, arn, options}, world, new AbortController().signal)
    const said = infraDownText(planned, this.look(process.stderr))
    if (planned.stacks.length + planned.buckets.length + planned.stores.length + planned.replicas.length === 0) {
      return {outcome: 'nothing', exitCode: ExitCode.done, data: infraDownJson(planned), text: said}
    }
    if (!flags.json) process.stderr.write(this.printed(said))
    const stops = planned.findings.some(({level}) => level === 'stops')
    if (!stops) {
      await this.confirmed(
        {
          question: {kind: 'type-the-name', name: config.environment, text: "That can't be taken back."},
          because: [`All of this is deleted${options.data === 'kept' ? '' : ', and the data too that is named here'}`],
        },
        {yes: false, confirm: flags.confirm},
      )
    }
    const watching = this.watch(clock, flags.events)
    try {
      const ran = await runDown(desk, planned, world, watching)
      const outcome = this.ended(ran, watching.shown, clock.now())
      return {...outcome, data: {...outcome.data, retained: ran.input.retained}}
    } finally {
      watching.close()
    }
  }
}
